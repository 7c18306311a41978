import assert from 'node:assert/strict';
import {
  attachHead,
  buildDenseHead,
  buildHead,
  buildPoolingHead,
  changedWeights,
  freeze,
  layerTable,
  learningRateGroups,
  unfreeze,
} from '../../src/layers';
import { tf } from '../../src/tensorflow';
import { fit } from '../../src/training';
import { blocks, network } from '../features/network';
import { planes, weightsOf } from '../training/formulas';

const frozenNames = (model: tf.LayersModel) =>
  model.layers
    .filter(({ weights, trainableWeights }) => weights.length > 0 && trainableWeights.length === 0)
    .map(({ name }) => name);

describe('freeze and unfreeze', () => {
  it('accept all layers, a fraction, names, blocks, or the layers above or below one', () => {
    const frozenAfter = (work: (model: tf.LayersModel) => void) => {
      const model = network();
      work(model);
      return frozenNames(model).join(' ');
    };
    const all = 'a_conv a_bn b_conv b_bn c_conv';
    assert.equal(
      frozenAfter((model) => freeze(model, 'all')),
      all,
    );
    assert.equal(
      frozenAfter((model) => freeze(model, { fraction: 0.4 })),
      'a_conv a_bn',
    );
    assert.equal(
      frozenAfter((model) => freeze(model, { names: ['b'] }, { blocks })),
      'b_conv b_bn',
    );
    assert.equal(
      frozenAfter((model) => freeze(model, { names: ['a_conv', 'c_conv'] })),
      'a_conv c_conv',
    );
    assert.equal(
      frozenAfter((model) => freeze(model, { upTo: 'b' }, { blocks })),
      'a_conv a_bn b_conv b_bn',
    );
    assert.equal(
      frozenAfter((model) => {
        freeze(model, 'all');
        unfreeze(model, { from: 'b' }, { blocks });
      }),
      'a_conv a_bn',
    );
  });

  it('list the valid names if a name is unknown', () => {
    assert.throws(() => freeze(network(), { names: ['d'] }, { blocks }), /no layer or block 'd'; it has a, b, c/);
    assert.throws(() => freeze(network(), { fraction: 2 }), /must be a number >= 0 and <= 1, got 2/);
  });

  for (const batchNormalization of ['inference', 'training'] as const) {
    it(`leave frozen layers bit-identical, with unfrozen batch normalization in ${batchNormalization} mode`, async () => {
      const backbone = network();
      const model = attachHead(backbone, buildHead(4, 3));
      freeze(backbone, 'all');
      unfreeze(backbone, { from: 'b' }, { blocks, batchNormalization });
      const before = weightsOf(backbone);
      await fit(model, { train: planes }, { epochs: 3, batchSize: 6, cache: false });
      const changed = weightsOf(backbone).map((weight, i) => weight.join() !== before[i]!.join());
      const [gamma, beta, mean, variance] = changed.slice(6, 10);
      assert.deepEqual(changed.slice(0, 5), [false, false, false, false, false]);
      assert.deepEqual([gamma, beta], [true, true]);
      assert.deepEqual([mean, variance], Array(2).fill(batchNormalization === 'training'));
      const counted = changedWeights(network(), model); // a network as this one was before
      const moving = batchNormalization === 'training' ? 2 : 0;
      assert.deepEqual(counted, {
        weights: { changed: changed.filter(Boolean).length - moving, total: 3 + 2 * 2 },
        statistics: { changed: moving, total: 4 },
      });
    });
  }

  it('are compared only with a network that has the same layers', () => {
    assert.throws(
      () => changedWeights(network(), buildHead(4, 3)),
      /^UserError: changedWeights: the second model has no layer 'a_conv' with weights of the shapes \[\[3,3,2,4\]\]/,
    );
    assert.equal(changedWeights(network(), network()).weights.changed, 0);
  });

  it('also affect the layers of a nested model', async () => {
    const inner = network();
    const model = tf.sequential({ layers: [inner, tf.layers.dense({ units: 3 })] });
    freeze(model, { names: [inner.name] });
    const before = weightsOf(inner);
    await fit(model, { train: planes }, { epochs: 2, cache: false });
    assert.deepEqual(weightsOf(inner), before);
  });
});

describe('layerTable', () => {
  it('shows layers, shapes, parameters, frozen layers and learning rates', () => {
    const model = attachHead(network(), buildHead(4, 3));
    freeze(model, { upTo: 'a_bn' });
    unfreeze(model, { names: ['b_bn'] });
    const groups = learningRateGroups(model, blocks, { head: 1e-2, backbone: 1e-4, decay: 0.5 });
    const rows = layerTable(model, { groups }).objects() as Record<string, unknown>[];
    const row = (name: string) => rows.find(({ layer }) => layer === name);
    assert.deepEqual(row('a_bn'), {
      layer: 'a_bn',
      type: 'BatchNormalization',
      shape: '[4,4,4]',
      parameters: 16,
      trainable: 0,
      frozen: true,
      mode: 'inference',
      learningRate: null,
    });
    assert.equal(row('b_bn')!.trainable, 8);
    assert.equal(row('b_bn')!.mode, 'inference');
    assert.equal(row('b_conv')!.learningRate, 5e-5);
    assert.equal(row('c_conv')!.learningRate, 1e-4);
    assert.equal(row('logits')!.learningRate, 1e-2);
    const named = layerTable(model, { blocks }).objects() as Record<string, unknown>[];
    const blockOf = (name: string) => named.find(({ layer }) => layer === name)!.block;
    assert.equal(blockOf('a_bn'), blocks[0]!.name);
    assert.equal(blockOf('logits'), null);
    assert.equal(row('dropout')!.frozen, false);
  });
});

describe('learning rates of groups', () => {
  it('scale the steps of each layer', async () => {
    const model = attachHead(network(), buildHead(4, 3, { dropout: 0 }));
    freeze(model, { upTo: 'a' }, { blocks });
    const groups = learningRateGroups(model, blocks, { head: 0.1, backbone: 0, decay: 0.5 });
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['head', 'b', 'c'],
    );
    const before = weightsOf(model);
    await fit(model, { train: planes }, { epochs: 1, groups, optimizer: 'sgd' });
    const changed = weightsOf(model).flatMap((weight, i) => (weight.join() === before[i]!.join() ? [] : [i]));
    assert.deepEqual(changed.length >= 2 && changed.slice(-2), [before.length - 2, before.length - 1]); // the head's
    assert.ok(
      changed.every((i) => i >= 8),
      String(changed),
    ); // below b nothing changes, except b's statistics
  });

  it('must name layers of the model, each once', async () => {
    const model = attachHead(network(), buildHead(4, 3));
    const group = (layers: string[]) => ({ name: 'g', layers, learningRate: 1 });
    await assert.rejects(fit(model, { train: planes }, { groups: [group(['x'])] }), /names the layer 'x'/);
    await assert.rejects(
      fit(model, { train: planes }, { groups: [group(['logits']), group(['logits'])] }),
      /'logits' is in two groups/,
    );
  });
});

describe('heads', () => {
  it('have the expected shapes on vectors, on feature maps and in the classic form', () => {
    assert.deepEqual(buildHead(5, 3).outputs[0]!.shape, [null, 3]);
    assert.deepEqual(buildPoolingHead([2, 2, 5], 3).outputs[0]!.shape, [null, 3]);
    assert.deepEqual(buildDenseHead([2, 2, 5], 3).outputs[0]!.shape, [null, 3]);
    assert.deepEqual(buildDenseHead([2, 2, 5], 2).outputs[0]!.shape, [null, 1]);
    const types = buildDenseHead([2, 2, 5], 2).layers.map((layer) => layer.getClassName());
    assert.deepEqual(types, ['Flatten', 'Dense', 'Dropout', 'Dense']);
  });

  it('start with the same weights for the same seed', () => {
    assert.deepEqual(weightsOf(buildDenseHead([4], 3, { seed: 5 })), weightsOf(buildDenseHead([4], 3, { seed: 5 })));
    assert.notDeepEqual(weightsOf(buildHead(4, 3, { seed: 5 })), weightsOf(buildHead(4, 3, { seed: 6 })));
  });

  it('give the same attached to a backbone as when applied to its output', () => {
    const backbone = network();
    const head = buildDenseHead([4, 4, 4], 3);
    const whole = attachHead(backbone, head, { at: 'b_relu' });
    const x = tf.tensor4d(planes.values, [12, 4, 4, 2]);
    const maps = tf.model({ inputs: backbone.inputs, outputs: backbone.getLayer('b_relu').output }).predict(x);
    assert.deepEqual(
      [...(whole.predict(x) as tf.Tensor).dataSync()],
      [...(head.predict(maps) as tf.Tensor).dataSync()],
    );
    assert.throws(() => attachHead(backbone, head), /expects features of shape \[4,4,4\], '.*' gives \[4\]/);
  });

  it('include the penalty of their hidden layer in the training loss', async () => {
    const head = buildDenseHead([6], 2, { units: 4, l2: 1, dropout: 0 });
    const values = new Float32Array(72);
    const { history } = await fit(head, { train: { values, shape: [6], labels: new Int32Array(12) } }, { epochs: 1 });
    assert.ok(history[0]!.loss > Math.log(2) + 0.5); // the logistic loss of a logit 0, and the penalty
  });
});
