import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tunebook from '../src';
import { commandLine } from '../src/cli/main';
import { projectFolder } from '../src/core/paths';
import { checkConfiguration } from '../src/study/configuration';
import { commandOf } from './commandOf';
import { temporaryFolder } from './folders';

const readme = readFileSync(join(projectFolder, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));

/** The contents of the code blocks in a language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
}

/** The README's calls of the command line, as words: lines of its code blocks, and text between backticks. */
const calls: string[][] = [...blocks('sh').flatMap((text) => text.split('\n')), ...(readme.match(/`[^`\n]+`/g) ?? [])]
  .map((text) => text.replaceAll('`', '').replace(/\s#.*/, '').trim())
  .filter((text) => text.startsWith('npx tunebook '))
  .map((text) => text.split(/\s+/).slice(2));

/** A folder with the run and the file of weights that the commands name: they must be there, as a mistyped path is an error. */
function folderWithWeights(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'runs', 'first'), { recursive: true });
  writeFileSync(join(folder, 'runs', 'first', 'config.json'), '{ "settings": { "backbone": "mobilenet-v2" } }');
  writeFileSync(join(folder, 'resnet50-11ad3fa6.pth'), '');
  return folder;
}

describe('the README', () => {
  it('has an example of every command', () => {
    const called = new Set(calls.map(([name]) => name));
    const missing = commandLine().commands.filter((command) => !called.has(command.name()));
    assert.deepEqual(
      missing.map((command) => command.name()),
      [],
    );
  });

  for (const words of calls) {
    it(`has valid commands: ${words.join(' ')}`, async () => {
      const before = process.cwd();
      process.chdir(folderWithWeights());
      try {
        assert.equal(await commandOf(words), words[0]);
      } finally {
        process.chdir(before);
      }
    });
  }

  it('names scripts that package.json has', () => {
    const names = [...readme.matchAll(/\bnpm (?:run )?((?!(?:install|pack)\b)[a-z]+)\b/g)].map(([, name = '']) => name);
    assert.ok(names.includes('start') && names.includes('doctor'));
    for (const name of names) assert.ok(name in manifest.scripts, name);
  });

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);
    const own = links.filter((link) => !/^https?:/.test(link));
    assert.ok(own.length > 5);
    for (const link of own) assert.ok(existsSync(join(projectFolder, link)), link);
  });

  it('imports names that tunebook has', () => {
    const imports = blocks('ts').flatMap((text) => [...text.matchAll(/import \{ (.*) \} from 'tunebook'/g)]);
    assert.ok(imports.length > 0);
    for (const name of imports.flatMap(([, names = '']) => names.split(', '))) assert.ok(name in tunebook, name);
  });

  it('shows valid studies, and links to one', () => {
    const texts = [...blocks('json'), readFileSync(join(projectFolder, 'docs', 'search.json'), 'utf8')];
    assert.equal(texts.length, 3);
    for (const text of texts) checkConfiguration(JSON.parse(text));
  });
});
