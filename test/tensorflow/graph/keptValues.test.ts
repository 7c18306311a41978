import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { compile } from '../../../src/tensorflow/graph';
import { nodeBackend } from '../../../src/tensorflow/graph/backend';

/** A variable that grows by `amount` at each call of the compiled step, which returns its previous value. */
function counter(start: number[]) {
  const variable = tf.tidy(() => tf.variable(tf.tensor1d(start)));
  const step = compile(
    (amount: tf.Tensor) =>
      tf.tidy(() => {
        const before = variable.mul(1);
        variable.assign(variable.add(amount));
        return before;
      }),
    { anyBatch: false, keepVariables: true, onFallback: (message) => assert.fail(message) },
  );
  const add = (amount: number) => tf.tidy(() => [...step.call(tf.scalar(amount)).dataSync()]);
  const dispose = () => {
    step.dispose();
    variable.dispose();
  };
  return { variable, step, add, dispose };
}

/** How often the binding ran a session while `work` ran, and with how many tensors fed and fetched. */
function runsDuring(work: () => void): { fed: number; fetched: number }[] {
  const backend = nodeBackend();
  const real = backend.runSavedModel;
  const { binding } = backend;
  const runs: { fed: number; fetched: number }[] = [];
  backend.runSavedModel = (session, inputs, infos, outputs) => {
    runs.push({ fed: inputs.length, fetched: outputs.length });
    return real.call(backend, session, inputs, infos, outputs);
  };
  try {
    work();
  } finally {
    backend.runSavedModel = real;
    assert.equal(backend.binding, binding);
  }
  return runs;
}

describe('a variable that is kept in the session', () => {
  it('has its new value whenever it is read', () => {
    const { variable, add, dispose } = counter([1, 2]);
    assert.deepEqual(add(1), [1, 2]);
    assert.deepEqual([...variable.dataSync()], [2, 3]);
    assert.deepEqual(add(10), [2, 3]);
    assert.deepEqual(add(100), [12, 13]);
    assert.deepEqual([...tf.tidy(() => variable.mul(2).dataSync())], [224, 226]);
    dispose();
  });

  it('is neither fed nor fetched between steps', () => {
    const { add, dispose } = counter([0]);
    add(1);
    const runs = runsDuring(() => {
      for (let i = 0; i < 3; i++) add(1);
    });
    assert.deepEqual(runs, Array(3).fill({ fed: 1, fetched: 1 }));
    dispose();
  });

  it('uses a value that was assigned between two steps', () => {
    const { variable, add, dispose } = counter([1]);
    add(1);
    const other = tf.tensor1d([50]);
    variable.assign(other);
    other.dispose();
    assert.deepEqual(add(1), [50]);
    assert.deepEqual([...variable.dataSync()], [51]);
    dispose();
  });

  it('does not change a clone, however many steps follow', () => {
    const { variable, add, dispose } = counter([1]);
    add(1);
    const clones: tf.Tensor[] = [];
    for (let i = 0; i < 3; i++) {
      clones.push(variable.clone());
      add(1);
    }
    assert.deepEqual(
      clones.map((clone) => clone.dataSync()[0]),
      [2, 3, 4],
    );
    variable.assign(clones[0] as tf.Tensor1D);
    assert.deepEqual(add(1), [2]);
    assert.deepEqual([...clones[0]!.dataSync()], [2]);
    tf.dispose(clones);
    dispose();
  });

  it('keeps its value when the graph is disposed', () => {
    const { variable, step, add, dispose } = counter([1]);
    add(1);
    const clone = variable.clone();
    step.dispose();
    assert.deepEqual([variable.dataSync()[0], clone.dataSync()[0]], [2, 2]);
    assert.deepEqual(add(5), [2]);
    assert.deepEqual([...variable.dataSync()], [7]);
    clone.dispose();
    dispose();
  });

  it('can be written by two graphs in turn', () => {
    const variable = tf.tidy(() => tf.variable(tf.scalar(3)));
    const options = { keepVariables: true, anyBatch: false, onFallback: (message: string) => assert.fail(message) };
    const times = compile((x: tf.Tensor) => {
      variable.assign(variable.mul(x) as tf.Scalar);
      return x.add(0);
    }, options);
    const plus = compile((x: tf.Tensor) => {
      variable.assign(variable.add(x) as tf.Scalar);
      return x.add(0);
    }, options);
    tf.tidy(() => {
      for (const graph of [times, plus, plus, times]) graph.call(tf.scalar(2));
    });
    assert.equal(variable.dataSync()[0], 20);
    tf.dispose(variable);
    times.dispose();
    plus.dispose();
  });

  it('keeps no tensors', () => {
    const before = tf.memory();
    const backend = tf.backend() as unknown as { getNumOfTFTensors(): number };
    const native = backend.getNumOfTFTensors();
    const { variable, add, dispose } = counter([1]);
    for (let i = 0; i < 5; i++) {
      const clone = variable.clone();
      add(1);
      if (i % 2) clone.dataSync();
      clone.dispose();
    }
    dispose();
    const { numTensors, numDataBuffers } = tf.memory();
    assert.deepEqual([numTensors, numDataBuffers], [before.numTensors, before.numDataBuffers]);
    assert.equal(backend.getNumOfTFTensors(), native);
  });
});
