import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import type { EpochRecord } from '../core/listener';
import { checkNumber } from '../core/options';
import type { Data, FrozenCounts } from '../features';
import { baselineOf } from '../metrics/baseline';
import { groupedAccuracy } from '../metrics/groupedAccuracy';
import type { Monitor } from '../metrics/measures';
import type { tf } from '../tensorflow';
import { assignArray, loadState, saveBest, saveState } from './checkpoint';
import { checkData, classesOf } from './data';
import { explainDivergence, explainHighLoss } from './diagnosis';
import { EarlyStopping, rankedMeasures } from './earlyStopping';
import { type Evaluation, evaluateSource, penaltyNow } from './evaluate';
import { comparable, type FitOptions, type FitSettings, fitSettings } from './fitSettings';
import { buildLoss } from './losses';
import { openPasses, type Passes, validationPass } from './passes';
import { type EpochResult, Trainer } from './trainer';
import { Snapshot } from './weights';

/** The result of {@link fit}. */
export interface FitResult {
  /** One record for each epoch. */
  history: EpochRecord[];
  /** Whether the listener stopped training before its last epoch; the model keeps what it has learned. */
  stopped: boolean;
  /** Why training ended: after all epochs, stopped by the listener, by early stopping, or because the loss was not a finite number. */
  ended: 'completed' | 'stopped' | 'early' | 'diverged';
  /** The epoch with the best monitored value, and whether the model has the weights of that epoch. */
  best: { epoch: number; restored: boolean };
  /** The final model on the validation data, with the same loss as in training. Undefined without validation data. */
  evaluation?: Evaluation;
  /** The last of the frozen layers whose output was computed once per example. Null if there were none. */
  frozenUpTo: string | null;
  /** How many outputs of frozen layers were computed, how many were found in the cache, and the seconds that this took. */
  features: FrozenCounts;
  /** The largest resident memory of the process during this training, in bytes. */
  peakMemory: number;
}

/**
 * Trains a classifier whose last layer gives logits, and evaluates it on the validation data after each epoch. The model is changed in
 * place; frozen layers stay bit-identical. The same seed gives the same weights on the same machine.
 *
 * The outputs of frozen layers are computed once per example. When the listener asks to stop, the epoch ends after the current batch and
 * is evaluated. When the loss is not a finite number, training ends with the weights of its best epoch.
 *
 * @param model [batch, ...shape] to [batch, classes] logits, or to [batch, 1] for two classes
 * @param data training and validation data: arrays, or sources of batches
 * @throws {UserError} before the first batch when the data, the model and the options do not suit each other; or when the loss of the
 *   first epoch is not a finite number
 *
 * @example
 * ```ts
 * import { buildHead, fit } from 'tunebook';
 * const values = Float32Array.from([0, 1, 0.1, 0.9, 1, 0, 0.9, 0.1]);
 * const data = { values, shape: [2], labels: Int32Array.from([0, 0, 1, 1]) };
 * const { history, ended } = await fit(buildHead(2, 2), { train: data }, { epochs: 3, optimizer: 'sgd' });
 * [history.length, ended]; // => [ 3, 'completed' ]
 * ```
 */
export async function fit(
  model: tf.LayersModel,
  data: { train: Data; validation?: Data },
  options?: FitOptions,
): Promise<FitResult> {
  const settings = fitSettings(options);
  checkData('train', model, data.train);
  if (data.validation) checkData('validation', model, data.validation);
  const { training, validation, frozen, dispose } = await openPasses(model, data, settings);
  try {
    const trainer = new Trainer(model, training.source, training, settings);
    const inference = validation && validationPass(model, validation, settings);
    try {
      const passes = validation && { ...validation, ...inference };
      return { ...(await new Fitting(model, trainer, settings, training, passes).run()), features: frozen };
    } finally {
      trainer.dispose();
      inference?.dispose();
    }
  } finally {
    dispose();
  }
}

/** After fewer steps than this a loss worse than guessing is normal: a new head starts with one. */
const STEPS_TO_JUDGE = 20;

/** One call of {@link fit}: its epochs, and what is done between them. */
class Fitting {
  private readonly history: EpochRecord[] = [];
  private readonly watch: EarlyStopping;
  private readonly best: Snapshot;
  /** the weights before the first epoch, to return to when it diverges and there is no validation data */
  private readonly first: Snapshot;
  private readonly validate: () => Promise<Evaluation> | undefined;
  private readonly fingerprint: string;
  private readonly validated: boolean;
  /** accuracy of always predicting the most frequent class of the validation data */
  private readonly baseline: number | undefined;
  /** whether epochs record macro F1 and the area under the ROC curve, which takes time with many examples and classes */
  private readonly ranks: boolean;
  private peakMemory = 0;
  private judged = false;
  /** of the last epoch */
  private evaluation: Evaluation | undefined;

  constructor(
    private readonly model: tf.LayersModel,
    private readonly trainer: Trainer,
    private readonly settings: FitSettings,
    private readonly passes: Passes,
    private readonly validation: Passes | undefined,
  ) {
    this.validated = validation !== undefined;
    this.watch = new EarlyStopping(settings.earlyStopping ?? {}, validation !== undefined);
    this.baseline = validation && baselineOf(Array.from(validation.source.labels)).accuracy;
    const asked = [settings.measure, settings.earlyStopping?.monitor];
    this.ranks = ['macroF1', 'auc', 'validationMacroF1', 'validationAuc'].some((name) =>
      asked.includes(name as Monitor),
    );
    const variables = trainer.weights.map(({ variable }) => variable);
    this.best = new Snapshot(variables);
    this.first = new Snapshot(variables);
    const loss = buildLoss(settings.loss, model.outputs[0]!.shape.at(-1)!);
    this.validate = () => {
      if (!validation) return undefined;
      return evaluateSource(validation.source, validation.forward, loss);
    };
    const labels = [passes.source, validation?.source].map((source) => source && sha256(source.labels.join()));
    this.fingerprint = sha256(`${comparable(settings)} ${labels}`);
  }

  async run(): Promise<Omit<FitResult, 'features'>> {
    const { settings, trainer, history, watch } = this;
    const { listener, epochs } = settings;
    let ended: FitResult['ended'] = 'completed';
    try {
      if (settings.resume) this.resume();
      if (settings.earlyStopping && watch.isEnough) ended = 'early';
      while (history.length < epochs && ended === 'completed') {
        const epoch = history.length + 1;
        let began = performance.now();
        let stop = false;
        let partial = false; // stopped before the epoch's last batch
        const rate = { factor: trainer.factor };
        const result = await trainer.epoch(epoch, async (seen) => {
          this.peakMemory = Math.max(this.peakMemory, process.memoryUsage.rss());
          const total = this.passes.source.size;
          const done = (epoch - 1) * total + seen;
          listener.onProgress?.({ task: 'training', done, total: epochs * total, unit: 'examples' });
          await yieldToEvents();
          began += await this.paused();
          stop = listener.shouldStop?.() ?? false;
          partial = stop && seen < total;
          this.changeRate(epoch);
          if (!stop && seen < total) rate.factor = trainer.factor;
          return stop;
        });
        trainer.averages?.show();
        const validation = result.diverged === undefined ? await this.validate() : undefined;
        this.evaluation = validation;
        const diverged = result.diverged ?? (Number.isFinite(validation?.loss ?? 0) ? undefined : validation!.loss);
        if (diverged !== undefined) {
          trainer.averages?.hide();
          this.diverge(diverged, epoch);
          ended = 'diverged';
          break;
        }
        const record = this.record(epoch, result, validation, rate.factor, began);
        const { better, enough } = watch.observe(record);
        if (better) this.keepBest(record, partial);
        trainer.averages?.hide();
        this.warnOnce(result);
        trainer.plateau?.observe(record.validationLoss ?? record.loss);
        listener.onEpoch?.(record, history, epochs);
        if (partial || (stop && history.length < epochs)) ended = 'stopped';
        else if (settings.earlyStopping && enough) ended = 'early';
        if (settings.checkpoint !== undefined && !partial) this.keepState(settings.checkpoint);
        await yieldToEvents();
      }
      return await this.finish(ended);
    } finally {
      this.best.dispose();
      this.first.dispose();
    }
  }

  private record(
    epoch: number,
    result: EpochResult,
    validation: Evaluation | undefined,
    factor: number,
    began: number,
  ): EpochRecord {
    const record: EpochRecord = {
      epoch,
      loss: result.loss + result.penalty,
      accuracy: result.accuracy,
      learningRate: this.settings.learningRate * factor,
      seconds: 0,
    };
    if (validation) {
      record.validationLoss = validation.loss + penaltyNow(this.model);
      record.validationAccuracy = validation.accuracy;
      const { source } = this.validation!;
      const { low, high } = groupedAccuracy(rightOnes(source.labels, validation.logits), source.groups);
      record.validationInterval = { low, high };
      record.validationBaseline = this.baseline;
      if (this.ranks) Object.assign(record, rankedMeasures({ labels: source.labels, logits: validation.logits }));
    }
    record.seconds = (performance.now() - began) / 1000;
    this.history.push(record);
    return record;
  }

  /** Waits while the listener pauses training. @returns milliseconds */
  private async paused(): Promise<number> {
    const began = performance.now();
    const pause = this.settings.listener.pause?.();
    if (pause === undefined) return 0;
    await pause;
    return performance.now() - began;
  }

  /** Changes the learning rates as the listener wishes. */
  private changeRate(epoch: number): void {
    const { listener, learningRate } = this.settings;
    const factor = listener.rateFactor?.();
    if (factor === undefined || factor === 1) return;
    checkNumber("the listener's rateFactor", factor, { min: 1e-9, max: 1e9 });
    this.trainer.chosenFactor *= factor;
    const rate = learningRate * this.trainer.factor;
    listener.onMessage?.(
      `the learning rate is ${Number(rate.toPrecision(3))} from step ${this.trainer.step + 1} on, in epoch ${epoch}`,
    );
  }

  private keepBest(record: EpochRecord, partial: boolean): void {
    this.best.take();
    const { checkpoint } = this.settings;
    if (checkpoint !== undefined && !partial) saveBest(checkpoint, this.model, record);
  }

  /** The weights are useless now: restore the best ones. */
  private diverge(loss: number, epoch: number): void {
    const { learningRate, listener } = this.settings;
    const message = explainDivergence(loss, epoch, learningRate * this.trainer.factor);
    const hopeless = this.history.length <= (this.validated ? 0 : 1);
    (hopeless ? this.first : this.best).restore();
    if (hopeless) throw new UserError(`fit: ${message}`);
    listener.onMessage?.(
      `training ends here: ${message}. The model keeps the weights of epoch ${this.watch.state.bestEpoch}.`,
    );
  }

  /** Called after each epoch; warns at most once, as soon as enough steps have been made. */
  private warnOnce({ lateLoss }: EpochResult): void {
    if (this.judged || this.trainer.step < STEPS_TO_JUDGE) return;
    this.judged = true;
    const { loss, classWeights, learningRate, listener } = this.settings;
    if ((typeof loss === 'string' ? loss : loss.name) === 'focal' || classWeights) return;
    const text = explainHighLoss(lateLoss, classesOf(this.model), learningRate);
    if (text) listener.onMessage?.(text);
  }

  private async finish(ended: FitResult['ended']): Promise<Omit<FitResult, 'features'>> {
    const { settings, watch, history, trainer } = this;
    const restored = ended === 'diverged' || (settings.earlyStopping !== undefined && watch.restoresBestWeights);
    if (restored) this.best.restore();
    else trainer.averages?.show();
    trainer.averages?.finish();
    return {
      history,
      stopped: ended === 'stopped',
      ended,
      best: { epoch: watch.state.bestEpoch, restored },
      // evaluated again if the weights are not those of the last epoch, or no epoch was left
      evaluation: restored ? await this.validate() : (this.evaluation ?? (await this.validate())),
      frozenUpTo: this.passes.frozenUpTo,
      peakMemory: this.peakMemory,
    };
  }

  private keepState(folder: string): void {
    const tensors = new Map<string, tf.Tensor>(this.trainer.variables());
    this.trainer.weights.forEach(({ name }, i) => tensors.set(`best/${name}`, this.best.tensors[i]!));
    const { history, watch, trainer, fingerprint } = this;
    const state = {
      epoch: history.length,
      step: trainer.step,
      history,
      earlyStopping: watch.state,
      plateau: trainer.plateau?.state ?? null,
      chosenFactor: trainer.chosenFactor,
      fingerprint,
    };
    saveState(folder, state, tensors);
  }

  private resume(): void {
    const { trainer, watch, best } = this;
    const variables = trainer.variables();
    const found = loadState(this.settings.checkpoint!, this.fingerprint, variables);
    if (!found) return;
    const { state, arrays } = found;
    for (const { name, variable } of trainer.weights) assignArray(variable, arrays.get(`best/${name}`)!);
    best.take();
    for (const [name, variable] of variables) assignArray(variable, arrays.get(name)!);
    this.history.push(...state.history);
    Object.assign(watch.state, state.earlyStopping);
    if (state.plateau) trainer.plateau!.state = state.plateau;
    trainer.chosenFactor = state.chosenFactor ?? 1;
    trainer.skip(state.epoch, state.step);
  }
}

/** Whether the class of each example is predicted correctly. @param logits [examples x outputs], one output for two classes */
function rightOnes(labels: Int32Array, logits: Float32Array): boolean[] {
  const outputs = logits.length / labels.length;
  return Array.from(labels, (label, i) => {
    const row = logits.subarray(i * outputs, (i + 1) * outputs);
    return (outputs === 1 ? Number(row[0]! > 0) : row.indexOf(Math.max(...row))) === label;
  });
}

/** Lets timers, signals and messages of the kernel be handled: TensorFlow blocks this thread while it computes. */
const yieldToEvents = () => new Promise<void>((resolve) => setImmediate(resolve));
