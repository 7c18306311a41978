import assert from 'node:assert/strict';
import { explainPictures } from '../../../src/analysis/explain';
import { imageFolder } from '../../../src/data';
import { train } from '../../../src/training';
import { stripesFolder } from '../../pictures';

describe('explained pictures', function () {
  this.timeout(120_000);

  it('come from Grad-CAM or from occlusion', async () => {
    const dataset = imageFolder(await stripesFolder(3));
    const result = await train(dataset, { epochs: 1, inputSize: 64, cache: false });
    const run = { ...result, classes: dataset.classes };
    const [, seen] = await explainPictures(run, undefined, { count: 2 });
    const [, covered] = await explainPictures(run, undefined, { count: 2, method: 'occlusion' });
    assert.deepEqual([seen!.detail, covered!.detail], ['Grad-CAM', 'occlusion']);
    assert.notEqual(seen!.url, covered!.url);
    await assert.rejects(
      explainPictures(run, undefined, { method: 'lime' as 'occlusion' }),
      /method must be 'grad-cam' or 'occlusion', got 'lime'/,
    );
    result.dispose();
  });
});
