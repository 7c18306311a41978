import assert from 'node:assert/strict';
import { join } from 'node:path';
import sharp from 'sharp';
import { featureMaps } from '../../../src/analysis/explain';
import { UserError } from '../../../src/core/errors';
import { backboneEntry } from '../../../src/models';
import { tf } from '../../../src/tensorflow';
import { temporaryFolder } from '../../folders';
import { writePicture } from '../../pictures';
import { classifier } from './classifier';

const side = 32;

/** A network of two layers for pictures of 32 pixels: differences of neighbours in a row, and the mean of each map. */
function differences() {
  const conv = tf.layers.conv2d({
    ...{ name: 'differences', filters: 3, kernelSize: [1, 2] as [number, number], useBias: false },
    inputShape: [side, side, 3],
  });
  const model = tf.sequential({ layers: [conv, tf.layers.averagePooling2d({ name: 'means', poolSize: [32, 31] })] });
  const kernel = new Float32Array(1 * 2 * 3 * 3); // [row, column, colour, filter]
  kernel[0 * 9 + 0 * 3 + 1] = -1; // filter 1: red of the right pixel minus that of the left one
  kernel[1 * 9 + 0 * 3 + 1] = 1;
  kernel[0 * 9 + 1 * 3 + 2] = 0.1; // filter 2: a little green
  tf.tidy(() => conv.setWeights([tf.tensor4d(kernel, [1, 2, 3, 3])]));
  const entry = backboneEntry('mobilenet-v1-0.25');
  const preprocessing = { ...entry.preprocessing, inputSize: side, crop: 1 };
  return { entry: { ...entry, preprocessing }, model };
}

/** Black left of the middle, white right of it. */
async function halves(): Promise<string> {
  const file = join(temporaryFolder(), 'halves.png');
  const bytes = Uint8Array.from({ length: side * side * 3 }, (_, i) => (Math.floor(i / 3) % side < side / 2 ? 0 : 255));
  writePicture(
    file,
    await sharp(bytes, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer(),
  );
  return file;
}

const pixelsOf = (url: string) =>
  sharp(Buffer.from(url.split(',')[1]!, 'base64'))
    .toColourspace('b-w')
    .raw()
    .toBuffer();

describe('featureMaps', () => {
  it('shows where a channel is high, and those channels first that differ most from place to place', async () => {
    const network = differences();
    const before = tf.memory().numTensors;
    const maps = await featureMaps(network, await halves(), { layers: ['differences'], size: side - 1 });
    assert.equal(tf.memory().numTensors, before);
    network.model.dispose();
    assert.deepEqual(
      maps.map(({ label, detail }) => detail ?? label),
      ['3 of 32 x 31', 'channel 1', 'channel 2', 'channel 0'],
    );
    const row = (edge: (column: number) => boolean) =>
      Array.from({ length: (side - 1) ** 2 }, (_, i) => (edge(i % (side - 1)) ? 255 : 0));
    assert.deepEqual(
      [...(await pixelsOf(maps[1]!.url))],
      row((column) => column === side / 2 - 1),
    );
    assert.deepEqual(
      [...(await pixelsOf(maps[2]!.url))],
      row((column) => column >= side / 2),
    );
    assert.deepEqual(
      [...(await pixelsOf(maps[3]!.url))],
      row(() => false),
    );
  });

  it('takes the first, the middle and the last layer with maps of a backbone', async () => {
    const { backbone, dispose } = classifier('mobilenet-v1-0.25', 64);
    const maps = await featureMaps(backbone, await halves(), { count: 2, size: 16 });
    dispose();
    assert.deepEqual(maps.map(({ detail }) => detail?.replace(/^\d+ /, '')).filter(Boolean), [
      'of 32 x 32',
      'of 4 x 4',
      'of 2 x 2',
    ]);
    assert.equal(maps.length, 3 * 3);
  });

  it('names a layer that does not exist or has no maps, and options that are wrong', async () => {
    const network = differences();
    const file = await halves();
    const wrong: [object, RegExp][] = [
      [{ layers: ['difference'] }, /has no layer "?difference"? with feature maps; the last ones are differences/],
      [{ layers: ['means'] }, /has no layer "?means"? with feature maps/],
      [{ count: 0 }, /featureMaps: count must be a whole number >= 1/],
      [{ size: 8 }, /featureMaps: size must be a whole number >= 16/],
      [{ layer: 'differences' }, /unknown option 'layer'/],
    ];
    for (const [options, message] of wrong) {
      await assert.rejects(featureMaps(network, file, options), (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        return true;
      });
    }
    network.model.dispose();
  });

  it('draws maps of more values than a call may have arguments', async () => {
    const large = 500;
    const { entry } = differences();
    const conv = tf.layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [large, large, 3] });
    const backbone = {
      entry: { ...entry, preprocessing: { ...entry.preprocessing, inputSize: large } },
      model: tf.sequential({ layers: [conv] }),
    };
    const maps = await featureMaps(backbone, await halves(), { count: 1, size: 32 });
    assert.match(maps[1]!.url, /^data:image\/png;base64,/);
  });
});
