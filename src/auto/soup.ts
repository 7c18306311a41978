import { existsSync } from 'node:fs';
import { confusionMatrix } from '../metrics';
import { type OpenRun, openRun } from '../runs';
import { copyRun } from '../runs/copyRun';
import { tf } from '../tensorflow';
import { type Prediction, summarizePredictions } from '../training';
import { evaluateLogits } from '../training/evaluate';
import { scaledLoss } from './evidence';
import type { AutoRecord } from './record';
import { judge, report, type TrialContext } from './trial';

/** More members take longer and seldom help. */
const MOST = 4;

/** The fine-tuned networks of one backbone, the best first: those whose weights can be averaged. */
export function soupMembers(records: readonly AutoRecord[]): AutoRecord[] {
  const tuned = records.filter(
    ({ kind, state, folder, loss, settings }) =>
      kind === 'training' && state === 'done' && folder && loss !== null && settings?.headEpochs !== undefined,
  );
  const sorted = tuned.sort((a, b) => a.loss! - b.loss!);
  return sorted.filter(({ settings }) => settings?.backbone === sorted[0]?.settings?.backbone).slice(0, MOST);
}

/**
 * A greedy soup (Wortsman et al. 2022): the mean of the weights of fine-tuned networks of one backbone. Beginning with the best, each
 * network stays in it if the loss on the validation pictures is lower with it. It is a candidate as any other, of the size of one network.
 *
 * @param members the best first, at least two
 */
export async function trySoup(
  members: readonly AutoRecord[],
  context: TrialContext,
  estimate: number,
): Promise<AutoRecord | undefined> {
  const { folder, split, budget, plan, dataset } = context;
  const began = budget.spent;
  const listener = budget.limiting(plan.listener);
  const soup = await openRun(folder.candidate(members[0]!.folder!));
  const kept = [members[0]!];
  try {
    let weights = variablesOf(soup).map((variable) => variable.read().clone());
    let best = await predictionsBy(soup, split.validation, listener);
    for (const member of members.slice(1)) {
      if (listener.shouldStop()) break;
      const mixed = await meanWith(weights, kept.length, folder.candidate(member.folder!));
      assign(soup, mixed);
      const predictions = await predictionsBy(soup, split.validation, listener);
      const better = predictions.length === best.length && scaledLoss(predictions) < scaledLoss(best);
      tf.dispose(better ? weights : mixed);
      if (!better) continue;
      [weights, best] = [mixed, predictions];
      kept.push(member);
    }
    assign(soup, weights);
    tf.dispose(weights);
    const names = kept.map(({ name }) => name);
    const common = { kind: 'soup' as const, state: 'done' as const, estimate };
    if (kept.length === 1) {
      const reason = 'no mean of weights has a lower loss than the best network alone';
      const numbers = { seconds: budget.spent - began, accuracy: null, loss: null, better: false };
      return report(context, { name: soupName(members), ...common, ...numbers, reason });
    }
    const name = soupName(kept);
    if (!existsSync(folder.candidate(name))) {
      await copyRun(folder.candidate(names[0]!), folder.candidate(name), {
        ...{
          model: soup.network.model,
          predictions: best,
          metrics: { ...metricsOf(best, dataset.classes), soup: names },
        },
      });
    }
    const judged = judge(context, name);
    const reason = `the mean of ${names.join(', ')}; ${judged.reason}`;
    return report(context, { name, ...common, seconds: budget.spent - began, ...judged, reason, folder: name });
  } finally {
    soup.dispose();
  }
}

/** Layer by layer, as the order of `getWeights` depends on which layers train. */
const variablesOf = ({ network }: OpenRun) => network.model.layers.flatMap(({ weights }) => weights);

function assign(run: OpenRun, values: readonly tf.Tensor[]): void {
  for (const [i, variable] of variablesOf(run).entries()) variable.write(values[i]!);
}

const soupName = (members: readonly AutoRecord[]) => `soup-of-${members.length}-${members[0]!.name}`;

async function predictionsBy(
  model: OpenRun,
  examples: Parameters<OpenRun['predictExamples']>[0],
  listener: Parameters<OpenRun['predictExamples']>[1],
): Promise<Prediction[]> {
  const { predictions } = await model.predictExamples(examples, listener);
  return predictions.map(({ hash: _, ...prediction }) => prediction);
}

/** The mean of `count` networks, whose mean is given, and one more. */
async function meanWith(mean: readonly tf.Tensor[], count: number, run: string): Promise<tf.Tensor[]> {
  const member = await openRun(run);
  try {
    return tf.tidy(() =>
      variablesOf(member).map((variable, i) =>
        mean[i]!.mul(count)
          .add(variable.read())
          .div(count + 1),
      ),
    );
  } finally {
    member.dispose();
  }
}

/** The numbers of metrics.json that depend on the predictions. */
function metricsOf(predictions: readonly Prediction[], classes: string[]): Record<string, unknown> {
  const { summary } = summarizePredictions(predictions, classes);
  const labels = predictions.map(({ label }) => label);
  const logits = predictions.flatMap(({ probabilities }) => probabilities.map((p) => Math.log(Math.max(p, 1e-12))));
  const { accuracy, loss } = evaluateLogits(Float32Array.from(logits), Int32Array.from(labels));
  const { counts } = confusionMatrix(
    labels,
    predictions.map(({ predicted }) => predicted),
    classes,
  );
  return { accuracy, loss, interval: summary.accuracy, confusion: counts };
}
