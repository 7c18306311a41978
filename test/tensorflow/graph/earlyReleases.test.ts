import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { nodeBackend } from '../../../src/tensorflow/graph/backend';
import { releasePlan } from '../../../src/tensorflow/graph/earlyReleases';
import { type RecordedCall, record } from '../../../src/tensorflow/graph/recorder';

/** How many tensors TensorFlow holds. */
const held = () => (nodeBackend() as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors();
const dispose = ({ outputs, updated }: RecordedCall) => tf.dispose([...outputs, ...updated]);
const numbers = ({ outputs }: RecordedCall) => outputs.map((output) => output.dataSync());

function planOf(fn: (x: tf.Tensor) => tf.Tensor[], x: tf.Tensor) {
  const call = record(fn as never, [x], { structure: true });
  dispose(call);
  return releasePlan(call.recording);
}

describe('a recording with early releases', () => {
  let x: tf.Tensor;

  before(() => {
    x = tf.tidy(() => tf.randomUniform([4, 8192], -1, 1, 'float32', 1).neg()); // an operation's result is in TensorFlow's memory
  });
  after(() => x.dispose());

  it('holds no more large results than an operation needs, and gives the same numbers', () => {
    let most = 0;
    const fn = (input: tf.Tensor) => {
      let y = input;
      for (let i = 0; i < 20; i++) {
        y = y.sin();
        most = Math.max(most, held());
      }
      return [y];
    };
    const before = held();
    const whole = record(fn as never, [x]);
    assert.ok(most - before >= 20, `${most - before} tensors`);
    const releases = planOf(fn, x);
    most = 0;
    const start = held();
    const saving = record(fn as never, [x], { releases });
    assert.equal(most - start, 1);
    assert.deepEqual(numbers(saving), numbers(whole));
    [whole, saving].forEach(dispose);
    assert.equal(held(), before);
  });

  it('has the gradients and new weights of one that holds all results', () => {
    const weights = tf.variable(tf.randomUniform([8192], -1, 1, 'float32', 2));
    const fn = (input: tf.Tensor) => {
      const loss = () => input.mul(weights).tanh().square().mul(input).sum() as tf.Scalar;
      const { value, grads } = tf.variableGrads(loss, [weights]);
      weights.assign(weights.sub(grads[weights.name]!.mul(0.1)));
      return [value, grads[weights.name]!];
    };
    const original = weights.clone();
    const releases = planOf(fn, x);
    weights.assign(original);
    const whole = record(fn as never, [x]);
    weights.assign(original);
    const saving = record(fn as never, [x], { releases });
    assert.deepEqual(numbers(saving), numbers(whole));
    assert.deepEqual(saving.updated[0]!.dataSync(), whole.updated[0]!.dataSync());
    [whole, saving].forEach(dispose);
    tf.dispose([weights, original]);
  });

  it('lets the function keep a tensor, and dispose of it later', () => {
    const kept: tf.Tensor[] = [];
    const fn = (input: tf.Tensor) => {
      const doubled = input.mul(2);
      kept.push(tf.keep(doubled));
      return [doubled.add(1)];
    };
    const before = [held(), tf.memory().numTensors];
    const releases = planOf(fn, x);
    dispose(record(fn as never, [x], { releases }));
    tf.dispose(kept);
    assert.deepEqual([held(), tf.memory().numTensors], before);
  });

  it('keeps what depends on no input, which JavaScript may read', () => {
    const fn = (input: tf.Tensor) => {
      const ones = tf.zeros([4, 8192]).add(1);
      const sum = input.add(ones);
      return [sum.mul(ones.dataSync()[0]!)];
    };
    const releases = planOf(fn, x);
    dispose(record(fn as never, [x], { releases }));
  });

  it('refuses a function that uses a result once more than in the recording before it', () => {
    let calls = 0;
    const fn = (input: tf.Tensor) => {
      const [a, b] = [input.add(1), input.add(2)];
      const sum = a.add(b);
      return [sum.mul(calls++ === 0 ? sum : a)];
    };
    const releases = planOf(fn, x);
    assert.throws(() => record(fn as never, [x], { releases }), /operation \d+ \(Mul\) differs from call to call/);
  });

  it('refuses a function that does something else than in the recording before it', () => {
    let calls = 0;
    const fn = (input: tf.Tensor) => [calls++ === 0 ? input.sin() : input.cos()];
    const releases = planOf(fn, x);
    assert.throws(() => record(fn as never, [x], { releases }), /operation 0 \(Cos\) differs from call to call/);
  });
});
