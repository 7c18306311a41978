import assert from 'node:assert/strict';
import { gradCam, heatmapOverlay, occlusionMap } from '../../../src/analysis/explain';
import { UserError } from '../../../src/core/errors';
import { attachHead, buildHead } from '../../../src/layers';
import { backboneEntry, backboneNames, buildArchitecture } from '../../../src/models';
import { tf } from '../../../src/tensorflow';
import { mistake } from '../../mistake';
import { SMALLEST_OF_EACH } from '../../models/families';
import { relativeError } from '../../models/keras';
import { classifier, pixels } from './classifier';
import fixture from './gradCam.json';

describe('gradCam', function () {
  this.timeout(120_000);

  for (const { name, size, predicted, class: chosen, shape, heat } of fixture) {
    it(`agrees with Keras's example code on ${name}, through backbone and head`, () => {
      const explained = classifier(name, size);
      const [map] = gradCam(explained, [pixels(size)], chosen === predicted ? undefined : { classes: chosen });
      explained.dispose();
      if (process.env.TUNEBOOK_SHOW_ERRORS) console.log(name, relativeError(map!.values, heat));
      assert.equal(map!.class, chosen);
      assert.deepEqual([map!.height, map!.width], shape);
      assert.ok(relativeError(map!.values, heat) < 1e-4, `${relativeError(map!.values, heat)}`);
    });
  }

  for (const { name, size, predicted, class: chosen, heat } of fixture.filter((each) =>
    SMALLEST_OF_EACH.some((name) => name === each.name),
  )) {
    it(`agrees with it on ${name} as one network with its head`, () => {
      const { backbone, head, dispose } = classifier(name, size);
      const explained = { backbone, head, model: attachHead(backbone.model, head) };
      const [map] = gradCam(explained, [pixels(size)], chosen === predicted ? undefined : { classes: chosen });
      dispose();
      assert.ok(relativeError(map!.values, heat) < 1e-4, `${relativeError(map!.values, heat)}`);
    });
  }

  // those of a family are made by the same code, of other widths and depths
  const every = process.env.TUNEBOOK_EVERY_NETWORK === '1';
  it(`finds the last feature maps of ${every ? 'every backbone' : 'a backbone of each family'}`, () => {
    for (const name of every ? backboneNames() : SMALLEST_OF_EACH) {
      const side = name === 'inception-v3' ? 139 : 64; // it cuts off the border of its maps
      const { model } = buildArchitecture(name, { includeTop: false, inputSize: side });
      const entry = backboneEntry(name);
      const own = { ...entry, preprocessing: { ...entry.preprocessing, inputSize: side } };
      const head = buildHead(entry.features, 3);
      const [map] = gradCam({ backbone: { entry: own, model }, head }, [pixels(side)], { classes: 0 });
      model.dispose();
      head.dispose();
      assert.ok(map!.height >= 2 && map!.height <= 4, `${name}: ${map!.height}`);
    }
  });

  it('gives the same for a single picture as in a batch, keeps no tensors, and explains any class', () => {
    const explained = classifier('mobilenet-v1-0.25', 64);
    const dark = pixels(64).map((value) => value >> 1);
    const [alone] = gradCam(explained, [dark], { classes: 2 });
    const before = tf.memory().numTensors;
    const both = gradCam(explained, [pixels(64), dark], { classes: [1, 2] });
    assert.equal(tf.memory().numTensors, before);
    assert.ok(relativeError(both[1]!.values, alone!.values) < 1e-4);
    assert.deepEqual(
      both.map((map) => map.class),
      [1, 2],
    );
    mistake(() => gradCam(explained, [dark], { classes: 3 }), 'from 0 to 2', 'got 3');
    mistake(
      () => gradCam(explained, [dark], { layer: 'conv_99' }),
      "cannot be cut at a layer 'conv_99'",
      'the last possible ones are',
    );
    explained.dispose();
  });

  it('says what it expects if a class, layer, picture, head or network does not fit', () => {
    const explained = classifier('mobilenet-v1-0.25', 64);
    const picture = pixels(64);
    const { backbone } = explained;
    const cam = (...given: Parameters<typeof gradCam>) => gradCam(...given);
    mistake(() => cam(explained, [picture], { classes: -1 }), 'from 0 to 2', 'got -1');
    mistake(() => cam(explained, [picture], { classes: 0.5 }), 'from 0 to 2', 'got 0.5');
    const nine = Array.from({ length: 9 }, () => picture); // more than one batch
    mistake(() => cam(explained, nine.slice(0, 8), { classes: nine.map(() => 0) }), '9 classes for 8 pictures');
    mistake(() => cam(explained, nine, { classes: [0] }), '1 classes for 9 pictures', 'or one each');
    mistake(() => cam(explained, [picture], { layer: 'conv_dv_13' }), "did you mean 'conv_dw_13'?");
    mistake(() => cam(explained, [picture], { layer: backbone.model.layers.at(-1)!.name }), 'has no feature maps');
    mistake(() => cam(explained, [picture], { layers: 'x' } as object), "unknown option 'layers'", "'layer'");
    mistake(() => cam(explained, [pixels(32)]), 'a picture has 32 x 32 pixels, expected 64 x 64', 'decodePicture');
    mistake(() => cam(explained, [pixels(96)]), '96 x 96 pixels, expected 64 x 64');
    mistake(() => cam(explained, [picture.slice(1)]), 'has 12287 bytes, expected 64 x 64');
    mistake(() => cam(explained, picture as unknown as Uint8Array[]), 'expected an array of pictures');
    mistake(() => cam({ backbone }, [picture]), '256 features and no classes', 'includeTop: true');
    const head = buildHead(1280, 3);
    mistake(() => cam({ backbone, head }, [picture]), 'features of shape [1280]', 'returns [256]');
    head.dispose();
    assert.deepEqual(cam(explained, []), []);
    explained.dispose();
  });

  it('says so where training diverged', () => {
    const explained = classifier('mobilenet-v1-0.25', 64);
    const [kernel, bias] = explained.head.getWeights();
    explained.head.setWeights([tf.fill(kernel!.shape, Number.NaN), bias!]);
    mistake(() => gradCam(explained, [pixels(64)]), 'training diverged', 'lower learning rate');
    mistake(() => occlusionMap(explained, pixels(64)), 'training diverged');
    explained.dispose();
  });

  it('explains both classes of a single logit, which is high for one and low for the other', () => {
    const explained = classifier('mobilenet-v1-0.25', 64, 1);
    const [first, second] = [0, 1].map((c) => gradCam(explained, [pixels(64)], { classes: c })[0]!);
    assert.ok(Math.abs(first!.probability + second!.probability - 1) < 1e-6);
    assert.ok([...first!.values].every((value, i) => value === 0 || second!.values[i] === 0));
    explained.dispose();
  });

  it('becomes a picture', async () => {
    const heatmap = { values: Float32Array.of(0, 1, 0.5, 0), height: 2, width: 2, class: 0, probability: 1 };
    assert.match(await heatmapOverlay(pixels(64), 64, heatmap), /^data:image\/jpeg;base64,/);
    const refused = (...given: Parameters<typeof heatmapOverlay>) =>
      assert.rejects(heatmapOverlay(...given), UserError);
    await refused(pixels(64), 32, heatmap);
    await refused(pixels(64), 64, { ...heatmap, height: 3 });
    await refused(pixels(64), 64, heatmap, 0);
  });
});

describe('occlusionMap', function () {
  this.timeout(120_000);

  it('is largest where the network reacts to the picture', () => {
    // a "network" that depends only on the brightness of the upper left corner
    const input = tf.input({ shape: [32, 32, 3] });
    const conv = tf.layers.conv2d({ filters: 1, kernelSize: 8, strides: 8, name: 'eyes' });
    const maps = conv.apply(input) as tf.SymbolicTensor; // [4, 4, 1]
    const flat = tf.layers.flatten().apply(maps) as tf.SymbolicTensor;
    const dense = tf.layers.dense({ units: 2, name: 'logits' });
    const model = tf.model({ inputs: input, outputs: dense.apply(flat) as tf.SymbolicTensor });
    conv.setWeights([tf.fill([8, 8, 3, 1], 1 / 192), tf.zeros([1])]);
    const kernel = new Float32Array(32);
    kernel[1] = 3; // a bright corner means class 1
    dense.setWeights([tf.tensor2d(kernel, [16, 2]), tf.zeros([2])]);
    const entry = backboneEntry('mobilenet-v2');
    const preprocessing = {
      ...entry.preprocessing,
      inputSize: 32,
      mean: [127, 127, 127],
      std: [128, 128, 128],
    } as const;
    const white = new Uint8Array(32 * 32 * 3).fill(255);
    const explained = { backbone: { entry: { ...entry, preprocessing }, model } };
    const before = tf.memory().numTensors;
    const map = occlusionMap(explained, white, { places: 5 });
    assert.equal(tf.memory().numTensors, before);
    assert.equal(map.class, 1);
    assert.equal(map.values.indexOf(Math.max(...map.values)) % 5 < 2, true);
    assert.ok(map.values[24]! < 1e-3 && map.values[0]! > 0.2, [...map.values].join(' '));
    mistake(() => occlusionMap(explained, white, { places: 1 }), 'places', '>= 2');
    mistake(() => occlusionMap(explained, white, { class: 2 }), 'from 0 to 1', 'got 2');
    mistake(() => occlusionMap(explained, white.slice(3)), 'a picture has 3069 bytes, expected 32 x 32');
  });
});
