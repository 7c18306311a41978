import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileAtomically } from '../core/files';
import type { CheckedConfiguration } from './configuration';
import type { Executor } from './executor';
import { nameOf } from './leaderboard';
import type { Plan, RunTask } from './plan';
import type { RunStore } from './records';
import { endedRuns, resultOf, type StudyResult } from './result';
import type { RunRecord } from './runRecord';
import { runsCsv } from './runsTable';
import { medianRule, openTasks } from './schedule';
import type { StudyListener } from './studyState';
import { type StudyRow, studyTable, tableCsv } from './table';
import { TimeLeft } from './timeLeft';

/** Milliseconds after which a full executor is asked again: workers may have joined the queue. */
const SLOTS_CHANGE = 500;

/** Executes the runs of a study that are not on disk yet, and keeps its tables up to date. */
export class StudyExecution {
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
    private readonly context: { cache: boolean; executor: Executor; listener: StudyListener },
  ) {
    this.records = store.read();
  }

  async run(): Promise<StudyResult> {
    const { executor } = this.context;
    const underway = new Set<Promise<void>>();
    this.report();
    try {
      // a process that was killed may have left copies of these runs in the executor
      for (const task of this.plan.tasks) if (this.records.has(task.hash)) await executor.saved?.(task);
      for (;;) {
        const next = this.mayStart() ? this.openTasks()[0] : undefined;
        if (next && underway.size < executor.slots) {
          const run: Promise<void> = this.execute(next).finally(() => underway.delete(run));
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
    this.stopped ||= this.context.listener.shouldStop?.() ?? false;
    const minutes = (performance.now() - this.began) / 60_000;
    return !this.stopped && this.started < budget.runs && minutes < budget.minutes;
  }

  private async execute(task: RunTask): Promise<void> {
    const { cache, executor, listener } = this.context;
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
        pruneBelow: prunes ? medianRule(this.records.values(), task.settings.epochs, this.plan.monitor) : [],
        monitor: this.plan.monitor,
        // a study reports runs, not their epochs
        listener: {
          onMessage: (text) => listener.onMessage?.(`${nameOf(task.axes)}, seed ${task.seed}: ${text}`),
          shouldStop: () => this.stopped || (listener.shouldStop?.() ?? false),
        },
      });
      if (!record) {
        rmSync(prepared, { recursive: true, force: true });
        return;
      }
      this.store.save(prepared, record);
      // before the next await, as a run that is neither running nor recorded would be started again
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

  /** Computed once for each run that ends, as the intervals take time that grows with the number of runs. */
  private rows(): StudyRow[] {
    this.table ??= studyTable(this.plan, this.records);
    return this.table;
  }

  private tabulate(rows = this.rows()): StudyRow[] {
    writeFileAtomically(join(this.store.folder, 'table.csv'), tableCsv(rows));
    return rows;
  }

  private report(latest?: RunRecord): void {
    const { executor, listener } = this.context;
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
