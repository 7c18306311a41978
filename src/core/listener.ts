/** Loss, accuracy and time of one epoch of training. */
export interface EpochRecord {
  /** Number of the epoch; the first is 1. */
  epoch: number;
  /** Mean training loss per example. */
  loss: number;
  /** Fraction of training examples that were right, from 0 to 1. */
  accuracy: number;
  /** Mean validation loss per example; absent without validation data, and where the epoch was not validated. */
  validationLoss?: number;
  /** Fraction of validation examples that were right, from 0 to 1; absent without validation data. */
  validationAccuracy?: number;
  /** 95% interval of the validation accuracy, which knows groups; absent without validation data. */
  validationInterval?: { low: number; high: number };
  /** Accuracy of always predicting the most frequent class of the validation examples; absent without validation data. */
  validationBaseline?: number;
  /** Mean F1 score of the classes on the validation examples, from 0 to 1; only where it is monitored or asked for. */
  validationMacroF1?: number;
  /** Mean area under the ROC curves of the classes on the validation examples; only where it is monitored or asked for. */
  validationAuc?: number;
  /** Learning rate of the last step of the epoch. */
  learningRate: number;
  /** Wall-clock time of the epoch, validation included, in seconds. */
  seconds: number;
}

/** How much of a task is done, such as `{ task: 'decoding', done: 40, total: 350, unit: 'pictures' }`. */
export interface Progress {
  /** Name of the task; the same in all its reports. */
  task: string;
  /** Number of units that are done. */
  done: number;
  /** Number of units in all. */
  total: number;
  /** What is counted, in the plural, such as 'pictures'. */
  unit: string;
}

/**
 * Receives the progress of long work, and can stop it. Functions of this package that take long have an option `listener`; where
 * progress is shown (notebook, terminal, test) is up to the listener.
 */
export interface Listener {
  /** Called as the work advances. */
  onProgress?(progress: Progress): void;
  /** Called after each epoch, with the records of all epochs so far and the number of planned epochs. */
  onEpoch?(record: EpochRecord, history: readonly EpochRecord[], planned: number): void;
  /** Called with a message for the reader, one line. */
  onMessage?(text: string): void;
  /** Asked after each batch: `true` stops the work there; what was computed until then is kept. */
  shouldStop?(): boolean;
  /** Asked after each batch: a promise pauses training until it resolves. Default: no pause */
  pause?(): Promise<void> | undefined;
  /**
   * Asked after each batch: a number above 0 multiplies all learning rates from the next step on, and `undefined` leaves them as
   * they are. The history has the rates that were used. Default: no change
   */
  rateFactor?(): number | undefined;
}

/** A listener that must be ended after the work. Its functions do not use `this`, so that `{ ...listener }` works, too. */
export interface EndingListener
  extends Required<Pick<Listener, 'onProgress' | 'onEpoch' | 'onMessage' | 'shouldStop'>>,
    Pick<Listener, 'pause' | 'rateFactor'> {
  /** Clear progress bars and draw charts for the last time. Call it also when the work failed. */
  end(): Promise<void>;
}
