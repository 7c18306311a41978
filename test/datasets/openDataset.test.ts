import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../../src/datasets';
import { UserError } from '../../src/errors';
import { cacheFolder } from '../../src/paths';
import { withEmptyCache } from '../folders';

function writeClasses(folder: string): void {
  for (const name of ['ant', 'bee']) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, '1.jpg'), 'x');
  }
}

describe('openDataset', () => {
  it('takes a folder, the bundled sample, and a public dataset that was fetched before', () =>
    withEmptyCache(async (cache) => {
      writeClasses(join(cache, 'photos'));
      assert.deepEqual((await openDataset(join(cache, 'photos'))).classes, ['ant', 'bee']);
      writeClasses(cacheFolder('samples', 'emoji'));
      assert.equal((await openDataset('emoji')).folder, cacheFolder('samples', 'emoji'));
      writeClasses(cacheFolder('datasets', 'ants-and-bees', '0', 'hymenoptera_data'));
      assert.equal((await openDataset('ants-and-bees')).examples.length, 2);
    }));

  it('says what there is when a name is none of these', () =>
    assert.rejects(openDataset('no such photos'), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /no folder 'no such photos' in .*emoji.*flowers.*oxford-pets/);
      return true;
    }));
});
