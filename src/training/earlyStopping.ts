import type { EpochRecord } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { monitoredMetrics } from '../metrics/summary';
import { toProbabilities } from './predictions';
import { checkSetting } from './settings/check';

/** When training ends because the model no longer improves (Prechelt 1998). */
export interface EarlyStoppingOptions {
  /**
   * The value that should improve. Macro F1 and the area under the ROC curve (mean of each class against the rest) are of the
   * validation data. Default: the validation loss, or without validation data the loss.
   */
  monitor?: 'validationLoss' | 'validationAccuracy' | 'validationMacroF1' | 'validationAuc' | 'loss' | 'accuracy';
  /** After how many epochs without improvement training ends. Default: 5. */
  patience?: number;
  /** A smaller improvement than this does not count. Default: 0. */
  minDelta?: number;
  /** Whether the model gets the weights of its best epoch when training ends, for any reason. Default: true. */
  restoreBestWeights?: boolean;
}

/** Predictions of the validation data. */
export interface MonitoredPredictions {
  /** class index of each example // [examples] */
  labels: ArrayLike<number>;
  /** [examples x outputs] */
  logits: Float32Array;
}

/** The state of an {@link EarlyStopping} as plain numbers, for checkpoints. */
export interface EarlyStoppingState {
  /** the best epoch so far, its value, and the epochs since then */
  bestEpoch: number;
  best: number | null;
  wait: number;
}

/** Monitors one value of the epochs: which epoch is best, and whether training should end (Prechelt 1998; rules as in Keras). */
export class EarlyStopping {
  private readonly options: Required<EarlyStoppingOptions>;
  state: EarlyStoppingState = { bestEpoch: 0, best: null, wait: 0 };

  constructor(options: EarlyStoppingOptions, validated: boolean) {
    this.options = withDefaults<Required<EarlyStoppingOptions>>('earlyStopping', options, {
      monitor: validated ? 'validationLoss' : 'loss',
      patience: 5,
      minDelta: 0,
      restoreBestWeights: true,
    });
    checkSetting('earlyStopping', 'patience', this.options.patience);
    checkNumber('earlyStopping: minDelta', this.options.minDelta, { min: 0 });
  }

  get restoresBestWeights(): boolean {
    return this.options.restoreBestWeights;
  }

  /** To be called after each epoch. Where the monitored value is missing (no validation data) each epoch counts as better. */
  observe(record: EpochRecord): { better: boolean; enough: boolean } {
    const { monitor, minDelta } = this.options;
    const { state } = this;
    const sign = monitor.toLowerCase().includes('loss') ? 1 : -1;
    const value = record[monitor];
    const better = value === undefined || state.best === null || sign * value < sign * state.best - minDelta;
    if (better) {
      Object.assign(state, { bestEpoch: record.epoch, best: value ?? null, wait: 0 });
      return { better, enough: false };
    }
    state.wait++;
    return { better, enough: this.isEnough };
  }

  /** To be called after an epoch that was not validated: it counts as the best one until one is. */
  pass({ epoch }: EpochRecord): { better: boolean; enough: boolean } {
    const better = this.state.best === null;
    if (better) this.state.bestEpoch = epoch;
    return { better, enough: false };
  }

  /** Whether there was no improvement for `patience` epochs. */
  get isEnough(): boolean {
    return this.state.wait > 0 && this.state.wait >= this.options.patience;
  }
}

/** Macro F1 and area under the ROC curve as an epoch records them; nothing where they are not defined (one class only). */
export function rankedMeasures({
  labels: given,
  logits,
}: MonitoredPredictions): Pick<EpochRecord, 'validationMacroF1' | 'validationAuc'> {
  const labels = Array.from(given);
  const classes = Math.max(2, logits.length / labels.length);
  const all = toProbabilities(logits, labels.length, classes);
  const probabilities = labels.map((_, i) => Array.from(all.subarray(i * classes, (i + 1) * classes)));
  const { macroF1, auc } = monitoredMetrics(labels, probabilities);
  return {
    ...(!Number.isNaN(macroF1) && { validationMacroF1: macroF1 }),
    ...(!Number.isNaN(auc) && { validationAuc: auc }),
  };
}
