import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { copyCourse } from '../../src/cli/course';
import { projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';

describe('tunebook course', () => {
  it('copies every chapter and solution; nothing that they link or write is outside of the folder', () => {
    const folder = join(temporaryFolder(), 'my course');
    const count = copyCourse(folder);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ipynb'));
    const chapters = readdirSync(join(projectFolder, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
    assert.equal(names.length, 2 * chapters.length);
    assert.equal(count, names.length);
    const inside = (file: string) => resolve(file).startsWith(`${folder}/`);
    for (const name of names) {
      const text = readFileSync(join(folder, name), 'utf8');
      const place = dirname(join(folder, name));
      for (const [, written] of text.matchAll(/'((?:\.\.\/)+[\w./-]+)'/g))
        assert.ok(inside(join(place, written!)), written);
      for (const [, linked] of text.matchAll(/\]\(((?:\.\.\/)*[\w./-]+\.(?:md|ipynb))\)/g)) {
        assert.ok(inside(join(place, linked!)), linked);
        assert.ok(existsSync(join(place, linked!)), `${name} links ${linked}`);
      }
    }
    assert.deepEqual(readdirSync(dirname(folder)), ['my course']);
  });

  it('writes over nothing', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'mine.txt'), '');
    assert.throws(() => copyCourse(folder), /is not empty: give a new folder for the course$/);
    assert.throws(() => copyCourse(join(folder, 'mine.txt')), /is a file: give a new folder for the course$/);
    assert.deepEqual(readdirSync(folder), ['mine.txt']);
  });
});
