import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { compile } from '../../../src/tensorflow/graph';
import { nodeBackend } from '../../../src/tensorflow/graph/backend';

/** A variable of so many numbers that grows by `factor` times `amount` at each call of a compiled step, and stays in its session. */
function counter(start: number, factor: number, numbers = 3) {
  const variable = tf.tidy(() => tf.variable(tf.fill([numbers], start)));
  const step = compile(
    (amount: tf.Tensor) =>
      tf.tidy(() => {
        variable.assign(variable.add(amount.mul(factor)));
        return variable.slice(0, 1).mul(1);
      }),
    { anyBatch: false, keepVariables: true, onFallback: (message) => assert.fail(message) },
  );
  const add = (amount: number) => tf.tidy(() => step.call(tf.scalar(amount)).dataSync()[0]!);
  return { variable, step, add };
}

/** How many sessions were opened and closed while `work` ran. */
function sessionsDuring(work: () => void): { opened: number; closed: number } {
  const backend = nodeBackend();
  const { loadSavedModelMetaGraph: open, deleteSavedModel: close } = backend;
  const counts = { opened: 0, closed: 0 };
  backend.loadSavedModelMetaGraph = (...given) => {
    counts.opened++;
    return open.apply(backend, given);
  };
  backend.deleteSavedModel = (...given) => {
    counts.closed++;
    return close.apply(backend, given);
  };
  try {
    work();
  } finally {
    backend.loadSavedModelMetaGraph = open;
    backend.deleteSavedModel = close;
  }
  return counts;
}

describe('the session of a graph that is not used any more', () => {
  it('serves the next graph like its own, with the variables of that one', () => {
    const first = counter(1, 0.5);
    assert.equal(first.add(2), 2);
    first.step.dispose();
    const second = counter(100, 0.5);
    const { opened } = sessionsDuring(() => assert.equal(second.add(2), 101));
    assert.equal(opened, 0);
    assert.deepEqual([...first.variable.dataSync()], [2, 2, 2]);
    assert.equal(second.add(4), 103);
    second.step.dispose();
    assert.deepEqual([...second.variable.dataSync()], [103, 103, 103]);
    tf.dispose([first.variable, second.variable]);
  });

  it('is not shared by two graphs that are used', () => {
    const [first, second] = [counter(1, 0.25), counter(10, 0.25)];
    const { opened } = sessionsDuring(() => {
      assert.deepEqual([first.add(4), second.add(4), first.add(4), second.add(4)], [2, 11, 3, 12]);
    });
    assert.equal(opened, 2);
    first.step.dispose();
    const { closed } = sessionsDuring(() => second.step.dispose());
    assert.equal(closed, 1); // one is enough
    tf.dispose([first.variable, second.variable]);
  });

  it('is not used for another graph', () => {
    const first = counter(1, 3);
    first.add(1);
    first.step.dispose();
    const second = counter(1, 7);
    const { opened } = sessionsDuring(() => assert.equal(second.add(1), 8));
    assert.equal(opened, 1);
    second.step.dispose();
    tf.dispose([first.variable, second.variable]);
  });

  it('is closed where its variables take much memory, and when there are many', () => {
    const large = counter(1, 11, 2 ** 22 + 1);
    large.add(1);
    assert.equal(sessionsDuring(() => large.step.dispose()).closed, 1);
    large.variable.dispose();
    const { opened, closed } = sessionsDuring(() => {
      for (let i = 0; i < 20; i++) {
        const { add, step, variable } = counter(1, 20 + i);
        add(1);
        step.dispose();
        variable.dispose();
      }
    });
    assert.equal(opened, 20);
    assert.ok(closed >= 12 && closed <= 20, `${closed} were closed`);
  });
});
