import { UserError } from '../errors';
import { checkNumber, withDefaults } from '../options';
import { Random } from '../random';
import { seedDropout, tf } from '../tensorflow';
import { Adam } from './adam';
import type { EpochRecord, Listener } from './listener';

/** Labelled inputs in memory. */
export interface ArrayData {
  /** row-major, [examples, ...shape] */
  values: Float32Array;
  /** shape of one example */
  shape: readonly number[];
  /** class index of each example */
  labels: Int32Array;
}

export interface FitOptions {
  epochs?: number;
  batchSize?: number;
  /** of Adam (Kingma and Ba 2015) */
  learningRate?: number;
  /** decides the order of examples and the dropout masks */
  seed?: number;
  listener?: Listener;
}

export interface FitResult {
  history: EpochRecord[];
  /** training was ended before its last epoch; what was learned until then is in the model */
  stopped: boolean;
}

/**
 * Train a classifier whose last layer gives logits, by softmax cross-entropy, and look at the validation data after every
 * epoch. The model is changed in place. The same seed gives the same weights on the same machine.
 *
 * Between batches the listener may ask to stop: the epoch ends after that batch, is validated and recorded.
 *
 * @param model [batch, ...shape] to [batch, classes] logits
 * @throws {UserError} before the first batch if data and model do not fit; during training if the loss is no number
 */
export async function fit(
  model: tf.LayersModel,
  data: { train: ArrayData; validation?: ArrayData },
  options?: FitOptions,
): Promise<FitResult> {
  const { epochs, batchSize, learningRate, seed, listener } = withDefaults('fit', options, {
    epochs: 20,
    batchSize: 32,
    learningRate: 1e-3,
    seed: 0,
    listener: {} as Listener,
  });
  checkNumber('fit: epochs', epochs, { min: 1, integer: true });
  checkNumber('fit: batchSize', batchSize, { min: 1, integer: true });
  checkNumber('fit: learningRate', learningRate, { min: 0 });
  checkNumber('fit: seed', seed, { integer: true });
  const { train, validation } = data;
  checkData('train', model, train);
  if (validation) checkData('validation', model, validation);

  const optimizer = new Adam(learningRate);
  const random = new Random(seed, 'order of examples');
  seedDropout(model, seed);
  const history: EpochRecord[] = [];
  let stopped = false;
  try {
    for (let epoch = 1; epoch <= epochs && !stopped; epoch++) {
      const began = performance.now();
      const order = random.shuffled(Array.from(train.labels, (_, i) => i));
      const sums = { loss: 0, correct: 0, seen: 0 };
      for (let start = 0; start < order.length && !stopped; start += batchSize) {
        const batch = order.slice(start, start + batchSize);
        const { loss, correct } = trainOnBatch(model, optimizer, train, batch);
        if (!Number.isFinite(loss)) {
          throw new UserError(
            `fit: the loss became ${loss} in epoch ${epoch}: use a learning rate below ${learningRate}`,
          );
        }
        sums.loss += loss * batch.length;
        sums.correct += correct;
        sums.seen += batch.length;
        listener.onProgress?.({
          task: 'training',
          done: (epoch - 1) * order.length + sums.seen,
          total: epochs * order.length,
          unit: 'examples',
        });
        await breathe();
        stopped = listener.shouldStop?.() ?? false;
      }
      const record: EpochRecord = {
        epoch,
        loss: sums.loss / sums.seen,
        accuracy: sums.correct / sums.seen,
        learningRate,
        seconds: 0,
      };
      if (validation) {
        const { loss, accuracy } = evaluate(model, validation);
        record.validationLoss = loss;
        record.validationAccuracy = accuracy;
      }
      record.seconds = (performance.now() - began) / 1000;
      history.push(record);
      listener.onEpoch?.(record, history, epochs);
      await breathe();
    }
  } finally {
    optimizer.dispose();
  }
  return { history, stopped: stopped && history.length < epochs };
}

/** Let timers, signals and messages of the kernel have their turn: TensorFlow's own work blocks this thread. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

function checkData(name: string, model: tf.LayersModel, { values, shape, labels }: ArrayData): void {
  const expected = model.inputs[0]!.shape.slice(1);
  if (labels.length === 0) throw new UserError(`fit: ${name} has no examples`);
  if (shape.join() !== expected.join() || values.length !== labels.length * shape.reduce((a, b) => a * b, 1)) {
    throw new UserError(`fit: ${name} has examples of shape [${shape}], the model takes [${expected}]`);
  }
  const classes = model.outputs[0]!.shape.at(-1)!;
  const wrong = labels.find((label) => !(label >= 0 && label < classes));
  if (wrong !== undefined)
    throw new UserError(`fit: ${name} has the label ${wrong}, the model knows 0 to ${classes - 1}`);
}

/** The chosen examples as tensors: inputs [batch, ...shape], labels [batch]. */
function toTensors({ values, shape, labels }: ArrayData, rows: readonly number[]): { x: tf.Tensor; y: tf.Tensor1D } {
  const size = shape.reduce((a, b) => a * b, 1);
  const chosen = new Float32Array(rows.length * size); // a new one each time: TensorFlow may keep using it
  rows.forEach((row, i) => chosen.set(values.subarray(row * size, (row + 1) * size), i * size));
  return {
    x: tf.tensor(chosen, [rows.length, ...shape]),
    y: tf.tensor1d(
      rows.map((row) => labels[row]!),
      'int32',
    ),
  };
}

const crossEntropy = (logits: tf.Tensor2D, y: tf.Tensor1D) =>
  tf.losses.softmaxCrossEntropy(tf.oneHot(y, logits.shape[1]), logits) as tf.Scalar;

const countCorrect = (logits: tf.Tensor2D, y: tf.Tensor1D) => logits.argMax(1).equal(y).sum().dataSync()[0]!;

function trainOnBatch(
  model: tf.LayersModel,
  optimizer: Adam,
  data: ArrayData,
  rows: readonly number[],
): { loss: number; correct: number } {
  return tf.tidy(() => {
    const { x, y } = toTensors(data, rows);
    let correct = 0;
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { value: loss, grads } = tf.variableGrads(() => {
      const logits = model.apply(x, { training: true }) as tf.Tensor2D;
      correct = countCorrect(logits, y);
      return crossEntropy(logits, y);
    }, variables);
    optimizer.apply(variables.map((variable) => ({ variable, gradient: grads[variable.name]! })));
    return { loss: loss.dataSync()[0]!, correct };
  });
}

/** Mean loss and accuracy of a model that gives logits, with dropout off and batch normalization in inference mode. */
export function evaluate(
  model: tf.LayersModel,
  data: ArrayData,
): { loss: number; accuracy: number; logits: Float32Array } {
  const classes = model.outputs[0]!.shape.at(-1)!;
  const logits = new Float32Array(data.labels.length * classes);
  let loss = 0;
  let correct = 0;
  for (let start = 0; start < data.labels.length; start += 256) {
    const rows = Array.from({ length: Math.min(256, data.labels.length - start) }, (_, i) => start + i);
    tf.tidy(() => {
      const { x, y } = toTensors(data, rows);
      const output = model.apply(x, { training: false }) as tf.Tensor2D; // [batch, classes]
      logits.set(output.dataSync(), start * classes);
      loss += crossEntropy(output, y).dataSync()[0]! * rows.length;
      correct += countCorrect(output, y);
    });
  }
  return { loss: loss / data.labels.length, accuracy: correct / data.labels.length, logits };
}
