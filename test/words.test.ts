import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../src/core/paths';

/** Words that are unclear in this project's text and code, each with words to use instead. Singular and plural count, case does not. */
const unclear: [word: string, instead: string][] = [
  ['affairs?', 'say whose task or decision it is'],
  ['anew', 'again'],
  ['breathes?', 'let other work run'],
  ['doors?', 'folder, module or interface'],
  ['framings?', 'resize mode'],
  ['gone on with', 'continued'],
  ['hand(s|ed|ing)? (back|on|out|over)', 'return, pass on, give'],
  ['held against', 'compared with'],
  ['(a|another) look', 'view, check'],
  ['houses?', 'project'],
  ['lands|landed|landing', 'is saved, arrives'],
  ['mend(s|ed|ing)?', 'fix'],
  ['parcels?', 'message'],
  ['pledges?', 'goal, requirement'],
  ['rooms?', 'folder or module; space, memory'],
  ['settles', 'becomes stable, ends'],
  ['surgery', 'changes to a model'],
  ['the person', 'the user'],
  ['verdict notes?', 'explanation'],
  ['wash(es|ed)?', 'say what is done'],
  ['whence', 'from where'],
];
const patterns = unclear.map(([word, instead]) => ({ pattern: new RegExp(`\\b(?:${word})\\b`, 'i'), instead }));

/** Each unclear word in some lines, with its position and what to use instead. */
function found(name: string, lines: readonly string[]): string[] {
  return lines.flatMap((line, i) =>
    patterns.flatMap(({ pattern, instead }) => {
      const match = pattern.exec(line);
      return match ? [`${name}:${i + 1}: '${match[0]}': ${instead}`] : [];
    }),
  );
}

/** The project's text files with one of these endings; git knows which belong to the project. */
function files(folders: readonly string[], endings: RegExp): string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z', ...folders], {
    cwd: projectFolder,
    encoding: 'utf8',
  });
  const names = listed.split('\0').filter((name) => endings.test(name) && name !== 'test/words.test.ts');
  return names.filter((name) => existsSync(join(projectFolder, name))); // not those that were removed since the last commit
}

const read = (name: string) => readFileSync(join(projectFolder, name), 'utf8');

describe('the words of the project', () => {
  before(function () {
    if (existsSync(join(projectFolder, '.git'))) return;
    console.log('      skipped: this folder is not a git repository, which lists the files');
    this.skip();
  });

  it('are recognized as unclear, and plain ones are not', () => {
    assert.deepEqual(found('a', ['plain', 'Rooms and a DOOR, mushrooms, landscapes']), [
      "a:2: 'DOOR': folder, module or interface",
      "a:2: 'Rooms': folder or module; space, memory",
    ]);
  });

  it('are clear in code and its comments', () => {
    const names = files(['src', 'kernel-setup', 'bench', 'test', 'data-samples'], /\.(ts|mjs|cjs|py)$/);
    assert.ok(names.length > 500, `${names.length} files`);
    assert.deepEqual(
      names.flatMap((name) => found(name, read(name).split('\n'))),
      [],
    );
  });

  it('are clear in guides and other text files', () => {
    const names = files(
      ['*.md', 'docs', '.github', 'compose.yaml', 'Dockerfile', '.ci'],
      /(\.(md|ya?ml|mjs)|Dockerfile|run)$/,
    );
    assert.ok(names.length > 10, names.join());
    assert.deepEqual(
      names.flatMap((name) => found(name, read(name).split('\n'))),
      [],
    );
  });

  it('are clear in the notebooks', () => {
    const names = files(['notebooks'], /\.ipynb$/);
    assert.ok(names.length >= 20, names.join());
    const words = names.flatMap((name) =>
      (JSON.parse(read(name)).cells as { source: string | string[] }[]).flatMap(({ source }, i) =>
        found(`${name}, cell ${i}`, [source].flat().join('').split('\n')),
      ),
    );
    assert.deepEqual(words, []);
  });
});
