import { elements } from '../core/elements';
import {
  type ArrayData,
  type BatchSource,
  type Data,
  type FrozenRowsOptions,
  findFrozenPart,
  frozenSource,
} from '../features';
import { toSource } from '../features/batchSource';
import { tf } from '../tensorflow';
import { checkData } from './data';
import { buildLoss, countCorrect, type Loss, type LossOptions } from './losses';
import { penaltyOf } from './penalty';

/** The loss and accuracy of a model on some data. */
export interface Evaluation {
  /** The mean loss over the examples, without penalties of regularizers. */
  loss: number;
  /** The part of the examples whose class is predicted correctly, from 0 to 1. */
  accuracy: number;
  /** The logits, [examples, outputs], row by row. */
  logits: Float32Array;
}

/** Values in a batch's input, at most: some 16 MB. */
const BATCH_VALUES = 2 ** 22;

/**
 * Computes the loss and accuracy of a model on data that are in memory, with dropout off and batch normalization in inference mode.
 *
 * @param model [batch, ...shape] to [batch, classes] logits, or to [batch, 1] for two classes
 * @param data values, the shape of one example, and class indices
 * @throws {UserError} when there are no examples, or their shape or labels do not suit the model
 *
 * @example
 * ```ts
 * import { buildHead, evaluate } from 'tunebook';
 * const values = Float32Array.from([0, 1, 0.1, 0.9, 1, 0, 0.9, 0.1]);
 * const data = { values, shape: [2], labels: Int32Array.from([0, 0, 1, 1]) };
 * const { accuracy, logits } = evaluate(buildHead(2, 2), data);
 * logits.length; // => 8
 * ```
 */
export function evaluate(model: tf.LayersModel, data: ArrayData): Evaluation {
  checkData('evaluate: data', model, data);
  const outputs = model.outputs[0]!.shape.at(-1)!;
  const sums = new Sums(data.labels.length, outputs, buildLoss('auto', outputs));
  const source = toSource(data);
  const forward = inferenceOf(model);
  for (const rows of evaluationBatches(source)) {
    sums.add(rows, source.batch(rows, 0) as Awaited<ReturnType<BatchSource['batch']>>, forward);
  }
  return sums.result();
}

/** Options of {@link evaluateModel}. */
export interface EvaluateModelOptions extends FrozenRowsOptions {
  /** The loss to compute. Default: 'auto', binary cross-entropy for one output, else cross-entropy. */
  loss?: LossOptions;
}

/**
 * Computes the loss and accuracy of a model on data of any kind, such as pictures that are read batch by batch. The outputs of frozen
 * layers are taken from the cache, or computed once and kept there.
 *
 * @param model [batch, ...shape] to [batch, classes] logits, or to [batch, 1] for two classes
 * @param data arrays, or a source of batches
 * @throws {UserError} when there are no examples, or their shape or labels do not suit the model, or the loss does not suit the number
 *   of outputs
 *
 * @example
 * ```ts
 * import { buildHead, evaluateModel } from 'tunebook';
 * const values = Float32Array.from([0, 1, 0.1, 0.9, 1, 0, 0.9, 0.1]);
 * const data = { values, shape: [2], labels: Int32Array.from([0, 0, 1, 1]) };
 * const { loss } = await evaluateModel(buildHead(2, 2), data);
 * loss > 0; // => true
 * ```
 */
export async function evaluateModel(
  model: tf.LayersModel,
  data: Data,
  { loss = 'auto', ...options }: EvaluateModelOptions = {},
): Promise<Evaluation> {
  checkData('evaluateModel: data', model, data);
  const source = toSource(data);
  const part = findFrozenPart(model);
  const kept = part && (await frozenSource(source, part, options));
  const built = buildLoss(loss, model.outputs[0]!.shape.at(-1)!);
  const forward = kept ? (x: tf.Tensor) => part.above(x, false) as tf.Tensor2D : inferenceOf(model);
  return evaluateSource(kept ?? source, forward, built);
}

/**
 * Loss and accuracy over all batches of a source; the next batch is prepared while one is computed.
 *
 * @param forward [batch, ...] to [batch, outputs] logits
 */
export async function evaluateSource(
  source: BatchSource,
  forward: (x: tf.Tensor) => tf.Tensor2D,
  loss: Loss,
): Promise<Evaluation> {
  const all = evaluationBatches(source);
  let sums: Sums | undefined;
  let next = all[0] && source.batch(all[0], 0);
  for (const [i, rows] of all.entries()) {
    const batch = await next!;
    const following = all[i + 1];
    next = following && source.batch(following, 0);
    sums ??= new Sums(source.size, undefined, loss);
    sums.add(rows, batch, forward);
  }
  return sums!.result();
}

/**
 * Loss and accuracy of logits that were computed before.
 *
 * @param logits [examples x outputs]
 * @param labels class index of each example
 */
export function evaluateLogits(logits: Float32Array, labels: Int32Array): Evaluation {
  return tf.tidy(() => {
    const outputs = logits.length / labels.length;
    const [z, y] = [tf.tensor2d(logits, [labels.length, outputs]), tf.tensor1d(labels, 'int32')];
    const loss = buildLoss('auto', outputs)(z, y).mean().dataSync()[0]!;
    return { loss, accuracy: countCorrect(z, y).dataSync()[0]! / labels.length, logits };
  });
}

/** A model's logits, outside training. */
export const inferenceOf = (model: tf.LayersModel) => (x: tf.Tensor) =>
  model.apply(x, { training: false }) as tf.Tensor2D;

/** The penalty of a model's regularizers now. */
export function penaltyNow(model: tf.LayersModel): number {
  const penalty = penaltyOf(model);
  return penalty ? tf.tidy(() => penalty().dataSync()[0]!) : 0;
}

/** The rows of each batch that a source is evaluated in. */
export function evaluationBatches({ size, shape }: BatchSource): number[][] {
  const batch = Math.min(256, Math.max(8, Math.floor(BATCH_VALUES / elements(shape))));
  return Array.from({ length: Math.ceil(size / batch) }, (_, i) =>
    Array.from({ length: Math.min(batch, size - i * batch) }, (_, j) => i * batch + j),
  );
}

class Sums {
  private readonly total = { loss: 0, correct: 0 };
  private logits: Float32Array | undefined;

  constructor(
    private readonly size: number,
    outputs: number | undefined,
    private readonly loss: Loss,
  ) {
    if (outputs !== undefined) this.logits = new Float32Array(size * outputs);
  }

  /** The batch is disposed of. */
  add(rows: readonly number[], { x, y }: { x: tf.Tensor; y: tf.Tensor }, forward: (x: tf.Tensor) => tf.Tensor2D): void {
    tf.tidy(() => {
      const output = forward(x); // [batch, outputs]
      const outputs = output.shape[1];
      this.logits ??= new Float32Array(this.size * outputs);
      this.logits.set(output.dataSync(), rows[0]! * outputs);
      this.total.loss += this.loss(output, y).sum().dataSync()[0]!;
      this.total.correct += countCorrect(output, y).dataSync()[0]!;
    });
    tf.dispose([x, y]);
  }

  result(): Evaluation {
    const { loss, correct } = this.total;
    return { loss: loss / this.size, accuracy: correct / this.size, logits: this.logits! };
  }
}
