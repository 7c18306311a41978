import type { Precision } from '../src/tensorflow/graph/precision';
import type { MeasureOptions } from './measure';
import type { PeerName } from './peers';

/** How fast tunebook is to be: at least `ratio` times as fast as the fastest of these peers (or as small). */
export interface Goal {
  peers: readonly PeerName[];
  ratio: number;
  /** what is compared; default: the row's values */
  of?: 'memory';
}

/** What a row pledges beside its ratios to peers. */
export interface Pledge {
  /** for the table */
  text: string;
  /** undefined if it could not be measured */
  kept(measurement: Measurement): boolean | undefined;
}

/** What a row's numbers are. */
export type Unit = 'ms' | 's' | 'bytes';

/** What was measured for a row. A peer that cannot do the work, or failed, is left out. */
export interface Measurement {
  values: Partial<Record<PeerName, number>>;
  /** floating-point operations of one run */
  flops?: number;
  /** what they are computed in, for the peak they are measured against; default float32 */
  precision?: Precision;
  /** largest resident memory, in bytes */
  memory?: Partial<Record<PeerName, number>>;
  /** validation accuracy, where something was trained */
  accuracy?: Partial<Record<PeerName, number>>;
  /** of each output of ours with the same in float32 the cosine of the angle between them; the least */
  cosine?: number;
  /** whether the accuracy is in the interval that it should be in */
  within?: boolean;
  /** largest resident memory of the same work over few examples, in bytes */
  memoryOfFew?: number;
  /** counted rounds */
  rounds?: number;
  /** what the reader must know: a peer that failed and why */
  notes: string[];
}

export interface Settings extends MeasureOptions {
  /** fewer rounds, epochs and pictures: to see that all works */
  quick: boolean;
  /** folder of photos, with train/ and validation/ */
  photos: string;
  /** what some rows share is measured once; by name */
  shared: Map<string, Promise<unknown>>;
  onProgress: (what: string) => void;
}

/** One line of the table: a piece of work that tunebook and its peers do alike. */
export interface Row {
  /** short, for `--only` */
  name: string;
  work: string;
  unit: Unit;
  goals: readonly Goal[];
  pledges?: readonly Pledge[];
  measure(settings: Settings): Promise<Measurement>;
}
