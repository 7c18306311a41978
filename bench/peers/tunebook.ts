/* tunebook as one of the frameworks; serve.py describes the messages. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf } from '../../src/core/errors';
import { tunebookVersion } from '../../src/core/version';
import { decodeAll } from '../../src/data';
import { PICTURES_FOR_GRAPH, PICTURES_OF_CALL } from '../../src/features/pictureNetwork';
import { attachHead, buildHead } from '../../src/layers';
import { backboneEntry, loadBackbone } from '../../src/models';
import { openRun } from '../../src/runs';
import { keepInInferenceMode, tf } from '../../src/tensorflow';
import { compile, compileForward, isBfloat16Faster } from '../../src/tensorflow/graph';
import { fitSettings } from '../../src/training/fitSettings';
import { Trainer } from '../../src/training/trainer';
import { median } from '../measure';
import type { Prepared, Work } from '../peer';
import { peakMemory } from '../process';
import { countFlops, lastBlocks, randomNetwork } from './randomNetwork';

interface Task {
  told: Prepared;
  run: () => unknown;
  /** gives its memory back, before the process prepares other work */
  end?: () => void;
}

const version = tunebookVersion();

function prepareForward({ network, batch, size, precision = 'float32', engine, blocks }: Work): Task {
  const model = randomNetwork(network!, size!);
  const x = tf.randomUniform<tf.Rank.R4>([batch!, size!, size!, 3], -1, 1, 'float32', 1);
  const forward = compileForward(model, { precision, ...(engine && { engine }) });
  const { fallback, engine: used, precision: computed } = forward.compile(x);
  if (fallback !== null) throw new Error(fallback);
  // the batch is where the other programs have it: with TensorFlow, or else in an array of this language
  const values = x.dataSync();
  const input = used === 'tensorflow' ? () => x : () => tf.tensor4d(values, x.shape);
  return {
    told: {
      version,
      parameters: model.countParams(),
      flops: batch! * countFlops(model),
      engine: used,
      precision: computed,
      ...(blocks && { flopsOfBlocks: batch! * countFlops(model, lastBlocks(network!, size!, blocks)) }),
      ...(precision === 'bfloat16' && { cosine: leastCosine(model, x.slice(0, 4), (rows) => forward.call(rows)) }),
    },
    run: () => tf.tidy(() => forward.call(input()).dataSync()),
    end: () => {
      forward.dispose();
      model.dispose();
      x.dispose();
    },
  };
}

/** The smallest cosine between rows of the graph's output and of the model's, computed operation by operation in float32. */
function leastCosine(model: tf.LayersModel, x: tf.Tensor, graph: (x: tf.Tensor) => tf.Tensor): number {
  return tf.tidy(() => {
    const [a, b] = [model.apply(x, { training: false }) as tf.Tensor, graph(x)];
    const length = (rows: tf.Tensor) => rows.square().sum(1).sqrt();
    return a
      .mul(b)
      .sum(1)
      .div(length(a).mul(length(b)))
      .min()
      .dataSync()[0]! as never;
  });
}

/** One epoch of one batch, trained by `fit`. */
function prepareStep({ network, batch, size, classes, precision = 'float32' }: Work): Task {
  if (precision === 'bfloat16' && !isBfloat16Faster()) throw new Error('this device is not faster in bfloat16');
  const backbone = randomNetwork(network!, size!);
  const model = attachHead(backbone, buildHead(backbone.outputs[0]!.shape[1]!, classes!));
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    layer.trainable = false;
    keepInInferenceMode(layer);
  }
  const labels = Int32Array.from({ length: batch! }, (_, i) => i % classes!);
  const x = tf.randomUniform([batch!, size!, size!, 3], -1, 1, 'float32', 1);
  const source = {
    size: batch!,
    shape: [size!, size!, 3],
    labels,
    batch: () => ({ x: x.clone(), y: tf.tensor1d(labels, 'int32') }),
  };
  const forward = (images: tf.Tensor) => model.apply(images, { training: true }) as tf.Tensor2D;
  const settings = fitSettings({ batchSize: batch!, learningRate: 1e-4, graph: true, precision });
  const trainer = new Trainer(model, source, { forward }, settings);
  return {
    // once forwards, and backwards once for the input and once for the filters
    told: { version, parameters: model.countParams(), flops: 3 * batch! * countFlops(model) },
    run: () => trainer.epoch(1, async () => false),
  };
}

/** Builds a network and gives it the weights of the cache. */
function prepareLoading({ network, size }: Work): Task {
  const name = backboneEntry(network!).name;
  const load = async () => (await loadBackbone(name, { inputSize: size })).model.dispose();
  return { told: { version }, run: load };
}

/** A chain of several products, so that the work done once before and after them hardly counts. */
const PRODUCTS = 4;

function prepareProduct(
  [shapeA, shapeB]: [number[], number[]],
  flops: number,
  precision: Work['precision'],
  product: typeof tf.matMul,
): Task {
  const a = tf.randomUniform(shapeA, -1, 1, 'float32', 1);
  const b = tf.randomUniform(shapeB, -1, 1, 'float32', 2);
  // a graph, because only in a graph does TensorFlow keep the filters in the layout that its convolutions use
  const chain = (x: tf.Tensor) => {
    let y = x;
    for (let i = 0; i < PRODUCTS; i++) y = product(y as tf.Tensor2D, b as tf.Tensor2D);
    return y.slice(0, 1);
  };
  const compiled = compile((x: tf.Tensor) => tf.tidy(() => chain(x)), { precision });
  const { fallback } = compiled.compile(a);
  if (fallback !== null) throw new Error(fallback);
  return { told: { flops: PRODUCTS * flops }, run: () => tf.tidy(() => compiled.call(a).dataSync()) };
}

/** Batches of tensors from the decoder, without caching; includes the hash of each file. */
function prepareDecoding({ files, size, batch }: Work): Task {
  const { preprocessing } = backboneEntry('efficientnet-lite0');
  const resize = { ...preprocessing, inputSize: size! };
  const examples = files!.map((file) => ({ file, label: 0 }));
  const decode = async () => {
    let waiting: Uint8Array[] = [];
    const hand = () => {
      const bytes = new Int32Array(waiting.length * 3 * size! * size!);
      waiting.forEach((pixels, i) => bytes.set(pixels, i * 3 * size! * size!));
      tf.tensor4d(bytes, [waiting.length, size!, size!, 3], 'int32').dispose();
      waiting = [];
    };
    for await (const { pixels, reason } of decodeAll(examples, resize)) {
      if (!pixels) throw new Error(reason);
      waiting.push(pixels);
      if (waiting.length === batch) hand();
    }
    hand();
  };
  return { told: { version }, run: decode };
}

/** Predicts one photo from the bytes of its file, as a server that has answered some requests. */
async function prepareServing({ run, files }: Work): Promise<Task> {
  const model = await openRun(run!);
  const content = readFileSync(files![0]!);
  const serveOne = async () => {
    const { predictions } = await model.predict(content);
    if (predictions.length !== 1) throw new Error('the photo could not be predicted');
  };
  for (let i = 0; i < PICTURES_FOR_GRAPH / PICTURES_OF_CALL; i++) await serveOne();
  return { told: { version }, run: serveOne };
}

function prepare(work: Work): Task | Promise<Task> {
  if (work.kind === 'serve') return prepareServing(work);
  if (work.kind === 'decode') return prepareDecoding(work);
  if (work.kind === 'forward') return prepareForward(work);
  if (work.kind === 'step') return prepareStep(work);
  if (work.kind === 'load') return prepareLoading(work);
  if (work.kind === 'matmul') {
    const square = [2048, 2048];
    return prepareProduct([square, square], 2 * 2048 ** 3, work.precision, tf.matMul);
  }
  const conv = (x: tf.Tensor, filter: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
  const shapes: [number[], number[]] = [
    [8, 56, 56, 256],
    [3, 3, 256, 256],
  ];
  return prepareProduct(shapes, 2 * 8 * 56 * 56 * 9 * 256 * 256, work.precision, conv as never);
}

async function serve(): Promise<void> {
  let task: Task | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Work & { do: string; times: number };
    let answer: object;
    try {
      if (request.do === 'prepare') {
        task?.end?.();
        task = await prepare(request);
        await task.run();
        answer = task.told;
      } else if (request.do === 'run') {
        globalThis.gc?.();
        const times: number[] = [];
        for (let time = 0; time < request.times; time++) {
          const began = performance.now();
          await task!.run();
          times.push(performance.now() - began);
        }
        answer = { ms: median(times) };
      } else {
        answer = { bytes: peakMemory() };
      }
    } catch (error) {
      answer = { error: messageOf(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

void serve();
