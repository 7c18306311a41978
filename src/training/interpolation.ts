import { fitTemperature, softmaxAt } from '../metrics';
import { tf } from '../tensorflow';
import type { Evaluation } from './evaluate';
import type { Snapshot } from './weights';

/** The parts of the way from the weights before training to those after it that are tried. */
const PARTS = [0, 0.25, 0.5, 0.75, 1] as const;

/** What was tried between the weights before and after training, and what was chosen. */
export interface Interpolation {
  /** The part of the way that was chosen: 0 the weights before training, 1 those after it. */
  part: number;
  /** Accuracy, and log loss at the best temperature, of each part on the validation data. */
  tried: { part: number; accuracy: number; loss: number }[];
}

/**
 * Chooses weights between those before and those after training by the validation data (Wortsman et al. 2022, WiSE-FT): a model that
 * is fine-tuned from a good one is often best part of the way, and is never worse on the validation data than the one it started from.
 *
 * The measure is the log loss at the temperature that suits the weights best (Guo et al. 2017): it sees more than the accuracy, and
 * overconfidence, which temperature scaling removes, does not count. Of equal parts the later one is chosen.
 *
 * @param variables the weights, which get the chosen values
 * @param before their values before training
 */
export async function interpolate(
  variables: readonly tf.Variable[],
  before: Snapshot,
  labels: Int32Array,
  evaluate: () => Promise<Evaluation>,
): Promise<{ interpolation: Interpolation; evaluation: Evaluation }> {
  const after = variables.map((variable) => variable.clone());
  const assign = (part: number) => {
    tf.tidy(() => {
      for (const [i, variable] of variables.entries()) {
        const [from, to] = [before.tensors[i]!, after[i]!];
        variable.assign(part === 0 ? from : part === 1 ? to : from.mul(1 - part).add(to.mul(part)));
      }
    });
  };
  try {
    const tried: (Interpolation['tried'][number] & { evaluation: Evaluation })[] = [];
    for (const part of PARTS) {
      assign(part);
      const evaluation = await evaluate();
      tried.push({ part, accuracy: evaluation.accuracy, loss: scaledLoss(labels, evaluation.logits), evaluation });
    }
    const best = tried.reduce((found, one) => (one.loss <= found.loss ? one : found));
    assign(best.part);
    return {
      interpolation: { part: best.part, tried: tried.map(({ evaluation: _, ...rest }) => rest) },
      evaluation: best.evaluation,
    };
  } finally {
    for (const tensor of after) tensor.dispose();
  }
}

/** The log loss at the temperature that makes it smallest. @param logits [examples x outputs], one output for two classes */
function scaledLoss(labels: Int32Array, logits: Float32Array): number {
  const outputs = logits.length / labels.length;
  const rows = Array.from(labels, (_, i) => {
    const row = Array.from(logits.subarray(i * outputs, (i + 1) * outputs));
    return outputs === 1 ? [0, row[0]!] : row;
  });
  const probabilities = softmaxAt(rows, fitTemperature(labels, rows));
  const losses = probabilities.map((row, i) => -Math.log(Math.max(row[labels[i]!]!, 1e-12)));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** What was chosen, as a line for the reader. */
export function describeInterpolation({ part, tried }: Interpolation): string {
  const accuracy = (at: number) => tried.find((one) => one.part === at)!.accuracy.toFixed(3);
  const measured = `validation accuracy ${accuracy(0)} before fine-tuning, ${accuracy(1)} after it`;
  if (part === 0) {
    return `the frozen backbone is as good on the validation pictures: its weights are kept (${measured}); the variant feature-extraction gives the same in less time`;
  }
  if (part === 1) return `the fine-tuned weights are kept as they are (${measured})`;
  return `the final weights are ${100 * part}% of the way from the frozen backbone to the fine-tuned one: accuracy ${accuracy(part)} (${measured})`;
}
