import assert from 'node:assert/strict';
import { gradCam, heatmapOverlay, occlusionMap } from '../../src/explain';
import { backboneEntry, backbones, buildArchitecture } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { mistake } from '../mistake';
import { formulaPicture, relativeError } from '../models/keras';
import fixture from './gradCam.json';

/** Numbers of -1 to 1 by a hash of the name and the place, as in gradCam.py. */
function uniform(name: string, count: number): Float32Array {
  const phase = [...name].reduce((sum, letter, i) => (sum + (i + 1) * letter.charCodeAt(0)) >>> 0, 0);
  const start = Math.imul(phase, 40503);
  return Float32Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i + 1, 2654435761) + start) >>> 0;
    x ^= x >>> 15;
    x = Math.imul(x, 2246822519) >>> 0;
    x ^= x >>> 13;
    return (x >>> 0) / 2 ** 31 - 1;
  });
}

function fill(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    const values = layer.weights.map((weight) => {
      const kind = weight.originalName.split('/').at(-1)!;
      const shape = weight.shape as number[];
      const size = shape.reduce((product, side) => product * side, 1);
      const noise = uniform(`${layer.name}/${kind.replace('depthwise_kernel', 'kernel')}`, size);
      const inputs = kind.startsWith('depthwise') ? shape[0]! * shape[1]! : size / shape.at(-1)!;
      const constant = { mean: 0.45, variance: 0.2, count: 7 }[kind];
      const drawn = (v: number) => {
        if (kind.includes('kernel')) return v * Math.sqrt(6 / inputs);
        if (kind === 'gamma' || kind === 'moving_variance') return 1 + 0.2 * v;
        return constant ?? 0.05 * v;
      };
      return tf.tensor(noise.map(drawn), shape);
    });
    if (values.length > 0) layer.setWeights(values);
    tf.dispose(values);
  }
}

/** A backbone of made-up weights at `size` pixels, under a head of three classes. */
function classifier(name: string, size: number, classes = 3) {
  const { model } = buildArchitecture(name, { includeTop: false, inputSize: size });
  const entry = backboneEntry(name);
  const head = tf.sequential({
    layers: [tf.layers.dense({ name: 'logits', units: classes, inputShape: [model.outputs[0]!.shape.at(-1)!] })],
  });
  fill(model);
  fill(head);
  return {
    backbone: { entry: { ...entry, preprocessing: { ...entry.preprocessing, inputSize: size } }, model },
    head,
    dispose: () => [model, head].forEach((each) => void each.dispose()),
  };
}

const pixels = (size: number) => Uint8Array.from(formulaPicture(size));

describe('gradCam', function () {
  this.timeout(120_000);

  for (const { name, size, class: predicted, shape, heat } of fixture) {
    it(`agrees with Keras's example code on ${name}, through backbone and head`, () => {
      const explained = classifier(name, size);
      const [map] = gradCam(explained, [pixels(size)]);
      explained.dispose();
      assert.equal(map!.class, predicted);
      assert.deepEqual([map!.height, map!.width], shape);
      assert.ok(relativeError(map!.values, heat) < 1e-3, `${relativeError(map!.values, heat)}`);
    });
  }

  it('finds the last feature maps of every backbone', () => {
    for (const name of Object.keys(backbones).filter((key) => !/152|101|-b[3-7]|vgg19|lite[12]/.test(key))) {
      const { model } = buildArchitecture(name, { includeTop: false, inputSize: 64 });
      const entry = backboneEntry(name);
      const own = { ...entry, preprocessing: { ...entry.preprocessing, inputSize: 64 } };
      const [map] = gradCam({ backbone: { entry: own, model } }, [pixels(64)], { classes: 0 });
      model.dispose();
      assert.ok(map!.height >= 2 && map!.height <= 4, `${name}: ${map!.height}`);
    }
  });

  it('gives the same for a picture alone and among others, leaves no tensor behind, and explains any class', () => {
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
    mistake(() => gradCam(explained, [dark], { layer: 'conv_99' }), "'conv_99' is no layer", 'the last ones are');
    explained.dispose();
  });

  it('explains both classes of a single logit, which speaks for the one and against the other', () => {
    const explained = classifier('mobilenet-v1-0.25', 64, 1);
    const [first, second] = [0, 1].map((c) => gradCam(explained, [pixels(64)], { classes: c })[0]!);
    assert.ok(Math.abs(first!.probability + second!.probability - 1) < 1e-6);
    assert.ok([...first!.values].every((value, i) => value === 0 || second!.values[i] === 0));
    explained.dispose();
  });

  it('becomes a picture', async () => {
    const heatmap = { values: Float32Array.of(0, 1, 0.5, 0), height: 2, width: 2, class: 0, probability: 1 };
    assert.match(await heatmapOverlay(pixels(64), 64, heatmap), /^data:image\/jpeg;base64,/);
  });
});

describe('occlusionMap', function () {
  this.timeout(120_000);

  it('is largest where the only thing lies that the network looks at', () => {
    // a "network" that sees the brightness of the upper left corner, and nothing else
    const input = tf.input({ shape: [32, 32, 3] });
    const conv = tf.layers.conv2d({ filters: 1, kernelSize: 8, strides: 8, name: 'eyes' });
    const maps = conv.apply(input) as tf.SymbolicTensor; // [4, 4, 1]
    const flat = tf.layers.flatten().apply(maps) as tf.SymbolicTensor;
    const dense = tf.layers.dense({ units: 2, name: 'logits' });
    const model = tf.model({ inputs: input, outputs: dense.apply(flat) as tf.SymbolicTensor });
    conv.setWeights([tf.fill([8, 8, 3, 1], 1 / 192), tf.zeros([1])]);
    const kernel = new Float32Array(32);
    kernel[1] = 3; // the corner's value speaks for class 1
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
  });
});
