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

/** How far a task is, e.g. `{ task: 'decode', done: 40, total: 350, unit: 'pictures' }`. */
export interface Progress {
  task: string;
  done: number;
  total: number;
  unit: string;
}

/**
 * Whoever watches long work: a notebook, a terminal, a test. Everything in tunebook that takes long reports here and
 * knows nothing else of the outside.
 */
export interface Listener {
  onProgress?(progress: Progress): void;
  onEpoch?(record: EpochRecord, history: readonly EpochRecord[], planned: number): void;
  onMessage?(text: string): void;
  /** Asked after every batch; `true` ends the work there and keeps what was learned. */
  shouldStop?(): boolean;
}
