/** What one epoch of training came to. Losses are means over the examples, accuracies fractions of 1. */
export interface EpochRecord {
  /** 1 for the first epoch */
  epoch: number;
  loss: number;
  accuracy: number;
  validationLoss?: number;
  validationAccuracy?: number;
  /** the rate of the epoch's last step */
  learningRate: number;
  /** wall-clock seconds the epoch took, validation included */
  seconds: number;
}

/** How far a task is, e.g. `{ task: 'decoding', done: 40, total: 350, unit: 'pictures' }`. */
export interface Progress {
  /** the same in all reports of one task */
  task: string;
  done: number;
  total: number;
  unit: string;
}

/**
 * Watches long work: a notebook, a terminal, a test. Everything in tunebook that takes long reports its progress here and
 * knows nothing of where that is shown.
 */
export interface Listener {
  onProgress?(progress: Progress): void;
  onEpoch?(record: EpochRecord, history: readonly EpochRecord[], planned: number): void;
  onMessage?(text: string): void;
  /** Asked after every batch; `true` ends the work there and keeps what was learned. */
  shouldStop?(): boolean;
}

/** A listener that must be told when the work has ended. Its functions need no `this`: it may be spread into another. */
export interface EndingListener extends Required<Listener> {
  /** Finish what is shown: bars are cleared, charts drawn for the last time. Call it also when the work failed. */
  end(): Promise<void>;
}
