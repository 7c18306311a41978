import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { copyCourse } from '../../src/cli/course';
import { projectFolder } from '../../src/core/paths';
import { exercises, neededValues } from '../../src/course';
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

  it('writes chapters for a class: no outputs, no solutions, and a cell for the answer of each exercise, which is checked', () => {
    const folder = join(temporaryFolder(), 'lesson');
    const count = copyCourse(folder, { class: true });
    const chapters = readdirSync(join(projectFolder, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
    assert.equal(count, chapters.length);
    assert.deepEqual(readdirSync(folder).sort(), [...chapters, 'course.md', 'glossary.md'].sort());
    for (const name of chapters) {
      const text = readFileSync(join(folder, name), 'utf8');
      assert.doesNotMatch(text, /solutions\/|Solutions:/, name);
      const { cells } = JSON.parse(text) as { cells: { cell_type: string; source: string[]; outputs?: unknown[] }[] };
      const original = JSON.parse(readFileSync(join(projectFolder, 'notebooks', name), 'utf8'));
      for (const { outputs = [] } of cells) assert.deepEqual(outputs, []);
      const sources = cells.map(({ source }) => source.join(''));
      const asked = sources.filter((source) => /^\*\*Exercise \d\.\*\* \S/.test(source)).length;
      const listed = JSON.stringify(original).split('## Exercises')[1]!.split('Solutions:')[0]!;
      assert.equal(asked, listed.match(/"\d\. /g)!.length, name);
      const chapter = name.replace('.ipynb', '');
      const checked = exercises[chapter]?.length ?? 0;
      for (let i = 1; i <= checked; i++) assert.ok(text.includes(`check.exercise(${i}, answer${i})`), `${name} ${i}`);
      if (checked === 0) continue;
      assert.equal(checked, asked, name);
      assert.ok(text.includes(`check.chapter('${chapter}'`));
      for (const value of neededValues(chapter)) {
        assert.match(sources.join('\n'), new RegExp(`(const|let|\\[|, ) ?${value}\\b`), `${name} declares ${value}`);
      }
    }
  });

  it('writes over nothing', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'mine.txt'), '');
    assert.throws(() => copyCourse(folder), /is not empty: give a new folder for the course$/);
    assert.throws(() => copyCourse(join(folder, 'mine.txt')), /is a file: give a new folder for the course$/);
    assert.deepEqual(readdirSync(folder), ['mine.txt']);
  });
});
