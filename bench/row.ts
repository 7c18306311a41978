import type { Precision } from '../src/tensorflow/graph/precision';
import type { MeasureOptions } from './measure';
import type { PeerPool } from './peerPool';
import type { PeerName } from './peers';

/** The speed that tunebook should reach: at least `ratio` times as fast as the fastest of these frameworks (or as small). */
export interface Goal {
  peers: readonly PeerName[];
  ratio: number;
  /** what is compared; default: the row's values */
  of?: 'memory';
}

/** What a row must fulfil in addition to its goals. */
export interface Requirement {
  /** shown in the table */
  text: string;
  /** undefined if it could not be measured */
  isMet(measurement: Measurement): boolean | undefined;
}

/** The unit of a row's numbers. */
export type Unit = 'ms' | 's' | 'bytes';

/** The measurements of a row. A framework that cannot do the work, or failed, is left out. */
export interface Measurement {
  values: Partial<Record<PeerName, number>>;
  /** floating-point operations of one run */
  flops?: number;
  /** precision of the computation, for the comparison with the machine's peak; default float32 */
  precision?: Precision;
  /** largest resident memory, in bytes */
  memory?: Partial<Record<PeerName, number>>;
  /** version of each framework */
  versions?: Partial<Record<PeerName, string>>;
  /** validation accuracy, where something was trained */
  accuracy?: Partial<Record<PeerName, number>>;
  /** smallest cosine between tunebook's outputs and the same outputs in float32 */
  cosine?: number;
  /** whether the accuracy is in the required interval */
  within?: boolean;
  /** largest resident memory of the same work over few examples, in bytes */
  memoryOfFew?: number;
  /** median of the forward pass alone, in milliseconds */
  forwardAlone?: number;
  /** number of counted rounds */
  rounds?: number;
  /** notes for the reader, e.g. which framework failed and why */
  notes: string[];
}

export interface Settings extends MeasureOptions {
  /** fewer rounds, epochs and pictures, to check that everything works */
  quick: boolean;
  /** folder of photos, with train/ and validation/ */
  photos: string;
  /** measurements that several rows need, each made once; by name */
  shared: Map<string, Promise<unknown>>;
  /** the processes of the other frameworks, which rows of the same network share */
  pool: PeerPool;
  onProgress: (what: string) => void;
}

/** One line of the table: a piece of work that tunebook and the other frameworks do in the same way. */
export interface Row {
  /** short name, for `--only` */
  name: string;
  work: string;
  /** rows with the same one, which follow each other, share the processes of the frameworks; default: the row's name */
  group?: string;
  unit: Unit;
  goals: readonly Goal[];
  requirements?: readonly Requirement[];
  measure(settings: Settings): Promise<Measurement>;
}
