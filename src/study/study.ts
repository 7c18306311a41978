import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../core/errors';
import { writeFileAtomically } from '../core/files';
import { checkNumber } from '../core/options';
import { openDataset } from '../data/public';
import { checkConfiguration, MAX_RUNS, type StudyConfiguration } from './configuration';
import { type Executor, inThisProcess } from './executor';
import { readStudyFile, STUDY_FILE, type StudyFile } from './loadStudy';
import { lockFolder } from './lock';
import { type Plan, planStudy, withChosen } from './plan';
import { processPool } from './processPool';
import { RunStore } from './records';
import type { StudyResult } from './result';
import { StudyExecution } from './studyExecution';
import type { StudyListener } from './studyState';
import { hashesOfWeights } from './weightsHashes';

/** Options of `study`: the configuration, and how to execute it. */
export interface StudyOptions extends StudyConfiguration {
  /** folder of the study. Default: `study-` and the beginning of the plan's hash, in the current folder */
  out?: string;
  /** continue the study in the folder. Default: false, which refuses a folder that holds a study */
  resume?: boolean;
  /** with `resume`: execute failed runs again. Default: false */
  retryFailed?: boolean;
  /** whether runs share the features of frozen layers. Default: true */
  cache?: boolean;
  /** the most runs that the study may have. Default: 10,000 */
  maxRuns?: number;
  /** number of processes that execute runs, 1 to 256. Default: this process, one run after the other */
  workers?: number;
  /** number of processor cores that the workers share. Default: all */
  cores?: number;
  /** makes what executes the runs, such as `() => studies.queueExecutor(address)`, instead of workers. Default: none */
  executor?: () => Promise<Executor>;
  /** receives progress and messages, and can stop the study. Default: none */
  listener?: StudyListener;
}

/**
 * Compare configurations of a training over several seeds: execute every run that is not in the study's folder yet, and
 * summarize the runs with paired intervals.
 *
 * All configurations of a seed are trained and validated on the same pictures. The folder has a folder for each run in `runs/`,
 * the list of ended runs in `index.jsonl`, and the results in `table.csv` and `runs.csv`. With `resume: true` a study that was
 * stopped or killed continues: no finished run is executed again, an interrupted one continues after its last complete epoch,
 * and only runs of new seeds or values are added.
 *
 * @throws {UserError} before any run, if the configuration or the folder is invalid
 *
 * @example
 * ```ts
 * import { study } from 'tunebook';
 * const settings = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const { rows } = await study({ data: 'photos', settings, axes: { dropout: [0, 0.5] }, seeds: 2, out: 'dropout-study' });
 * rows.map(({ axes, n }) => ({ ...axes, n })); // => [ { dropout: 0, n: 2 }, { dropout: 0.5, n: 2 } ]
 * ```
 */
export async function study(options: StudyOptions): Promise<StudyResult> {
  const {
    out,
    resume = false,
    retryFailed = false,
    cache = true,
    maxRuns = MAX_RUNS,
    workers = 0,
    cores,
    listener = {},
    executor,
    ...rest
  } = options;
  const configuration = checkConfiguration(rest, { maxRuns: checkNumber('study: maxRuns', maxRuns, { min: 1 }) });
  const plan = planStudy(
    configuration,
    await openDataset(configuration.data, { ...configuration.dataOptions, listener }),
    await hashesOfWeights(configuration, listener),
  );
  const folder = resolve(out ?? `study-${plan.hash.slice(0, 8)}`);
  const runner = executor ? await executor() : workers > 0 ? processPool(workers, cores) : inThisProcess;
  try {
    const known = openFolder(folder, plan, resume);
    const unlock = lockFolder(folder);
    try {
      const whole = withChosen(configuration, plan, known?.configurations ?? []);
      const write = (current: Plan) =>
        writeFileAtomically(join(folder, STUDY_FILE), `${JSON.stringify(studyFile(rest, current), null, 2)}\n`);
      write(whole);
      const store = new RunStore(folder);
      store.cleanUp();
      if (retryFailed) store.removeFailed();
      return await new StudyExecution(configuration, whole, store, { cache, executor: runner, listener, write }).run();
    } finally {
      unlock();
    }
  } finally {
    await runner.close();
  }
}

function studyFile(configuration: StudyConfiguration, plan: Plan): StudyFile {
  const { dataFingerprint, configurations, toChoose } = plan;
  const tasks = plan.tasks.map(({ id, hash, axes, seed }) => ({ id, hash, axes, seed }));
  return { configuration, dataFingerprint, configurations, tasks, toChoose };
}

/** Whether a study makes a file or folder before its first run: another process may just be at it, or have been killed then. */
const isBeginning = (folder: string, name: string): boolean =>
  /^\.{1,2}lock\b|^\.study\.json\./.test(name) ||
  (name === 'runs' && statSync(join(folder, name)).isDirectory() && readdirSync(join(folder, name)).length === 0);

/** Make the study's folder, or check that it can be resumed. @returns what it holds, if it can. @throws {UserError} if not */
function openFolder(folder: string, { dataFingerprint }: Plan, resume: boolean): StudyFile | undefined {
  if (existsSync(join(folder, STUDY_FILE))) {
    if (!resume) throw new UserError(`'${folder}' holds a study: resume it (--resume), or give another folder`);
    const known = readStudyFile(folder);
    if (known.dataFingerprint !== dataFingerprint) {
      throw new UserError(`the study in '${folder}' used other pictures: give another folder, or the same pictures`);
    }
    return known;
  }
  if (
    existsSync(folder) &&
    statSync(folder).isDirectory() &&
    readdirSync(folder).some((name) => !isBeginning(folder, name))
  )
    throw new UserError(
      `'${folder}' is not empty and holds no study: give a new folder, as files and folders in it would be replaced`,
    );
  try {
    mkdirSync(join(folder, 'runs'), { recursive: true });
    return undefined;
  } catch (error) {
    throw new UserError(`'${folder}' cannot be created: ${messageOf(error)}`);
  }
}
