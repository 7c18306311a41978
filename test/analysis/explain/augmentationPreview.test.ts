import assert from 'node:assert/strict';
import { previewAugmentation } from '../../../src/analysis/explain';
import { presetAugmentation } from '../../../src/augment';
import { wavyPictures } from '../../augment/pictures';

describe('previewAugmentation', () => {
  it('shows each picture and its views in a row', async () => {
    const images = wavyPictures(2, 32);
    const grid = await previewAugmentation(images, presetAugmentation('standard')!, { views: 3 });
    const values = (grid as unknown as { data: { values: { url: string; label: string }[] } }).data.values;
    assert.deepEqual(
      values.map(({ label }) => label),
      ['original', 'view 1', 'view 2', 'view 3', 'original', 'view 1', 'view 2', 'view 3'],
    );
    assert.equal(new Set(values.map(({ url }) => url)).size, 8);
    images.dispose();
  });
});
