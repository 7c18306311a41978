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

/** Predictions of the validation data, which some values are computed from. */
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

  /**
   * To be called after each epoch. Where the monitored value is missing (no validation data) each epoch counts as better.
   *
   * @param predicted labels and logits of the validation data
   */
  observe(record: EpochRecord, predicted?: MonitoredPredictions): { better: boolean; enough: boolean } {
    const { monitor, minDelta } = this.options;
    const { state } = this;
    const sign = monitor.toLowerCase().includes('loss') ? 1 : -1;
    const value = monitored(monitor, record, predicted);
    const better = value === undefined || state.best === null || sign * value < sign * state.best - minDelta;
    if (better) {
      Object.assign(state, { bestEpoch: record.epoch, best: value ?? null, wait: 0 });
      return { better, enough: false };
    }
    state.wait++;
    return { better, enough: this.isEnough };
  }

  /** Whether there was no improvement for `patience` epochs. */
  get isEnough(): boolean {
    return this.state.wait > 0 && this.state.wait >= this.options.patience;
  }
}

/** The number to watch; undefined without validation data, or where it is not defined (one class only). */
function monitored(
  monitor: Required<EarlyStoppingOptions>['monitor'],
  record: EpochRecord,
  predicted: MonitoredPredictions | undefined,
): number | undefined {
  if (monitor !== 'validationMacroF1' && monitor !== 'validationAuc') return record[monitor];
  if (!predicted) return undefined;
  const labels = Array.from(predicted.labels);
  const outputs = predicted.logits.length / labels.length;
  const classes = Math.max(2, outputs);
  const all = toProbabilities(predicted.logits, labels.length, classes);
  const probabilities = labels.map((_, i) => Array.from(all.subarray(i * classes, (i + 1) * classes)));
  const { macroF1, auc } = monitoredMetrics(labels, probabilities);
  const value = monitor === 'validationAuc' ? auc : macroF1;
  return Number.isNaN(value) ? undefined : value;
}
