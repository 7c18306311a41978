import { checkNumber, withDefaults } from '../../core/options';

/** Options of `queueWorker`. */
export interface QueueWorkerOptions {
  /** runs that are executed at a time, 1 to 256. Default: 1 */
  workers?: number;
  /** number of processor cores that they share. Default: all */
  cores?: number;
  /** folders below which pictures may be read, besides sample and public datasets. Default: the current folder */
  data?: readonly string[];
  /** seconds without a heartbeat after which other workers take a run over, the same for all workers of a queue. Default: 30 */
  lease?: number;
  /** end when the queue is empty; if there has been no study yet, wait a minute for one. Default: false */
  untilEmpty?: boolean;
  /** called with messages about studies and runs. Default: none */
  onMessage?: (text: string) => void;
  /** called regularly; `true` ends the worker, and other workers continue its runs. Default: never */
  shouldStop?: () => boolean;
}

/** The options of `queueWorker`, with all defaults. */
export type FilledOptions = Required<Omit<QueueWorkerOptions, 'cores' | 'data'>> &
  Pick<QueueWorkerOptions, 'cores' | 'data'>;

/** The options of `queueWorker`, checked, with all defaults. */
export function checkOptions(options?: QueueWorkerOptions): FilledOptions {
  const checked = withDefaults<FilledOptions>('worker', options, {
    workers: 1,
    cores: undefined,
    data: undefined,
    lease: 30,
    untilEmpty: false,
    onMessage: () => {},
    shouldStop: () => false,
  });
  checkNumber('worker: lease', checked.lease, { min: 1 });
  return checked;
}
