import type { BatchSource } from '../features';
import { meanOf } from '../metrics/mean';
import { pairedDifference } from '../metrics/pairedDifference';
import { scaledLosses } from '../metrics/temperature';
import { tf } from '../tensorflow';
import type { Evaluation } from './evaluate';
import type { Snapshot } from './weights';

/** The parts of the way from the weights before training to those after it that are tried. */
const HALF = 0.5;
const PARTS = [0, 0.25, HALF, 0.75, 1] as const;

/** What was tried between the weights before and after training, and what was chosen. */
export interface Interpolation {
  /** The part of the way that was chosen: 0 the weights before training, 1 those after it. */
  part: number;
  /** Accuracy, and log loss at the best temperature, of each part on the validation data. */
  tried: { part: number; accuracy: number; loss: number }[];
}

/**
 * Chooses weights between those before and those after training by the validation data (Wortsman et al. 2022, WiSE-FT): a model that
 * is fine-tuned from a good one is often best part of the way, and seldom worse than the one it started from.
 *
 * The measure is the log loss at the temperature that suits the weights best (Guo et al. 2017): it sees more than the accuracy, and
 * overconfidence, which temperature scaling removes, does not count. As the validation data are few, parts that are worse than the
 * best one by less than half a standard error of the difference count as equal (after the one-standard-error rule of Breiman et al.
 * 1984), and of equal ones that is chosen which keeps most of what was learned. Where even the weights before and those after training
 * count as equal, as with a few pictures that all weights predict correctly, nothing speaks for either, and it is half of the way: what the
 * authors of WiSE-FT recommend without validation data.
 *
 * @param variables the weights, which get the chosen values
 * @param before their values before training
 * @param examples the classes of the validation examples, and their groups, whose examples count together
 */
export async function interpolate(
  variables: readonly tf.Variable[],
  before: Snapshot,
  { labels, groups }: Pick<BatchSource, 'labels' | 'groups'>,
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
    const tried: Tried[] = [];
    for (const part of PARTS) {
      assign(part);
      const evaluation = await evaluate();
      tried.push({ part, evaluation, losses: lossesOf(labels, evaluation.logits) });
    }
    const { part, evaluation } = choose(tried, groups);
    assign(part);
    const shown = tried.map(({ part, evaluation, losses }) => {
      return { part, accuracy: evaluation.accuracy, loss: meanOf(losses) };
    });
    return { interpolation: { part, tried: shown }, evaluation };
  } finally {
    for (const tensor of after) tensor.dispose();
  }
}

interface Tried {
  part: number;
  evaluation: Evaluation;
  /** of each example */
  losses: number[];
}

/** In standard errors of the difference: parts that are worse than the best one by less than this count as equal. */
const TOLERANCE = 0.5;

/** Of the parts that are about as good as the best one, that which keeps most of what was learned; if all are, half of the way. */
function choose(tried: readonly Tried[], groups: BatchSource['groups']): Tried {
  const best = tried.reduce((found, one) => (meanOf(one.losses) < meanOf(found.losses) ? one : found));
  const good = tried.filter(({ losses }) => {
    const { mean, error } = pairedDifference(
      losses.map((loss, i) => loss - best.losses[i]!),
      groups,
    );
    return mean <= (Number.isFinite(error) ? TOLERANCE * error : 0); // of a single example or group nothing is known
  });
  return good.length < tried.length ? good.at(-1)! : tried.find(({ part }) => part === HALF)!;
}

/** The log loss of each example at the temperature that makes their mean smallest. @param logits [examples x outputs], one output for two classes */
function lossesOf(labels: Int32Array, logits: Float32Array): number[] {
  const outputs = logits.length / labels.length;
  const rows = Array.from(labels, (_, i) => {
    const row = Array.from(logits.subarray(i * outputs, (i + 1) * outputs));
    return outputs === 1 ? [0, row[0]!] : row;
  });
  return scaledLosses(labels, rows);
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
