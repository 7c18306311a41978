import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { type BatchSource, findFrozenPart, frozenSource } from '../../src/features';
import { toSource } from '../../src/features/batchSource';
import { attachHead, buildDenseHead, buildHead, freeze, unfreeze } from '../../src/layers';
import { tf } from '../../src/tensorflow';
import { isBfloat16Faster } from '../../src/tensorflow/graph';
import { type FitOptions, fit } from '../../src/training';
import { temporaryFolder } from '../folders';
import { planes, weightsOf } from '../training/formulas';
import { blocks, network } from './network';

const x = () => tf.tensor4d(planes.values, [12, 4, 4, 2]);
const numbers = (tensor: tf.Tensor | tf.Tensor[]) => Array.from((tensor as tf.Tensor).dataSync());

describe('findFrozenPart', () => {
  const cutOf = (...frozen: string[]) => {
    const model = attachHead(network(), buildHead(4, 3));
    if (frozen.length > 0) freeze(model, { names: frozen }, { blocks });
    return findFrozenPart(model);
  };

  it('ends below the lowest trainable layer, at a layer through which all information passes', () => {
    assert.equal(cutOf(), undefined);
    assert.equal(cutOf('b', 'c'), undefined);
    assert.equal(cutOf('a')!.layer, 'a_relu');
    assert.equal(cutOf('a', 'b')!.layer, 'b_relu'); // c_add also uses it, bypassing c_conv
    assert.equal(cutOf('a', 'b', 'c')!.layer, 'pool');
    assert.deepEqual(cutOf('a', 'b', 'c')!.shape, [4]);
  });

  it('ends below batch normalization that still updates its statistics', () => {
    const model = network();
    freeze(model, 'all');
    unfreeze(model, { names: ['a_bn'] }, { batchNormalization: 'training' });
    freeze(model, { names: ['a_bn'] });
    assert.equal(findFrozenPart(attachHead(model, buildHead(4, 3)))!.layer, 'pool');
    unfreeze(model, { names: ['a_bn'] }, { batchNormalization: 'training' });
    assert.equal(findFrozenPart(attachHead(model, buildHead(4, 3)))!.layer, 'a_conv');
  });

  it('together with the layers above it, gives the same as the whole model', () => {
    const model = attachHead(network(), buildHead(4, 3));
    freeze(model, { names: ['a', 'b'] }, { blocks });
    const part = findFrozenPart(model)!;
    assert.deepEqual(numbers(part.above(part.below(x()), false)), numbers(model.predict(x())));
  });

  it('keeps no more tensors than its result', () => {
    const model = attachHead(network(), buildHead(4, 3));
    freeze(model, { names: ['a', 'b'] }, { blocks });
    const part = findFrozenPart(model)!;
    const input = x();
    const before = tf.memory().numTensors;
    part.below(input);
    assert.equal(tf.memory().numTensors, before + 1);
  });

  it('has a fingerprint that depends on layers, settings and weights, not on names', () => {
    const print = (change: (model: tf.LayersModel) => void = () => {}) => {
      const model = network();
      change(model);
      freeze(model, 'all');
      return findFrozenPart(attachHead(model, buildHead(4, 3)))!.fingerprint();
    };
    assert.equal(print(), print());
    const other = print((model) =>
      tf.tidy(() => model.getLayer('a_bn').setWeights([0, 1, 2, 3].map(() => tf.ones([4])))),
    );
    assert.notEqual(other, print());
  });
});

describe('training above a frozen part', () => {
  const trained = async (options: { cache: boolean | { memory?: number; disk?: number } }) => {
    const model = attachHead(network(), buildDenseHead([4, 4, 4], 3, { units: 5, l2: 0.1 }), { at: 'b_relu' });
    freeze(model, { names: ['a'] }, { blocks });
    const data = { train: planes, validation: planes };
    const result = await fit(model, data, { epochs: 4, batchSize: 5, seed: 3, ...options });
    return { ...result, weights: weightsOf(model).flat() };
  };

  it('takes the same steps as training the whole model, and says what was cached', async () => {
    const [whole, above] = [await trained({ cache: false }), await trained({ cache: true })];
    assert.equal(whole.frozenUpTo, null);
    assert.equal(above.frozenUpTo, 'a_relu');
    above.weights.forEach((value, i) => assert.ok(Math.abs(value - whole.weights[i]!) < 2e-5));
    assert.ok(Math.abs(above.history[3]!.validationLoss! - whole.history[3]!.validationLoss!) < 1e-5);
    assert.ok(above.peakMemory > 50e6 && above.peakMemory < 50e9);
  });

  it('computes the frozen part again in every step if the cache is too small', async () => {
    const [whole, above] = [await trained({ cache: false }), await trained({ cache: { memory: 100 } })];
    assert.equal(above.frozenUpTo, null);
    above.weights.forEach((value, i) => assert.ok(Math.abs(value - whole.weights[i]!) < 2e-5));
  });
});

describe('training above a convolution whose normalization updates its statistics', () => {
  const trained = async (options: FitOptions) => {
    const model = attachHead(network(), buildHead(4, 3));
    freeze(model, { names: ['a_conv'] });
    unfreeze(model, { from: 'a_bn' }, { batchNormalization: 'inference' });
    assert.equal(findFrozenPart(model)!.layer, 'a_conv');
    const before = weightsOf(model).flat();
    await fit(model, { train: planes }, { epochs: 4, batchSize: 5, optimizer: 'sgd', learningRate: 0.1, ...options });
    return weightsOf(model)
      .flat()
      .map((value, i) => value - before[i]!);
  };

  it('takes the same steps as a graph, with the frozen part cached or computed again', async () => {
    const expected = await trained({ graph: false, cache: false });
    const messages: string[] = [];
    const listener = { onMessage: (text: string) => messages.push(text) };
    for (const cache of [true, false, { memory: 100 }]) {
      const moved = await trained({ graph: true, cache, listener });
      moved.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-5, `${value} for ${expected[i]}`));
    }
    assert.ok(expected.filter((value) => Math.abs(value) > 1e-3).length > expected.length / 2);
    assert.deepEqual(messages, []);
  });
});

describe('frozenSource', () => {
  let cacheBefore: string | undefined;
  before(() => {
    cacheBefore = process.env.TUNEBOOK_CACHE;
  });
  beforeEach(() => {
    process.env.TUNEBOOK_CACHE = temporaryFolder();
  });
  after(() => {
    if (cacheBefore === undefined) delete process.env.TUNEBOOK_CACHE;
    else process.env.TUNEBOOK_CACHE = cacheBefore;
  });

  const frozen = () => {
    const model = attachHead(network(), buildHead(4, 3));
    freeze(model, { names: ['a', 'b'] }, { blocks });
    return findFrozenPart(model)!;
  };

  /** Counts the requested rows. */
  const counted = (views = 1) => {
    const source = toSource(planes);
    const asked: string[] = [];
    const result: BatchSource = {
      ...source,
      views,
      batch: (rows, view) => {
        asked.push(...rows.map((row) => `${row}/${view}`));
        return source.batch(
          rows.map((row) => (row + view) % source.size),
          view,
        );
      },
      key: (row, view) => `content ${row} view ${view}`,
    };
    return { source: result, asked };
  };

  const rowsOf = async (source: BatchSource, view = 0) => {
    const { x, y } = await source.batch([3, 0, 11], view);
    const result = { x: numbers(x), y: numbers(y) };
    tf.dispose([x, y]);
    return result;
  };

  it('computes each example and view once, and gives rows in the requested order', async () => {
    const { source, asked } = counted(2);
    const kept = (await frozenSource(source, frozen()))!;
    assert.equal(new Set(asked).size, 24);
    assert.equal(asked.length, 24);
    const { x: rows, y } = await rowsOf(kept);
    const direct = numbers(frozen().below(x()));
    assert.deepEqual(rows.slice(64, 128).map(Math.fround), direct.slice(0, 64));
    assert.deepEqual(y, [0, 0, 2]);
    assert.deepEqual((await rowsOf(kept, 1)).x.slice(64, 128), direct.slice(64, 128)); // row 0 as view 1 is row 1
    assert.deepEqual(await rowsOf(kept, 2), await rowsOf(kept, 0)); // views are repeated
    assert.equal(asked.length, 24);
  });

  it('reads rows from disk the next time, bit for bit, and computes damaged ones again', async () => {
    const first = await rowsOf((await frozenSource(counted().source, frozen()))!);
    const again = counted();
    assert.deepEqual(await rowsOf((await frozenSource(again.source, frozen()))!), first);
    assert.equal(again.asked.length, 0);
    const [file] = readdirSync(cacheFolder('features'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.f32'),
    );
    writeFileSync(join(cacheFolder('features'), file!), 'broken');
    assert.deepEqual(await rowsOf((await frozenSource(again.source, frozen()))!), first);
    assert.equal(again.asked.length, 1);
  });

  it('keeps rows of different precisions apart', async () => {
    await frozenSource(counted().source, frozen());
    const low = counted();
    await frozenSource(low.source, frozen(), { precision: 'bfloat16', listener: { onMessage: () => {} } });
    assert.equal(low.asked.length, isBfloat16Faster() ? 12 : 0);
  });

  it('reads from disk what does not fit into memory', async () => {
    const first = await rowsOf((await frozenSource(counted().source, frozen()))!);
    const { source, asked } = counted();
    const kept = (await frozenSource(source, frozen(), { memory: 1000 }))!;
    assert.deepEqual(await rowsOf(kept), first);
    assert.equal(asked.length, 0);
    rmSync(cacheFolder('features'), { recursive: true });
    assert.deepEqual(await rowsOf(kept), first);
    assert.equal(asked.length, 3);
  });

  it('caches nothing if every epoch has new examples, or the cache is too small', async () => {
    assert.equal(await frozenSource({ ...counted().source, views: Infinity }, frozen()), undefined);
    assert.equal(await frozenSource(counted().source, frozen(), { memory: 1000, disk: 1000 }), undefined);
  });

  it('stops when asked to', async () => {
    const before = tf.memory().numTensors;
    const many = counted(8).source;
    assert.equal(await frozenSource(many, frozen(), { listener: { shouldStop: () => true } }), undefined);
    assert.ok(tf.memory().numTensors - before < 50);
  });
});
