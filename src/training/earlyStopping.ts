import type { EpochRecord } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { checkSetting } from './settings/table';

export interface EarlyStoppingOptions {
  /** what should improve; default: the validation loss */
  monitor?: 'validationLoss' | 'validationAccuracy' | 'loss' | 'accuracy';
  /** epochs without improvement after which training ends; default 5 */
  patience?: number;
  /** a smaller improvement counts as none; default 0 */
  minDelta?: number;
  /** give the model the weights of its best epoch when training ends, for whatever reason; default true */
  restoreBestWeights?: boolean;
}

/** Where an {@link EarlyStopping} stands: plain numbers, so that a checkpoint can hold them. */
export interface EarlyStoppingState {
  /** epoch and value of the best so far */
  bestEpoch: number;
  best: number | null;
  wait: number;
}

/**
 * Watch one number of the epochs: which was best, and whether it is time to end (Prechelt 1998; the rules are those of
 * Keras's EarlyStopping).
 */
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

  /** An epoch is over. Without the number that is watched (no validation data) every epoch counts as better. */
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

  /** Whether nothing improved for as long as patience lasts. */
  get isEnough(): boolean {
    return this.state.wait > 0 && this.state.wait >= this.options.patience;
  }
}
