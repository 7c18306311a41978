import { existsSync, rmSync } from 'node:fs';
import { messageOf, UserError } from '../core/errors';
import { type Dataset, type Split, withSplit } from '../data';
import { readRun, saveRun } from '../runs';
import { type Prediction, type TrainResult, train } from '../training';
import type { Budget } from './budget';
import type { Candidate } from './candidates';
import { accuracyOf, compareOnPictures, scaledLoss } from './evidence';
import type { AutoFolder } from './folder';
import type { AutoPlan } from './options';
import { type AutoRecord, bestOf } from './record';

/** What every training of a search needs. */
export interface TrialContext {
  dataset: Dataset;
  /** the pictures that trainings see: those for testing are not among them */
  split: Omit<Split, 'test'>;
  /** the part of each class that was put aside */
  test: number;
  plan: AutoPlan;
  folder: AutoFolder;
  budget: Budget;
}

/**
 * Trains a candidate, saves its run, and decides by the validation pictures whether it is the best so far. A training that is stopped
 * keeps its state for a later call, and what it has learned takes part as a candidate of its own.
 *
 * @param estimate seconds that it will take
 * @param ending seconds that it takes after it was stopped
 * @param unlimited whether it may take longer than the time that is left: for the first candidate, without which there is no model
 * @returns the record of it; undefined if it was stopped before it had learned anything
 */
export async function tryCandidate(
  { name, settings }: Candidate,
  context: TrialContext,
  { estimate, ending = 0, unlimited = false }: { estimate: number; ending?: number; unlimited?: boolean },
): Promise<AutoRecord | undefined> {
  const { dataset, split, test, plan, folder, budget } = context;
  const began = budget.spent;
  const checkpoint = folder.training(name);
  const stepwise = settings.head !== 'logistic';
  let result: TrainResult;
  try {
    result = await train(withSplit(dataset, split), {
      ...{ ...plan.settings, ...settings, cache: plan.cache, test: 0, evaluateTest: false },
      ...(stepwise && { checkpoint, resume: existsSync(checkpoint) }),
      listener: unlimited ? plan.listener : budget.limiting(plan.listener, ending),
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const ended = plan.listener.shouldStop?.() || budget.left <= ending;
    if (unlimited) throw error;
    return report(context, {
      ...{ name, kind: 'training', state: ended ? 'stopped' : 'failed', seconds: budget.spent - began, estimate },
      ...{ accuracy: null, loss: null, better: false, settings, reason: messageOf(error) },
    });
  }
  const { stopped, history } = result;
  const own = stopped ? stoppedName(name, history.length) : name;
  try {
    if (!existsSync(folder.candidate(own))) {
      result.settings = { ...result.settings, test }; // `train` with these settings puts the same pictures aside
      await saveRun(result, folder.candidate(own));
    }
  } finally {
    result.dispose();
  }
  if (!stopped && stepwise) rmSync(checkpoint, { recursive: true, force: true });
  const judged = judge(context, own);
  return report(context, {
    ...{ name: own, kind: 'training', state: stopped ? 'stopped' : 'done', seconds: budget.spent - began, estimate },
    ...{ ...judged, folder: own, settings },
    ...(stopped && { reason: `stopped after ${history.length} epochs; ${judged.reason}` }),
  });
}

/** The name of what a candidate had learned when it was stopped. */
const stoppedName = (name: string, epochs: number) => `${name}-after-${epochs}`;

/** The name of the candidate that was stopped under this name. */
export const candidateOf = (stopped: string): string => stopped.replace(/-after-\d+$/, '');

/** Compares a saved candidate with the best one so far. */
export function judge(
  { folder, plan }: Pick<TrialContext, 'folder' | 'plan'>,
  name: string,
): Pick<AutoRecord, 'accuracy' | 'loss' | 'better' | 'reason'> {
  const predictions = predictionsOf(folder, name);
  const finite = predictions.every(({ probabilities }) => probabilities.every(Number.isFinite));
  const measured = { accuracy: accuracyOf(predictions), loss: finite ? scaledLoss(predictions) : null };
  const best = bestOf(folder.state.records);
  if (!best) return { ...measured, better: finite, reason: finite ? 'it is the first' : 'its loss is not finite' };
  const { better, reason } = compareOnPictures(predictionsOf(folder, best.folder!), predictions);
  plan.listener.onMessage?.(`${name} ${better ? 'replaces' : 'does not replace'} ${best.name}: ${reason}`);
  return { ...measured, better, reason };
}

/** The validation predictions of a saved candidate. */
export const predictionsOf = (folder: AutoFolder, name: string): Prediction[] =>
  readRun(folder.candidate(name)).predictions;

/** Keeps a record, and tells the listener. */
export function report({ folder, plan }: Pick<TrialContext, 'folder' | 'plan'>, record: AutoRecord): AutoRecord {
  folder.add(record);
  plan.listener.onRecord?.(record, folder.state.records);
  return record;
}
