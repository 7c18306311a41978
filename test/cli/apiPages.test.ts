import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeApiPages } from '../../src/cli/apiPages';
import { readPublicNames } from '../docs/program';
import type { PublicName } from '../docs/publicNames';
import { temporaryFolder } from '../folders';

describe('the API reference', function () {
  this.timeout(180_000);
  let names: PublicName[];
  let pages: Map<string, string>;
  before(async () => {
    names = readPublicNames().names;
    const out = temporaryFolder();
    assert.equal(await writeApiPages(out), true);
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
    pages = new Map(files.map((file) => [file, readFileSync(join(out, file), 'utf8')]));
  });

  it('begins with the namespaces in the order of the course', () => {
    const found = [...pages.get('index.html')!.matchAll(/href="modules\/(\w+)\.html"/g)].map(([, name]) => name);
    const course = names.filter(({ kind, file }) => kind === 'namespace' && file.startsWith('src/api/'));
    assert.deepEqual(
      [...new Set(found)],
      course.map(({ name }) => name),
    );
  });

  it('has a page for each public name, with its example', () => {
    const byName = new Map([...pages].map(([file, text]) => [file.replace(/^[^/]*\/|\.html$/g, ''), text]));
    const shown = names.filter(({ name }) => name !== 'tunebook' && name !== 'tf');
    assert.deepEqual(
      shown.filter(({ name }) => !byName.has(name)).map(({ name }) => name),
      [],
    );
    const documented = shown.filter(({ examples }) => examples.length > 0);
    assert.deepEqual(
      documented.filter(({ name }) => !/<h4[^>]*>Example/.test(byName.get(name)!)).map(({ name }) => name),
      [],
    );
  });

  it('leads back to the course from every page, and asks no other host for anything', () => {
    for (const [file, text] of pages) {
      assert.match(text, /<a href="(\.\.\/)+index\.html"[^>]*>The course</, file);
      assert.doesNotMatch(text, /<(script|link|img|iframe)[^>]*(src|href)="(https?:)?\/\//, file);
    }
  });
});
