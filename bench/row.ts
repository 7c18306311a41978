import type { MeasureOptions } from './measure';
import type { PeerName } from './peers';

/** How fast tunebook is to be: at least `ratio` times as fast as the fastest of these peers (or as small). */
export interface Goal {
  peers: readonly PeerName[];
  ratio: number;
}

/** What a row's numbers are. */
export type Unit = 'ms' | 's' | 'bytes';

/** What was measured for a row. A peer that cannot do the work, or failed, is left out. */
export interface Measurement {
  values: Partial<Record<PeerName, number>>;
  /** floating-point operations of one run */
  flops?: number;
  /** largest resident memory, in bytes */
  memory?: Partial<Record<PeerName, number>>;
  /** validation accuracy, where something was trained */
  accuracy?: Partial<Record<PeerName, number>>;
  /** counted rounds */
  rounds?: number;
  /** what the reader must know: a peer that failed and why */
  notes: string[];
}

export interface Settings extends MeasureOptions {
  /** fewer rounds, epochs and pictures: to see that all works */
  quick: boolean;
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
  measure(settings: Settings): Promise<Measurement>;
}
