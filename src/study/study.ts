import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UserError } from '../core/errors';
import { writeFileAtomically } from '../core/files';
import type { Listener } from '../core/listener';
import { checkNumber } from '../core/options';
import { openDataset } from '../data/public';
import { type CheckedConfiguration, checkConfiguration, MAX_RUNS, type StudyConfiguration } from './configuration';
import { type Executor, here } from './executor';
import { nameOf } from './leaderboard';
import { readStudyFile, STUDY_FILE, type StudyFile } from './loadStudy';
import { lockFolder } from './lock';
import { type Plan, planStudy, type RunTask } from './plan';
import { processPool } from './processPool';
import { RunStore } from './records';
import { endedRuns, resultOf, type StudyResult } from './result';
import type { RunRecord } from './runRecord';
import { runsCsv } from './runsTable';
import { medianRule, openTasks } from './schedule';
import { type StudyRow, studyTable, tableCsv } from './table';
import { TimeLeft } from './timeLeft';

/** Milliseconds after which an executor that was full is asked again: workers may have joined a queue. */
const SLOTS_CHANGE = 500;

/** Where a study stands. */
export interface StudyState {
  folder: string;
  /** runs that have ended, of `total` planned ones; pruning may make it fewer */
  ended: number;
  total: number;
  failed: number;
  /** names of the runs under way */
  running: string[];
  /** null until a run has ended */
  secondsLeft: number | null;
  /** the table so far */
  rows: StudyRow[];
  /** the run that has just ended */
  latest?: RunRecord;
}

/** Whoever watches a study: told of each run as it starts and ends. */
export interface StudyListener extends Listener {
  onStudy?(state: StudyState): void;
}

export interface StudyOptions extends StudyConfiguration {
  /** folder of the study; default: `study-` and the beginning of its configuration's hash, in the current folder */
  out?: string;
  /** go on with what is in the folder; default false */
  resume?: boolean;
  /** with `resume`: make failed runs again; default false */
  retryFailed?: boolean;
  /** share the features of frozen layers between runs; default true */
  cache?: boolean;
  /** how many runs it may have; default 10,000 */
  maxRuns?: number;
  /** processes that make runs at a time; default: this one, one run after the other */
  workers?: number;
  /** cores that the workers share; default: all */
  cores?: number;
  /** what makes the runs, instead of workers; called when the configuration has been checked */
  executor?: () => Promise<Executor>;
  listener?: StudyListener;
}

/**
 * Compare configurations over seeds: make every run that is not in the study's folder yet, and tabulate.
 *
 * All variants of a seed train and validate on the same pictures. The folder is the database: `runs/` has a folder a run,
 * `index.jsonl` lists them as they ended, `table.csv` and `runs.csv` are the results. A study that was stopped or killed goes
 * on with `resume: true`: no run that ended is made again, one that was under way goes on after its last whole epoch, and a
 * configuration with more seeds or values makes only what is new.
 *
 * @throws {UserError} before any run, if anything is wrong with the configuration or the folder
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
    await openDataset(configuration.data, { ...configuration.dataOptions, listener: listener }),
  );
  const folder = resolve(out ?? `study-${plan.hash.slice(0, 8)}`);
  const makes = executor ? await executor() : workers > 0 ? processPool(workers, cores) : here;
  try {
    openFolder(folder, plan, resume);
    const unlock = lockFolder(folder);
    try {
      writeFileAtomically(join(folder, STUDY_FILE), `${JSON.stringify(studyFile(rest, plan), null, 2)}\n`);
      const store = new RunStore(folder);
      store.mend();
      if (retryFailed) store.forgetFailed();
      return await new Study(configuration, plan, store, { cache, executor: makes, listener }).run();
    } finally {
      unlock();
    }
  } finally {
    await makes.close();
  }
}

function studyFile(configuration: StudyConfiguration, { dataFingerprint, configurations, tasks }: Plan): StudyFile {
  const planned = tasks.map(({ id, hash, axes, seed }) => ({ id, hash, axes, seed }));
  return { configuration, dataFingerprint, configurations, tasks: planned };
}

/** @throws {UserError} if the folder cannot be this study's */
function openFolder(folder: string, { dataFingerprint }: Plan, resume: boolean): void {
  if (existsSync(join(folder, STUDY_FILE))) {
    if (!resume) throw new UserError(`'${folder}' holds a study: resume it (--resume), or give another folder`);
    const known = readStudyFile(folder);
    if (known.dataFingerprint !== dataFingerprint) {
      throw new UserError(
        `the study in '${folder}' was made with other pictures: give another folder, or those pictures`,
      );
    }
    return;
  }
  try {
    mkdirSync(join(folder, 'runs'), { recursive: true });
  } catch (error) {
    throw new UserError(`'${folder}' cannot be made: ${messageOf(error)}`);
  }
}

class Study {
  private readonly records: Map<string, RunRecord>;
  private readonly running = new Map<string, RunTask>();
  private table: StudyRow[] | undefined;
  private readonly began = performance.now();
  private readonly time = new TimeLeft();
  private started = 0;
  private stopped = false;

  constructor(
    private readonly configuration: CheckedConfiguration,
    private readonly plan: Plan,
    private readonly store: RunStore,
    private readonly surroundings: { cache: boolean; executor: Executor; listener: StudyListener },
  ) {
    this.records = store.read();
  }

  async run(): Promise<StudyResult> {
    const { executor } = this.surroundings;
    const underway = new Set<Promise<void>>();
    this.report();
    try {
      // one that was killed may have left some of them where they were made
      for (const task of this.plan.tasks) if (this.records.has(task.hash)) await executor.saved?.(task);
      for (;;) {
        const next = this.mayStart() ? this.openTasks()[0] : undefined;
        if (next && underway.size < executor.slots) {
          const run: Promise<void> = this.make(next).finally(() => underway.delete(run));
          underway.add(run);
        } else if (underway.size > 0) {
          await Promise.race(next ? [...underway, sleep(SLOTS_CHANGE, undefined, { ref: false })] : underway);
        } else {
          break;
        }
      }
    } catch (error) {
      this.stopped = true;
      await Promise.allSettled(underway);
      throw error;
    }
    return this.result();
  }

  private openTasks(): RunTask[] {
    const { plan, records, configuration, running } = this;
    return openTasks(plan, records, configuration.budget.pruning).filter(({ hash }) => !running.has(hash));
  }

  private mayStart(): boolean {
    const { budget } = this.configuration;
    this.stopped ||= this.surroundings.listener.shouldStop?.() ?? false;
    const minutes = (performance.now() - this.began) / 60_000;
    return !this.stopped && this.started < budget.runs && minutes < budget.minutes;
  }

  private async make(task: RunTask): Promise<void> {
    const { cache, executor, listener } = this.surroundings;
    this.started++;
    this.running.set(task.hash, task);
    this.report();
    const prepared = this.store.prepare(task.id);
    const checkpoint = join(this.store.folder, 'checkpoints', task.id);
    const isBaseline = JSON.stringify(task.axes) === JSON.stringify(this.plan.configurations[0]);
    const prunes = this.configuration.budget.pruning === 'median' && !isBaseline;
    try {
      const record = await executor.run({
        task,
        folder: prepared,
        cache,
        checkpoint,
        pruneBelow: prunes ? medianRule(this.records.values(), task.settings.epochs) : [],
        // a study shows runs, not their epochs
        listener: {
          onMessage: (text) => listener.onMessage?.(`${nameOf(task.axes)}, seed ${task.seed}: ${text}`),
          shouldStop: () => this.stopped || (listener.shouldStop?.() ?? false),
        },
      });
      if (!record) {
        rmSync(prepared, { recursive: true, force: true });
        return;
      }
      this.store.land(prepared, record);
      // before anything is waited for: a run that is neither under way nor recorded would be begun again
      this.records.set(task.hash, record);
      this.running.delete(task.hash);
      this.table = undefined;
      await executor.saved?.(task);
      rmSync(checkpoint, { recursive: true, force: true });
      this.time.observe(record);
      this.tabulate();
      this.report(record);
    } finally {
      this.running.delete(task.hash);
    }
  }

  /** Made once for all who ask before the next run ends: its intervals take time that grows with the runs. */
  private rows(): StudyRow[] {
    this.table ??= studyTable(this.plan, this.records);
    return this.table;
  }

  private tabulate(rows = this.rows()): StudyRow[] {
    writeFileAtomically(join(this.store.folder, 'table.csv'), tableCsv(rows));
    return rows;
  }

  private report(latest?: RunRecord): void {
    const { executor, listener } = this.surroundings;
    const { onStudy, onProgress } = listener;
    const ended = endedRuns(this.plan, this.records);
    const total = new Set(this.plan.tasks.map(({ hash }) => hash)).size;
    const running = [...this.running.values()];
    onProgress?.({ task: 'study', done: ended.length, total, unit: 'runs' });
    onStudy?.({
      folder: this.store.folder,
      ended: ended.length,
      total,
      failed: ended.filter(({ state }) => state === 'failed').length,
      running: running.map(({ id }) => id),
      secondsLeft: this.time.left([...running, ...this.openTasks()], executor.parallel ?? executor.slots),
      rows: this.rows(),
      latest,
    });
  }

  private result(): StudyResult {
    const { folder } = this.store;
    const left = this.openTasks().length;
    if (left === 0) rmSync(join(folder, 'checkpoints'), { recursive: true, force: true });
    this.tabulate();
    const result = resultOf(folder, this.plan, this.records, left);
    writeFileAtomically(join(folder, 'runs.csv'), runsCsv(result.records));
    return result;
  }
}
