import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import type { EpochRecord } from '../core/listener';
import { MemoryPeak } from '../core/memoryPeak';
import { checkNumber } from '../core/options';
import type { tf } from '../tensorflow';
import { assignArray, loadState, saveBest, saveState } from './checkpoint';
import { classesOf } from './data';
import { explainDivergence, explainHighLoss } from './diagnosis';
import { EarlyStopping } from './earlyStopping';
import { EpochValidation } from './epochValidation';
import type { Evaluation } from './evaluate';
import type { FitResult } from './fitResult';
import { comparable, type FitSettings } from './fitSettings';
import { interpolate } from './interpolation';
import type { Passes } from './passes';
import type { EpochResult, Trainer } from './trainer';
import { Snapshot } from './weights';

/** After fewer steps than this a loss worse than guessing is normal: a new head starts with one. */
const STEPS_TO_JUDGE = 20;

/**
 * Writing the best weights, which are those of the whole network, may take this part of the time. Nothing is lost in between: the state
 * that is written after each epoch has the best values of all weights that are trained.
 */
const TIME_TO_WRITE = 0.05;

/** One call of `fit`: its epochs, and what is done between them. */
export class Fitting {
  private readonly history: EpochRecord[] = [];
  private readonly watch: EarlyStopping;
  private readonly best: Snapshot;
  /** the weights before the first epoch, to return to when it diverges and there is no validation data */
  private readonly first: Snapshot;
  private readonly validation: EpochValidation | undefined;
  private readonly fingerprint: string;
  private readonly memory = new MemoryPeak();
  /** the best epoch, while its weights are not yet in the checkpoint */
  private unsaved: EpochRecord | undefined;
  /** when they may be written again, in milliseconds */
  private nextSave = 0;
  private judged = false;
  /** of the last epoch */
  private evaluation: Evaluation | undefined;

  constructor(
    private readonly model: tf.LayersModel,
    private readonly trainer: Trainer,
    private readonly settings: FitSettings,
    private readonly passes: Passes,
    validation: Passes | undefined,
  ) {
    this.watch = new EarlyStopping(settings.earlyStopping ?? {}, validation !== undefined);
    this.validation = validation && new EpochValidation(model, validation, settings);
    const variables = trainer.weights.map(({ variable }) => variable);
    this.best = new Snapshot(variables);
    this.first = new Snapshot(variables);
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
          this.memory.measure();
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
        const due = stop || epoch === epochs || epoch % settings.validateEvery === 0;
        const validation = due && result.diverged === undefined ? await this.validation?.evaluate() : undefined;
        this.evaluation = validation;
        const diverged = result.diverged ?? (Number.isFinite(validation?.loss ?? 0) ? undefined : validation!.loss);
        if (diverged !== undefined) {
          trainer.averages?.hide();
          this.diverge(diverged, epoch);
          ended = 'diverged';
          break;
        }
        const record = this.record(epoch, result, validation, rate.factor, began);
        const { better, enough } = due || !this.validation ? watch.observe(record) : watch.pass(record);
        if (better) this.keepBest(record, partial);
        if (performance.now() >= this.nextSave) this.saveBest();
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
      try {
        this.saveBest();
      } finally {
        this.best.dispose();
        this.first.dispose();
      }
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
    if (validation) Object.assign(record, this.validation!.recordOf(validation));
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
    if (partial) this.saveBest(); // the state has no partial epochs: the best one before it stays in the checkpoint
    this.best.take();
    if (!partial) this.unsaved = record;
  }

  /** Writes the best weights into the checkpoint, if they are not there. */
  private saveBest(): void {
    const { checkpoint } = this.settings;
    if (checkpoint === undefined || !this.unsaved) return;
    const began = performance.now();
    const { trainer, best } = this;
    const values = new Map(trainer.weights.map(({ variable }, i) => [variable, best.tensors[i]!]));
    saveBest(checkpoint, this.model, this.unsaved, values);
    this.unsaved = undefined;
    this.nextSave = performance.now() + (performance.now() - began) / TIME_TO_WRITE;
  }

  /** The weights are useless now: restore the best ones. */
  private diverge(loss: number, epoch: number): void {
    const { learningRate, listener } = this.settings;
    const message = explainDivergence(loss, epoch, learningRate * this.trainer.factor);
    const hopeless = this.history.length <= (this.validation ? 0 : 1);
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
    const chosen = ended === 'diverged' ? undefined : await this.interpolated();
    return {
      history,
      stopped: ended === 'stopped',
      ended,
      best: { epoch: watch.state.bestEpoch, restored },
      // evaluated again if the weights are not those of the last epoch, or no epoch was left
      evaluation: chosen?.evaluation ?? (restored ? undefined : this.evaluation) ?? (await this.validation?.evaluate()),
      ...(chosen && { interpolation: chosen.interpolation }),
      frozenUpTo: this.passes.frozenUpTo,
      peakMemory: this.memory.bytes,
    };
  }

  /** Chooses weights between those before and after training, if that is wanted. */
  private async interpolated() {
    const { validation, first, trainer } = this;
    if (this.settings.interpolation === 'none' || !validation) return undefined;
    const variables = trainer.weights.map(({ variable }) => variable);
    return interpolate(variables, first, validation.source, () => validation.evaluate());
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
    this.unsaved = state.history.find(({ epoch }) => epoch === state.earlyStopping.bestEpoch);
    Object.assign(watch.state, state.earlyStopping);
    if (state.plateau) trainer.plateau!.state = state.plateau;
    trainer.chosenFactor = state.chosenFactor ?? 1;
    trainer.skip(state.epoch, state.step);
  }
}

/** Lets timers, signals and messages of the kernel be handled: TensorFlow blocks this thread while it computes. */
const yieldToEvents = () => new Promise<void>((resolve) => setImmediate(resolve));
