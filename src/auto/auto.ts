import { join, resolve } from 'node:path';
import { sha256, writeFileAtomically } from '../core/files';
import { counted } from '../core/text';
import { type Dataset, splitDataset, splitFingerprint, withFit } from '../data';
import { readRun, type SavedRun } from '../runs';
import { lockFolder } from '../study/lock';
import { backboneOf } from '../training';
import { Budget } from './budget';
import { Costs, measureSpeed } from './cost';
import { finish } from './finish';
import { AutoFolder } from './folder';
import { type AutoOptions, type AutoPlan, autoPlan, availableBackbones, testShare } from './options';
import { autoHtml } from './page';
import { type AutoRecord, bestOf } from './record';
import { Search } from './search';
import { reduceSplit, sharesInTime } from './subset';

/** Seconds at the end for loading the best model and writing files. */
const CLOSING = 2;

/** The result of {@link auto}. */
export interface AutoResult {
  /** Full path of the folder: auto.json, table.csv, report.html, a run folder of each candidate, and the final run. */
  folder: string;
  /** Full path of the final run, as `openRun` takes it. Missing if the search was stopped before. */
  run?: string;
  /** The name of the best candidate. */
  best: string;
  /** What was done, in order: how long it took and what it was worth. */
  records: AutoRecord[];
  /** The accuracy of the best model on the validation pictures, by which it was chosen, from 0 to 1. */
  accuracy: number;
  /** How good it is on the test pictures. Only where there are some, and the search was not stopped. */
  test?: SavedRun['test'];
  /** The numbers of pictures of each part. */
  pictures: { train: number; validation: number; test: number };
  /** Wall-clock seconds of this call. */
  seconds: number;
}

/**
 * Finds a good model in a given time: the cheapest first, logistic regression on the features of a frozen backbone, then other backbones,
 * other heads, and the recommended recipes of fine-tuning by successive halving (Jamieson and Talwalkar 2016), as far as there is time.
 * At the end the weights of fine-tuned networks are averaged if that helps (Wortsman et al. 2022).
 *
 * Test pictures are put aside first. All is decided by the validation pictures: a model replaces the best so far only if its log loss is
 * lower beyond chance, and its accuracy is not. The final model is evaluated on the test pictures, once. A part that would not
 * end in time is not begun, by the time that earlier parts took; one that is stopped keeps its state, and `resume` continues it.
 *
 * The same options, seed and parts give the same models; which parts there is time for depends on the machine, and is in auto.json.
 *
 * @param pictures a dataset with classes, as `openDataset` gives it
 * @throws {UserError} before any work, if an option is wrong, the folder cannot be used, or a class has too few pictures
 *
 * @example
 * ```ts
 * import { auto, imageFolder } from 'tunebook';
 * const { best, test } = await auto(imageFolder('photos'), {
 *   minutes: 0.1, out: 'found', backbones: ['mobilenet-v1-0.25'], weights: 'random', inputSize: 32,
 * });
 * best.startsWith('mobilenet-v1-0.25'); // => true
 * test?.predictions.length; // => 6
 * ```
 */
export function auto(pictures: Dataset, options?: AutoOptions): Promise<AutoResult> {
  return autoByClock(pictures, options);
}

/** {@link auto} by another clock, and by another measurement of the speed. @param now seconds on a clock that never goes back */
export async function autoByClock(
  pictures: Dataset,
  options: AutoOptions | undefined,
  now?: () => number,
  measure = measureSpeed,
): Promise<AutoResult> {
  const plan = autoPlan(options);
  const { listener, settings } = plan;
  const budget = new Budget(60 * plan.minutes, now);
  const dataset = withFit(pictures, settings.fit);
  const test = testShare(dataset, plan.test, listener);
  const all = splitDataset(dataset, { validation: settings.validation, test, seed: settings.seed });
  // as before there was a choice of engines
  const { engine, ...others } = settings;
  const fixed = engine === 'tensorflow' ? others : settings;
  const fingerprint = sha256(JSON.stringify([splitFingerprint(all, dataset.folder), fixed, plan.test]));
  const folder = AutoFolder.open(plan.out, fingerprint, plan.resume);
  const unlock = lockFolder(plan.out);
  const before = folder.state.seconds;
  const keepTime = () => {
    if (folder.state.records.length === 0) return; // there is nothing to continue yet
    folder.state.seconds = before + budget.spent;
    folder.write();
  };
  try {
    const backbones = await availableBackbones(plan);
    const backbone = await backboneOf({ ...settings, backbone: backbones[0]! }, listener);
    const speed = await measure(backbone, all.train, all.train.length).finally(() => backbone.model.dispose());
    if (folder.state.records.length === 0) {
      folder.state.shares = sharesInTime(all, speed.decode + speed.forward, budget.seconds);
    }
    const split = reduceSplit(all, folder.state.shares, dataset.classes.length, settings.seed);
    const counts = { train: split.train.length, validation: split.validation.length, test: split.test?.length ?? 0 };
    listener.onMessage?.(describeSplit(counts, countOf(all)));
    const costs = new Costs(speed, backbones[0]!, counts, settings, plan.cache);
    budget.reserve = CLOSING + costs.evaluation(counts.test, backbones[0]!);
    const { train, validation } = split;
    const context = { dataset, split: { train, validation }, test, plan, folder, budget };
    await new Search(context, backbones, costs).run();
    const finished = await finish(folder, dataset, split.test ?? [], listener);
    keepTime();
    return resultOf(folder, plan, finished, counts, budget.spent);
  } finally {
    keepTime();
    unlock();
  }
}

function resultOf(
  folder: AutoFolder,
  plan: AutoPlan,
  finished: boolean,
  pictures: AutoResult['pictures'],
  seconds: number,
): AutoResult {
  const { records } = folder.state;
  const best = bestOf(records)!;
  const run = finished ? readRun(folder.run) : undefined;
  writeFileAtomically(join(folder.path, 'report.html'), autoHtml(folder, plan, run));
  return {
    folder: resolve(folder.path),
    ...(finished && { run: resolve(folder.run) }),
    best: best.name,
    records: [...records],
    accuracy: best.accuracy!,
    ...(run?.test && { test: run.test }),
    ...{ pictures, seconds },
  };
}

const countOf = ({ train, validation, test = [] }: ReturnType<typeof splitDataset>) =>
  train.length + validation.length + test.length;

function describeSplit({ train, validation, test }: AutoResult['pictures'], all: number): string {
  const used = train + validation + test;
  const parts = `${counted(train, 'picture')} for training, ${validation} to choose by, ${test} put aside for testing`;
  return used < all ? `${parts}: ${used} of ${all}, as more would not fit into the time` : parts;
}
