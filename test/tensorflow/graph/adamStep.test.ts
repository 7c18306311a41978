import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { sparseSoftmaxCrossEntropy } from '../../../src/tensorflow/gradients';
import { compile, foldedNormalization } from '../../../src/tensorflow/graph';
import { DataType, nodeBackend } from '../../../src/tensorflow/graph/backend';
import { buildGraph } from '../../../src/tensorflow/graph/compiledGraph';
import type { Graph } from '../../../src/tensorflow/graph/graphDef';
import { Adam, AdamW, type Optimizer, Sgd } from '../../../src/training/optimizers';
import { smallNetwork } from './models';

const STEPS = 12;
const SIZES = [4, 4, 3, 5];

/** A model with an optimizer, and one step of it with a function that sees the new weights. */
function trained(optimizer: Optimizer, alsoReads?: (variables: readonly tf.Variable[]) => tf.Scalar) {
  const model = smallNetwork(true);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  optimizer.build(variables);
  const folded = foldedNormalization(model);
  const step = (x: tf.Tensor, labels: tf.Tensor, rate: tf.Tensor, numbers: tf.Tensor) =>
    folded(() =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(
          () => sparseSoftmaxCrossEntropy(labels as tf.Tensor1D, model.apply(x) as tf.Tensor2D).mean() as tf.Scalar,
          variables,
        );
        const updates = variables.map((variable) => ({
          variable,
          gradient: grads[variable.name]!,
          rate: rate.squeeze<tf.Scalar>(),
        }));
        optimizer.apply(updates, tf.unstack(numbers).slice(1) as tf.Scalar[]);
        return { loss: value, seen: alsoReads?.(variables) ?? tf.scalar(0) };
      }),
    );
  return { model, variables, step, optimizer };
}

type Trained = ReturnType<typeof trained>;

function inputs(optimizer: Optimizer, step: number): [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] {
  const batch = SIZES[step % SIZES.length]!;
  return [
    tf.randomUniform([batch, 12, 12, 3], -1, 1, 'float32', step),
    tf.randomUniform([batch], 0, 4, 'int32', step + 50),
    tf.tensor1d([0.01 / (1 + step)]),
    tf.tensor1d([0, ...optimizer.numbers(step + 1)]),
  ];
}

/** The losses, what was seen, and all variables after the steps. */
function run({ variables, step, optimizer, model }: Trained, compiled: boolean) {
  const graph = compile(step, { anyBatch: [0, 1], onFallback: (message) => assert.fail(message) });
  const losses: number[] = [];
  const seen: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    tf.tidy(() => {
      const result = (compiled ? graph.call : step).apply(graph, inputs(optimizer, i)) as Record<string, tf.Scalar>;
      losses.push(result.loss!.dataSync()[0]!);
      seen.push(result.seen!.dataSync()[0]!);
    });
  }
  const slots = variables.flatMap((variable) => Object.values(optimizer.slots.get(variable)!));
  const values = [...variables, ...slots].map((variable) => Array.from(variable.dataSync()));
  graph.dispose();
  optimizer.dispose();
  model.dispose();
  return { losses, seen, values };
}

function assertSame(make: () => Trained): void {
  const [expected, actual] = [run(make(), false), run(make(), true)];
  assert.ok(expected.losses.at(-1)! !== expected.losses[0]!);
  const compare = (own: readonly number[], other: readonly number[], what: string) => {
    const scale = Math.max(1e-6, ...other.map(Math.abs));
    const apart = Math.max(...own.map((value, i) => Math.abs(value - other[i]!)));
    assert.ok(apart <= 1e-4 * scale, `${what}: ${apart} of ${scale}`);
  };
  compare(actual.losses, expected.losses, 'loss');
  compare(actual.seen, expected.seen, 'what was read after the step');
  actual.values.forEach((value, i) => compare(value, expected.values[i]!, `variable ${i}`));
}

const options = (precision: 'float32' | 'bfloat16') => ({
  batched: new Set([0, 1]),
  frozen: new Set<tf.Variable>(),
  foldBatchNormalization: true,
  precision,
  keepVariables: false,
  tolerance: 1e-3,
});

/** How many operations of each type are in the graph of a step. */
function operations(make: () => Trained): (type: string) => number {
  const { step, optimizer, model, variables } = make();
  const types: string[] = [];
  const example = inputs(optimizer, 0);
  const { session } = buildGraph((...tensors) => Object.values(step(...(tensors as typeof example))), example, {
    ...options('float32'),
    onGraph: ({ nodes }) => types.push(...nodes.map(({ type }) => type)),
  });
  session.dispose();
  optimizer.dispose();
  model.dispose();
  tf.dispose(example);
  assert.ok(variables.length > 0);
  return (type) => types.filter((own) => own === type).length;
}

describe('a step of Adam in a graph', () => {
  const sum = (variables: readonly tf.Variable[]) =>
    tf.addN(variables.map((variable) => variable.square().sum())) as tf.Scalar;

  it('gives the same weights and moments as operation by operation', () => assertSame(() => trained(new Adam())));

  it('does so with other betas and epsilon', () =>
    assertSame(() => trained(new Adam({ beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }))));

  it('does so with weights that decay, and biases that do not', () =>
    assertSame(() => trained(new AdamW({ weightDecay: 0.5 }))));

  it('gives what reads the new weights in the same step the new ones', () =>
    assertSame(() => trained(new AdamW({ weightDecay: 0.5 }), sum)));

  it('is one operation for each variable, and keeps its state in the session', () => {
    const make = () => trained(new AdamW());
    const count = operations(make);
    const { variables, model } = make();
    const decaying = variables.filter(({ rank }) => rank > 1).length;
    model.dispose();
    assert.equal(count('ResourceApplyAdam'), variables.length);
    assert.equal(count('AssignSubVariableOp'), decaying);
    assert.equal(count('VarHandleOp'), 3 * variables.length);
    assert.equal(count('Sqrt'), 0);
  });

  it('is left as it is where it is another optimizer', () => {
    const count = operations(() => trained(new Sgd({ momentum: 0.9 })));
    assert.equal(count('ResourceApplyAdam'), 0);
    assert.equal(count('VarHandleOp'), 0);
  });

  it('has its values copied out together: all weights in one run, the state of the optimizer in another', () => {
    const { step, optimizer, variables, model } = trained(new Adam());
    const graph = compile(step, { anyBatch: [0, 1], onFallback: (message) => assert.fail(message) });
    for (let i = 0; i < 2; i++) tf.tidy(() => void graph.call(...inputs(optimizer, i)).loss.dataSync());
    const idOf = ({ dataId }: tf.Tensor) => nodeBackend().tensorMap.get(dataId).id;
    // TensorFlow counts its tensors: those that one run gave follow each other
    const check = (values: readonly tf.Variable[]) => {
      const first = idOf(values.at(-1)!) - values.length + 1;
      assert.deepEqual(
        values.map(idOf),
        values.map((_, i) => first + i),
      );
      return first;
    };
    const weights = check(variables);
    const state = check(variables.flatMap((variable) => Object.values(optimizer.slots.get(variable)!)));
    assert.ok(state > weights);
    graph.dispose();
    optimizer.dispose();
    model.dispose();
  });

  it('keeps no tensors, and leaves the weights when its graph is freed', () => {
    const make = trained(new Adam());
    const graph = compile(make.step, { anyBatch: [0, 1], onFallback: (message) => assert.fail(message) });
    const call = (i: number) => tf.tidy(() => void graph.call(...inputs(make.optimizer, i)).loss.dataSync());
    call(0);
    const before = tf.memory().numTensors;
    for (let i = 1; i < 10; i++) call(i);
    assert.equal(tf.memory().numTensors, before);
    const last = make.variables.map((variable): tf.Tensor => variable.clone());
    graph.dispose();
    make.variables.forEach((variable, i) => assert.deepEqual(variable.dataSync(), last[i]!.dataSync()));
    assert.ok(last.every((value) => value.dataSync().every(Number.isFinite)));
    tf.dispose(last);
    make.optimizer.dispose();
    make.model.dispose();
  });
});

describe('a step in bfloat16', () => {
  /** The losses of steps of one graph. TensorFlow computes bfloat16 on every processor, only slowly. */
  function losses(precision: 'float32' | 'bfloat16', onGraph?: (graph: Graph) => void): number[] {
    const { step, optimizer, model } = trained(new AdamW());
    const example = inputs(optimizer, 0);
    const { session } = buildGraph((...tensors) => Object.values(step(...(tensors as typeof example))), example, {
      ...options(precision),
      ...(onGraph && { onGraph }),
    });
    const result = Array.from({ length: STEPS }, (_, i) =>
      tf.tidy(() => {
        const [x, labels, rate, numbers] = inputs(optimizer, 0);
        const own = tf.tensor1d([0, ...optimizer.numbers(i + 1)]);
        assert.ok(numbers);
        return session.run([x, labels, rate, own])[0]!.dataSync()[0]!;
      }),
    );
    session.dispose();
    optimizer.dispose();
    model.dispose();
    tf.dispose(example);
    return result;
  }

  it('learns as in float32, to a hundredth, with its weights and moments in float32', () => {
    const low = new Set<string>();
    const stateful: number[] = [];
    const actual = losses('bfloat16', ({ nodes }) => {
      for (const { type, attributes } of nodes) {
        const dtype = (attributes.T ?? attributes.dtype) as { type: number } | undefined;
        if (dtype?.type === DataType.bfloat16) low.add(type);
        if (/^(VarHandleOp|ResourceApplyAdam|AssignSubVariableOp)$/.test(type)) stateful.push(dtype!.type);
      }
    });
    const expected = losses('float32');
    assert.ok(expected.at(-1)! < 0.95 * expected[0]!, `${expected}`);
    actual.forEach((loss, i) =>
      assert.ok(Math.abs(loss - expected[i]!) < 0.02 * expected[0]!, `${i}: ${loss}, ${expected[i]}`),
    );
    assert.notDeepEqual(actual, expected);
    for (const type of ['Conv2D', 'Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', 'BiasAdd', 'Relu6Grad'])
      assert.ok(low.has(type), `${type} among ${[...low]}`);
    assert.deepEqual([...new Set(stateful)], [DataType.float]);
  });
});
