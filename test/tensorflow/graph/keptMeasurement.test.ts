import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../src/core/paths';
import { KeptMeasurement } from '../../../src/tensorflow/graph/keptMeasurement';
import { withEmptyCache } from '../../folders';

describe('a measurement of this machine', () => {
  const of = (version: number) => new KeptMeasurement<{ fast: number }>('test-', [version], ({ fast }) => fast > 0);

  it('is kept once for each version; what another process has kept meanwhile counts', async () => {
    await withEmptyCache(async () => {
      assert.equal(of(1).read(), undefined);
      assert.deepEqual(of(1).keep({ fast: 3 }), { fast: 3 });
      assert.deepEqual(of(1).keep({ fast: 5 }), { fast: 3 });
      assert.deepEqual([of(1).read(), of(2).read()], [{ fast: 3 }, undefined]);
    });
  });

  it('is made again if what was kept is damaged or cannot be used', async () => {
    await withEmptyCache(async () => {
      of(1).keep({ fast: 3 });
      const [name] = readdirSync(cacheFolder('engines'));
      for (const content of ['damaged', 'null', '{"fast":-1}']) {
        writeFileSync(join(cacheFolder('engines'), name!), content);
        assert.equal(of(1).read(), undefined, content);
      }
      assert.deepEqual(of(1).keep({ fast: 7 }), { fast: 7 });
    });
  });
});
