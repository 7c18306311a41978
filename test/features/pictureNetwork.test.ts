import assert from 'node:assert/strict';
import { forward, PictureNetwork } from '../../src/features';
import { PICTURES_FOR_GRAPH } from '../../src/features/pictureNetwork';
import { buildHead } from '../../src/layers';
import { assignRandomWeights, type Backbone, loadBackbone } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { operations } from '../tensorflow/operations';
import { apart } from './apart';

const SIZE = 64;
const pictures = (channels = 3) =>
  [0, 1, 2].map((i) => new Uint8Array(SIZE * SIZE * channels).map((_, j) => (i * 97 + j * 31 + (j % 7) * 13) % 256));

describe('a network of pictures', function () {
  this.timeout(60_000);
  let backbone: Backbone;
  let head: tf.LayersModel;

  before(async () => {
    backbone = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: SIZE });
    assignRandomWeights(backbone.model, 1);
    head = buildHead(backbone.model.outputs[0]!.shape[1]!, 4, { seed: 2 });
  });

  after(() => {
    backbone.model.dispose();
    head.dispose();
  });

  const entryWith = (preprocessing: Partial<Backbone['entry']['preprocessing']>) => ({
    ...backbone.entry,
    preprocessing: { ...backbone.entry.preprocessing, ...preprocessing },
  });

  for (const [what, preprocessing] of [
    ['as its weights want it', {}],
    ['with a mean and a deviation of each channel', { mean: [124, 116, 104], std: [58, 57, 57] }],
    ['in the order blue, green, red', { mean: [124, 116, 104], std: [1, 1, 1], channelOrder: 'bgr' }],
  ] as const) {
    it(`preprocesses in its graph as without one, ${what}`, () => {
      const network = { model: backbone.model, entry: entryWith(preprocessing), head };
      const compiled = new PictureNetwork(network, PICTURES_FOR_GRAPH, assert.fail);
      const difference = apart(compiled.run(pictures()), forward(network, pictures()));
      assert.ok(difference < 1e-5, `${difference}`);
      compiled.dispose();
    });
  }

  it('is one graph with its head, from bytes to the result', () => {
    const compiled = new PictureNetwork({ ...backbone, head }, PICTURES_FOR_GRAPH, assert.fail);
    compiled.run(pictures());
    assert.deepEqual(
      operations(() => compiled.run(pictures())),
      [],
    );
    assert.equal(compiled.run(pictures()).length, 3 * 4);
    compiled.dispose();
  });

  it('computes the head of one picture after the other the same, before and after there is a graph', () => {
    const network = new PictureNetwork({ ...backbone, head }, 0, assert.fail);
    const [picture] = pictures();
    const results = Array.from({ length: 20 }, () => {
      network.expect(1);
      return network.run([picture!]);
    });
    for (const result of results) assert.ok(apart(result, results[0]!) < 1e-5);
    assert.ok(operations(() => network.run([picture!])).length === 0, 'a graph, with the sixteenth');
    network.dispose();
  });

  it('keeps no tensors', () => {
    const compiled = new PictureNetwork({ ...backbone, head }, PICTURES_FOR_GRAPH, assert.fail);
    compiled.run(pictures());
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) compiled.run(pictures());
    assert.equal(tf.memory().numTensors, before);
    compiled.dispose();
  });

  it('says what is wrong with a picture of another size', () => {
    const compiled = new PictureNetwork({ ...backbone, head }, PICTURES_FOR_GRAPH, assert.fail);
    assert.throws(() => compiled.run([new Uint8Array(32 * 32 * 3)]), /a picture has 32 x 32 pixels, expected 64 x 64/);
    compiled.dispose();
  });
});
