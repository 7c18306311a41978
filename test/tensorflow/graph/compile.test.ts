import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tf } from '../../../src/tensorflow';
import { compile, type Results } from '../../../src/tensorflow/graph';
import { temporaryFolder } from '../../folders';

const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

/** Compile for some inputs, and return the reason why that was refused. */
function refusal(fn: (...inputs: tf.Tensor[]) => Results, ...inputs: tf.Tensor[]): string | null {
  const messages: string[] = [];
  const compiled = compile(fn, { name: 'fn', onFallback: (message) => messages.push(message) });
  const { fallback } = compiled.compile(...inputs);
  compiled.compile(...inputs);
  assert.deepEqual(messages, fallback === null ? [] : [`fn runs op by op: ${fallback}`]);
  compiled.dispose();
  return fallback;
}

describe('compile', () => {
  it('returns a tensor, an array or an object, like the function', () => {
    const x = tf.tensor1d([1, 2, 3]);
    assert.deepEqual(numbers(compile((a: tf.Tensor) => a.mul(2)).call(x)), [2, 4, 6]);
    assert.deepEqual(
      compile((a: tf.Tensor) => [a, a.neg()])
        .call(x)
        .map(numbers),
      [
        [1, 2, 3],
        [-1, -2, -3],
      ],
    );
    const { sum, same } = compile((a: tf.Tensor) => ({ sum: a.sum(), same: a })).call(x);
    assert.deepEqual([numbers(sum), numbers(same)], [[6], [1, 2, 3]]);
  });

  it('accepts any batch size if the function scales with it', () => {
    const fn = (a: tf.Tensor, b: tf.Tensor) => ({
      mean: a.mean(),
      ones: tf.ones(a.shape).add(a.shape[0]!),
      flat: a.reshape([a.shape[0]! * 3]).concat(b.flatten()),
      share: tf.scalar(1 / a.shape[0]!).mul(a.sum()),
    });
    const compiled = compile(fn);
    for (const batch of [4, 1, 7, 30]) {
      const [a, b] = [tf.randomUniform([batch, 3], 0, 1, 'float32', batch), tf.ones([batch, 2])];
      const [actual, expected] = [compiled.call(a, b), fn(a, b)];
      for (const [name, tensor] of Object.entries(actual)) {
        assert.deepEqual(tensor.shape, expected[name as keyof typeof expected].shape);
        numbers(tensor).forEach((value, i) => {
          const right = numbers(expected[name as keyof typeof expected])[i]!;
          assert.ok(Math.abs(value - right) < 1e-6 * Math.max(1, Math.abs(right)), `${name} at ${batch}`);
        });
      }
    }
    assert.equal(compiled.report?.anyBatch, true);
    compiled.dispose();
  });

  it('writes equal constants once', () => {
    const weights = tf.ones([3, 3]);
    const bias = () => tf.tensor2d([[1, 2, 3]]);
    const fn = (a: tf.Tensor) => a.matMul(weights).add(bias()).matMul(weights).add(bias());
    const compiled = compile(fn);
    const { fallback, nodes } = compiled.compile(tf.ones([4, 3]));
    assert.deepEqual([fallback, nodes], [null, 8]); // input, weights, bias, two products, two sums, output
    assert.deepEqual(numbers(compiled.call(tf.ones([1, 3]))), numbers(fn(tf.ones([1, 3]))));
    compiled.dispose();
  });

  it('makes a graph for each batch size if it does not', () => {
    const fn = (a: tf.Tensor) => a.mul(a.shape[0]! ** 2);
    const compiled = compile(fn);
    for (const batch of [2, 6, 2, 3]) assert.deepEqual(numbers(compiled.call(tf.ones([batch])))[0], batch ** 2);
    assert.deepEqual([compiled.report?.anyBatch, compiled.report?.fallback], [false, null]);
    compiled.dispose();
  });

  it('keeps no more graphs than allowed', () => {
    const many = tf.range(0, 2 ** 17); // sessions of small graphs stay for the next ones
    const compiled = compile((a: tf.Tensor) => tf.tidy(() => a.sum().mul(many)), { anyBatch: false, graphs: 2 });
    const backend = tf.backend() as unknown as { getNumOfSavedModels(): number };
    const before = backend.getNumOfSavedModels();
    for (const columns of [1, 2, 3, 1, 2]) compiled.call(tf.zeros([4, columns])).dispose();
    assert.equal(backend.getNumOfSavedModels() - before, 2);
    compiled.dispose();
    assert.equal(backend.getNumOfSavedModels(), before);
    many.dispose();
  });

  it('reads the current values of variables at each call, and writes them', () => {
    const counter = tf.variable(tf.scalar(10));
    const compiled = compile((a: tf.Tensor) => {
      counter.assign(counter.add(a.sum()));
      return counter.mul(2);
    });
    assert.equal(compiled.compile(tf.ones([2])).fallback, null);
    assert.deepEqual(numbers(counter), [10]);
    assert.deepEqual(numbers(compiled.call(tf.ones([2]))), [24]);
    counter.assign(tf.scalar(-1));
    assert.deepEqual(numbers(compiled.call(tf.ones([5]))), [8]);
    assert.deepEqual(numbers(counter), [4]);
    compiled.dispose();
    counter.dispose();
  });

  it('keeps variables apart that were made from the same tensor', () => {
    const zero = tf.scalar(0);
    const [a, b] = [tf.variable(zero), tf.variable(zero)];
    const compiled = compile((x: tf.Tensor) => {
      b.assign(b.add(x.sum()));
      return a.add(0);
    });
    compiled.call(tf.ones([3]));
    assert.deepEqual([numbers(a), numbers(b)], [[0], [3]]);
    assert.deepEqual(numbers(compiled.call(tf.ones([3]))), [0]);
    tf.dispose([a, b]);
    compiled.dispose();
  });

  it('keeps inputs apart that are the same tensor in the first call', () => {
    const compiled = compile((a: tf.Tensor, b: tf.Tensor) => a.sub(b));
    const x = tf.tensor1d([1, 2]);
    compiled.call(x, x);
    assert.deepEqual(numbers(compiled.call(x, tf.tensor1d([5, 5]))), [-4, -3]);
    compiled.dispose();
  });

  it('works inside another compiled function', () => {
    const inner = compile((a: tf.Tensor) => a.square());
    const outer = compile((a: tf.Tensor) => inner.call(a).add(1));
    assert.equal(outer.compile(tf.ones([2])).fallback, null);
    assert.deepEqual(numbers(outer.call(tf.tensor1d([2, 3]))), [5, 10]);
    outer.dispose();
  });

  it('lets the function itself report what is wrong with its inputs', () => {
    const compiled = compile((a: tf.Tensor, b: tf.Tensor) => a.matMul(b), { onFallback: () => {} });
    assert.throws(() => compiled.call(tf.ones([2, 3]), tf.ones([4, 5])), /incompatible/);
  });

  it('rejects options that it does not know', () => {
    assert.throws(() => compile((a: tf.Tensor) => a, { anybatch: true } as object), /unknown option 'anybatch'/);
  });

  it('leaves no files, whether disposed or not', () => {
    const folder = temporaryFolder();
    const script = `
      const { tf } = require(${JSON.stringify(require.resolve('../../../src/tensorflow'))});
      const { compile } = require(${JSON.stringify(require.resolve('../../../src/tensorflow/graph'))});
      compile((x) => x.add(1)).call(tf.ones([2])).print();`;
    execFileSync(process.execPath, ['-e', script], { env: { ...process.env, TMPDIR: folder }, stdio: 'pipe' });
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe('compile refuses, says why and runs op by op', () => {
  const x = tf.tensor1d([1, 2, 3]);

  it('a function that draws random numbers in JavaScript', () => {
    assert.match(refusal((a) => a.mul(Math.random()), x)!, /random numbers in JavaScript/);
    assert.match(refusal((a) => tf.dropout(a, 0.5), x)!, /random numbers in JavaScript/);
  });

  it('a function that reads data in JavaScript', () => {
    assert.match(refusal((a) => a.mul(a.dataSync()[0]!), x)!, /reads the data of input 0 in JavaScript/);
    assert.match(refusal((a) => a.mul(a.sum().dataSync()[0]!), x)!, /reads the result of Sum in JavaScript/);
    const variable = tf.variable(tf.scalar(2), true, 'rate');
    assert.match(refusal((a) => a.mul(variable.dataSync()[0]!), x)!, /reads the variable rate in JavaScript/);
    variable.dispose();
  });

  it('a function that counts in JavaScript', () => {
    let step = 0;
    assert.match(refusal((a) => a.mul(++step), x)!, /changes from call to call/);
  });

  it('a function that does something else at each call', () => {
    let step = 0;
    assert.match(refusal((a) => (step++ % 2 ? a.neg() : a.add(1)), x)!, /from call to call/);
  });

  it('a function that makes variables', () => {
    const made: tf.Variable[] = [];
    const reason = refusal((a) => {
      made.push(tf.variable(tf.scalar(1)));
      return a.add(made.at(-1)!);
    }, x);
    assert.match(reason!, /creates variables at every call/);
    tf.dispose(made);
  });

  it('a function that does not return tensors', () => {
    assert.match(refusal(() => 3 as unknown as tf.Tensor, x)!, /something else than tensors/);
  });

  it('and still gives the right results', () => {
    const compiled = compile((a: tf.Tensor) => a.mul(a.dataSync()[2]!), { onFallback: () => {} });
    assert.deepEqual(numbers(compiled.call(x)), [3, 6, 9]);
    assert.deepEqual(numbers(compiled.call(tf.tensor1d([1, 2, 5]))), [5, 10, 25]);
  });
});
