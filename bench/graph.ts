/*
 * How long a forward pass and a training step take, operation by operation and as a compiled graph: medians of runs that
 * alternate in one process.
 *
 *   node dist/bench/graph.js [--repeats 15] [--models efficientnet-lite0,mobilenet-v2] [--json]
 */
import { parseArgs } from 'node:util';
import { deviceReport, tf } from '../src/tensorflow';
import { sparseSoftmaxCrossEntropy } from '../src/tensorflow/gradients';
import { compile, compileForward, foldedNormalization } from '../src/tensorflow/graph';
import { randomNetwork } from './peers/randomNetwork';

interface Row {
  work: string;
  /** milliseconds */
  eager: number;
  /** milliseconds */
  compiled: number;
  ratio: number;
  /** seconds to record, load and check the graph */
  compileSeconds: number;
}

const { values: options } = parseArgs({
  options: { repeats: { type: 'string' }, models: { type: 'string' }, json: { type: 'boolean' } },
});
const repeats = Number(options.repeats ?? 15);
const models = (options.models ?? 'efficientnet-lite0,mobilenet-v2').split(',');
const rows: Row[] = [];

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

function measure(work: string, compileSeconds: number, eager: () => tf.Tensor, compiled: () => tf.Tensor): void {
  const run = (fn: () => tf.Tensor) => {
    const began = performance.now();
    const result = fn();
    result.dataSync();
    result.dispose();
    return performance.now() - began;
  };
  const times = { eager: [] as number[], compiled: [] as number[] };
  for (let i = -2; i < repeats; i++) {
    const pair = [run(eager), run(compiled)];
    if (i < 0) continue; // warm-up
    times.eager.push(pair[0]!);
    times.compiled.push(pair[1]!);
  }
  const [a, b] = [median(times.eager), median(times.compiled)];
  rows.push({ work, eager: a, compiled: b, ratio: a / b, compileSeconds });
  if (!options.json) {
    console.log(
      `${work.padEnd(58)} ${a.toFixed(1).padStart(7)} ms ${b.toFixed(1).padStart(7)} ms   ${(a / b).toFixed(2)}x`,
    );
  }
}

function benchForward(model: tf.LayersModel): void {
  const forward = compileForward(model);
  for (const batch of [1, 8, 32]) {
    const x = tf.randomUniform([batch, 224, 224, 3], -1, 1, 'float32', 1);
    const { seconds, fallback } = forward.compile(x);
    if (fallback !== null) throw new Error(fallback);
    const eager = () => tf.tidy(() => model.apply(x, { training: false }) as tf.Tensor);
    measure(`${model.name}: forward, 224 px, batch ${batch}`, seconds, eager, () => forward.call(x));
    x.dispose();
  }
  forward.dispose();
}

function benchStep(backbone: tf.LayersModel, normalization: 'inference' | 'training'): void {
  const logits = tf.layers.dense({ units: 8 }).apply(backbone.outputs[0]!) as tf.SymbolicTensor;
  const model = tf.model({ inputs: backbone.inputs, outputs: logits });
  for (const layer of model.layers) {
    if (layer.getClassName() === 'BatchNormalization') layer.trainable = normalization === 'training';
  }
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const optimizer = tf.train.adam(1e-4);
  const folded = foldedNormalization(model);
  const step = (x: tf.Tensor, labels: tf.Tensor) => {
    const loss = () => {
      const output = model.apply(x, { training: true }) as tf.Tensor2D;
      return sparseSoftmaxCrossEntropy(labels as tf.Tensor1D, output).mean() as tf.Scalar;
    };
    return optimizer.minimize(loss, true, variables) as tf.Tensor;
  };
  const batch = 16;
  const x = tf.randomUniform([batch, 160, 160, 3], -1, 1, 'float32', 1);
  const labels = tf.randomUniform([batch], 0, 8, 'int32', 2);
  const compiled = compile((...inputs: [tf.Tensor, tf.Tensor]) => folded(() => step(...inputs)));
  const { seconds, fallback } = compiled.compile(x, labels);
  if (fallback !== null) throw new Error(fallback);
  const work = `${backbone.name}: Adam step, 160 px, batch ${batch}, normalization in ${normalization} mode`;
  measure(
    work,
    seconds,
    () => step(x, labels),
    () => compiled.call(x, labels),
  );
  compiled.dispose();
  tf.dispose([x, labels]);
}

for (const name of models) {
  const build = (inputSize: number) => randomNetwork(name, inputSize);
  benchForward(build(224));
  benchStep(build(160), 'inference');
  benchStep(build(160), 'training');
}
if (options.json) console.log(JSON.stringify({ device: deviceReport(), repeats, rows }));
