import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageFolder, plantMistakes, sampleFolder } from '../../src/data';
import { temporaryFolder } from '../folders';

describe('plantMistakes', () => {
  const dataset = imageFolder(sampleFolder('emoji')!);
  const bytes = (file: string) => readFileSync(file).toString('base64');

  it('copies every picture, puts some into another class and some twice, and lists each of them', () => {
    const folder = join(temporaryFolder(), 'untidy');
    const { wrongLabels, duplicates } = plantMistakes(dataset, folder, { labels: 0.2, duplicates: 0.1, seed: 3 });
    const total = dataset.examples.length;
    assert.deepEqual([wrongLabels.length, duplicates.length], [Math.round(0.2 * total), Math.round(0.1 * total)]);
    const untidy = imageFolder(folder);
    assert.equal(untidy.examples.length, total + duplicates.length);
    const classOf = new Map(dataset.examples.map(({ file, label }) => [bytes(file), dataset.classes[label]]));
    for (const { file, label, was } of wrongLabels) {
      assert.equal(classOf.get(bytes(join(folder, file))), was);
      assert.notEqual(label, was);
      assert.ok(file.startsWith(`${label}/`));
    }
    const listed = new Set(wrongLabels.map(({ file }) => file));
    const copies = new Set(duplicates.map(({ file }) => file));
    for (const { file, of } of duplicates) assert.equal(bytes(join(folder, file)), bytes(join(folder, of)));
    for (const { file, label, group } of untidy.examples) {
      const name = file.slice(folder.length + 1);
      assert.equal(group === undefined, copies.has(name), name);
      if (!listed.has(name) && !copies.has(name)) assert.equal(classOf.get(bytes(file)), untidy.classes[label]);
    }
  });

  it('plants the same mistakes with the same seed', () => {
    const folder = temporaryFolder();
    const names = (name: string, seed: number) => plantMistakes(dataset, join(folder, name), { seed }).wrongLabels;
    assert.deepEqual(names('a', 1), names('b', 1));
    assert.notDeepEqual(names('c', 2), names('d', 1));
  });

  it('writes over nothing, and refuses what it cannot do before it writes', () => {
    const folder = temporaryFolder();
    assert.throws(() => plantMistakes(dataset, join(folder, 'new'), { labels: 2 }), /plantMistakes: labels/);
    assert.throws(() => plantMistakes(dataset, join(folder, 'new'), { label: 0.1 } as never), /did you mean 'labels'/);
    assert.throws(
      () => plantMistakes({ ...dataset, classes: ['all'], examples: [] }, join(folder, 'new')),
      /^UserError: /,
    );
    writeFileSync(join(folder, 'mine.txt'), '');
    assert.throws(() => plantMistakes(dataset, folder), /is not empty/);
    assert.deepEqual(readdirSync(folder), ['mine.txt']);
  });
});
