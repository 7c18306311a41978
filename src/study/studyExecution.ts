import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileAtomically } from '../core/files';
import type { CheckedConfiguration } from './configuration';
import { writeRecord } from './execute';
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
import { withNext } from './tpe/next';

/** Milliseconds after which a full executor is asked again: workers may have joined the queue. */
const SLOTS_CHANGE = 500;

interface Context {
  cache: boolean;
  executor: Executor;
  listener: StudyListener;
  /** writes down what is planned, before it is executed */
  write: (plan: Plan) => void;
}

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
    private plan: Plan,
    private readonly store: RunStore,
    private readonly context: Context,
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
        const isFull = underway.size >= this.slots();
        const next = this.mayStart() && !isFull ? this.nextTask() : undefined;
        if (next) {
          const run: Promise<void> = this.execute(next).finally(() => underway.delete(run));
          underway.add(run);
        } else if (underway.size > 0) {
          await Promise.race(isFull ? [...underway, sleep(SLOTS_CHANGE, undefined, { ref: false })] : underway);
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
    return openTasks(plan, records, configuration.budget).filter(({ hash }) => !running.has(hash));
  }

  /** The next run that may start; if the plan has none, the first one of a configuration that is chosen now. */
  private nextTask(): RunTask | undefined {
    for (;;) {
      const [task] = this.openTasks();
      if (task || this.plan.toChoose === 0) return task;
      this.plan = withNext(this.configuration, this.plan, this.records);
      this.context.write(this.plan);
      this.table = undefined;
    }
  }

  /**
   * Number of runs that may be underway. Where results decide what is run next, few wait in a queue, only as many as keep its workers
   * busy.
   */
  private slots(): number {
    const { slots, parallel = slots } = this.context.executor;
    const { design, budget } = this.configuration;
    return design === 'tpe' || budget.pruning === 'asha' ? Math.min(slots, parallel + 1) : slots;
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
    const paused = task.pauseAfter === undefined ? undefined : this.records.get(task.hash);
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
      if (paused) {
        record.seconds += paused.seconds;
        writeRecord(record, prepared);
      }
      this.store.save(prepared, record, { continues: paused !== undefined });
      // before the next await, as a run that is neither running nor recorded would be started again
      this.records.set(task.hash, record);
      this.running.delete(task.hash);
      this.table = undefined;
      await executor.saved?.(task);
      const mayContinue = task.pauseAfter !== undefined && record.state === 'pruned';
      if (!mayContinue) rmSync(checkpoint, { recursive: true, force: true });
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
    const { toChoose } = this.plan;
    const total = new Set(this.plan.tasks.map(({ hash }) => hash)).size + this.runsToChoose();
    const running = [...this.running.values()];
    onProgress?.({ task: 'study', done: ended.length, total, unit: 'runs' });
    onStudy?.({
      folder: this.store.folder,
      ended: ended.length,
      total,
      failed: ended.filter(({ state }) => state === 'failed').length,
      running: running.map(({ id }) => id),
      secondsLeft: this.time.left(
        [...running, ...this.openTasks()],
        executor.parallel ?? executor.slots,
        this.runsToChoose(),
      ),
      configurations: this.plan.configurations.length + toChoose,
      rows: this.rows(),
      latest,
    });
  }

  /** Number of runs of the configurations that have not been chosen yet. */
  private runsToChoose(): number {
    return this.plan.toChoose * this.configuration.seeds.length;
  }

  private result(): StudyResult {
    const { folder } = this.store;
    const left = this.openTasks().length + this.runsToChoose();
    if (left === 0) rmSync(join(folder, 'checkpoints'), { recursive: true, force: true });
    this.tabulate();
    const { axes } = this.configuration;
    const result = resultOf(folder, { ...this.plan, axes }, this.records, left);
    writeFileAtomically(join(folder, 'runs.csv'), runsCsv(result.records));
    return result;
  }
}
