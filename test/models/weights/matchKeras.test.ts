import assert from 'node:assert/strict';
import { matchWeights, type SavedLayer } from '../../../src/models';
import { tf } from '../../../src/tensorflow';

/** Two convolutions and pooling: a backbone without classifier. */
function model(): tf.LayersModel {
  const input = tf.input({ shape: [8, 8, 3], name: 'input' });
  const conv = (name: string) => tf.layers.conv2d({ name, filters: 3, kernelSize: 3, kernelInitializer: 'zeros' });
  const x = conv('block2_conv').apply(conv('block1_conv').apply(input)) as tf.SymbolicTensor;
  const outputs = tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs, name: 'two' });
}

const array = (value: number, ...shape: number[]) => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});
const conv = (name: string, value: number, more: Partial<SavedLayer> = {}): SavedLayer => ({
  ...{ name, ...more },
  weights: [array(value, 3, 3, 3, 3), array(value, 3)],
});
const dense = (name: string, more: Partial<SavedLayer> = {}): SavedLayer => ({
  ...{ name, ...more },
  weights: [array(9, 3, 5), array(9, 5)],
});

const found = (kind: 'ordered' | 'counted', layers: SavedLayer[]) => {
  const arrays = matchWeights(model(), { kind, layers }, 'the file');
  return ['block1_conv', 'block2_conv'].map((name) => arrays.get(`${name}/kernel`)!.data[0]);
};

describe("the layers of Keras's files", () => {
  it('are found by name, in any order, beside a head and other layers', () => {
    const layers = [dense('head'), conv('block2_conv', 2), conv('block1_conv', 1)];
    assert.deepEqual(found('ordered', layers), [1, 2]);
  });

  it('are found by their order where names differ, behind and in front of others', () => {
    assert.deepEqual(found('ordered', [conv('a', 1), conv('b', 2), dense('head')]), [1, 2]);
    assert.deepEqual(found('ordered', [dense('first'), conv('a', 1), conv('b', 2)]), [1, 2]);
    const wider: SavedLayer = { name: 'c', weights: [array(3, 3, 3, 9, 9), array(3, 9)] };
    assert.throws(
      () => found('ordered', [conv('a', 1), conv('b', 2), wider]),
      /has a layer 'c' with weights that two has no place for/,
    );
  });

  it('are found in a model that is a layer of another, by the names that Keras 3 notes', () => {
    const within = 'layers/functional';
    const layers = [
      conv('conv2d', 7, { title: 'stem', within: '' }),
      dense('dense', { within: '' }),
      conv('conv2d_1', 2, { title: 'block2_conv', within }),
      conv('conv2d', 1, { title: 'block1_conv', within }),
    ];
    assert.deepEqual(found('counted', layers), [1, 2]);
  });

  it('are found by class and number where there are no names, without the layers of a head', () => {
    assert.deepEqual(found('counted', [dense('dense'), conv('conv2d_1', 2), conv('conv2d', 1)]), [1, 2]);
    assert.throws(
      () => found('counted', [conv('conv2d_2', 3), conv('conv2d_1', 2), conv('conv2d', 1)]),
      /has a layer 'conv2d_2'/,
    );
  });

  it('are refused if the file is of a deeper network', () => {
    const layers = [conv('block1_conv', 1), conv('block2_conv', 2), conv('block3_conv', 3)];
    assert.throws(
      () => found('ordered', layers),
      /has 'block3_conv', which two does not have: it is of another network/,
    );
  });
});
