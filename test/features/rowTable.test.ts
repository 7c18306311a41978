import assert from 'node:assert/strict';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { RowTable } from '../../src/features/rowTable';
import { temporaryFolder } from '../folders';

/** Files of a folder that this process has open, including those that were deleted. */
const openIn = (folder: string) =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false; // the one that read the list
    }
  }).length;

describe('a table of rows', () => {
  let cacheBefore: string | undefined;
  beforeEach(() => {
    cacheBefore = process.env.TUNEBOOK_CACHE;
    process.env.TUNEBOOK_CACHE = temporaryFolder();
  });
  afterEach(() => {
    if (cacheBefore === undefined) delete process.env.TUNEBOOK_CACHE;
    else process.env.TUNEBOOK_CACHE = cacheBefore;
  });

  const row = (i: number) => Float32Array.of(i, i / 3, -i);
  const copyOf = (table: RowTable, i: number) => {
    const target = new Float32Array(3);
    table.copy(i, target);
    return target;
  };
  const filled = (memory: number) => {
    const table = new RowTable(5, 3, memory);
    for (const i of [3, 0, 1]) table.set(i, row(i));
    return table;
  };

  it('returns single rows and all rows, from memory and from a deleted file', () => {
    for (const [memory, open] of [
      [60, 0],
      [59, 1],
    ] as const) {
      const table = filled(memory);
      assert.deepEqual([copyOf(table, 0), copyOf(table, 3)], [row(0), row(3)]);
      assert.deepEqual(table.toArray(4), Float32Array.of(...row(0), ...row(1), 0, 0, 0, ...row(3)));
      table.set(0, row(7));
      assert.deepEqual(copyOf(table, 0), row(7));
      assert.equal(openIn(cacheFolder()), open);
      table.dispose();
      assert.equal(openIn(cacheFolder()), 0);
    }
    assert.deepEqual(readdirSync(cacheFolder('temporary')), []);
  });

  it('stays in memory if no file can be made', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    process.env.TUNEBOOK_CACHE = file;
    assert.deepEqual(copyOf(filled(0), 3), row(3));
  });
});
