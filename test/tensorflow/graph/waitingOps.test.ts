import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import type { RecordedOp, Source } from '../../../src/tensorflow/graph/recording';
import type { GraphNode } from '../../../src/tensorflow/graph/savedModel';
import { waitingOps } from '../../../src/tensorflow/graph/waitingOps';
import { nodesOfGraph } from './models';

/** The nodes of a graph, by name. */
const nodesOf = (fn: (x: tf.Tensor) => tf.Tensor[], x: tf.Tensor) =>
  new Map(nodesOfGraph((input) => fn(input!), [x]).map((node) => [node.name, node]));

describe('a derivative in the graph of a training step', () => {
  const step = (weights: tf.Variable) => (x: tf.Tensor) => {
    const loss = () => x.mul(weights).square().square().square().sum() as tf.Scalar;
    const { value, grads } = tf.variableGrads(loss, [weights]);
    weights.assign(weights.sub(grads[weights.name]!.mul(0.1)));
    return [value];
  };
  /** nodes that wait for another one, which they do not take from */
  const waiting = (nodes: Map<string, GraphNode>) =>
    [...nodes.values()].filter(({ inputs }) => inputs.some((input) => input.startsWith('^')));

  it('waits until it is needed if it follows from the way to the loss alone, so that it need not be kept', () => {
    const weights = tf.variable(tf.randomUniform([8192], -1, 1, 'float32', 2));
    const x = tf.randomUniform([4, 8192], -1, 1, 'float32', 1);
    const nodes = nodesOf(step(weights), x);
    const found = waiting(nodes);
    // twice the input of a square: the last one is needed at once, the other two after the derivatives behind them
    assert.deepEqual(
      found.map(({ type }) => type),
      ['Mul', 'Mul'],
    );
    for (const { inputs } of found) {
      const awaited = nodes.get(inputs.find((input) => input.startsWith('^'))!.slice(1))!;
      assert.equal(awaited.type, 'Mul');
      assert.ok(!inputs.includes(awaited.name));
    }
    tf.dispose([weights, x]);
  });

  it('does not wait if it is small', () => {
    const weights = tf.variable(tf.randomUniform([16], -1, 1, 'float32', 2));
    const x = tf.randomUniform([4, 16], -1, 1, 'float32', 1);
    assert.deepEqual(waiting(nodesOf(step(weights), x)), []);
    tf.dispose([weights, x]);
  });
});

describe('waitingOps', () => {
  it('lets nothing wait for what follows from it, also where a rewriting stands at the end of the recording', () => {
    const { dtype, shape } = { dtype: 1, shape: [2 ** 15] };
    const op = (index: number, type: string, ...inputs: RecordedOp[]): RecordedOp => ({
      ...{ index, type, attributes: [], varies: true, keepsShape: true, outputs: [{ dtype, shape }] },
      inputs: [{ kind: 'input', index: 0 }, ...inputs.map((from): Source => ({ kind: 'op', op: from, output: 0 }))],
    });
    const loss = op(0, 'Loss');
    const [first, later] = [op(1, 'Derivative'), op(6, 'Derivative')];
    const split = op(5, 'Split'); // written in place of an operation before `back`
    const back = op(2, 'Back', first);
    const further = op(3, 'Back', back, split, later);
    const last = op(4, 'Back', further);
    const variable = tf.variable(tf.scalar(1));
    const waits = waitingOps({
      inputs: [{ dtype, shape }],
      ops: [loss, first, back, further, last, split, later],
      outputs: [{ kind: 'op', op: loss, output: 0 }],
      updates: [{ variable, source: { kind: 'op', op: last, output: 0 } }],
    });
    assert.deepEqual(
      [...waits],
      [
        [split, back],
        [later, back],
      ],
    );
    variable.dispose();
  });
});

describe('a forward pass in a graph', () => {
  it('waits for nothing', () => {
    const x = tf.randomUniform([4, 8192], -1, 1, 'float32', 1);
    const nodes = nodesOf((input) => [input.square().sin().sum()], x);
    assert.ok([...nodes.values()].every(({ inputs }) => inputs.every((input) => !input.startsWith('^'))));
    x.dispose();
  });
});
