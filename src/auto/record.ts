import {
  label,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  type Shape,
  share,
  text,
  textThat,
} from '../core/shape';
import type { BackboneName } from '../models';
import type { TrainSettings } from '../training';
import type { Shares } from './subset';

/** A part of an automatic search: what it was, how long it took, and what it was worth. */
export interface AutoRecord {
  /** The name of the part: a candidate, such as 'efficientnet-lite0-hybrid-12', or 'check'. */
  name: string;
  /**
   * 'done'; 'stopped': a training that was stopped before its end, and continues with `resume`; 'left out': there was no time for it;
   * 'failed'.
   */
  state: 'done' | 'stopped' | 'left out' | 'failed';
  /** What it did. */
  kind: 'check' | 'training' | 'soup';
  /** Seconds that it took; 0 if it was left out. */
  seconds: number;
  /** Seconds that it was expected to take, as far as that was known. */
  estimate: number | null;
  /** Accuracy on the validation pictures, from 0 to 1; null where there is no model. */
  accuracy: number | null;
  /** Log loss on the validation pictures, at the temperature that suits the model best. */
  loss: number | null;
  /** Whether it became the best model so far. */
  better: boolean;
  /** Why it is or is not the best so far, why it was left out, or what was found. */
  reason: string;
  /** The folder of its run in `candidates`, if it has one. */
  folder?: string;
  /** The settings that were given to `train`. */
  settings?: Partial<TrainSettings> & { backbone: BackboneName };
}

/** What auto.json in the folder of a search holds. */
export interface AutoState {
  /** SHA-256 of what must be the same when a search continues: the pictures of each part, and the options. */
  fingerprint: string;
  /** The parts of the pictures that are used, from 0 to 1. */
  shares: Shares;
  /** The parts that have ended, in their order. */
  records: AutoRecord[];
  /** Seconds of the calls until now. */
  seconds: number;
  /** The best candidate, and whether `run` holds it with its evaluation on the test pictures. */
  finished?: string;
}

/** A name that is a folder's name on any system, and never leads out of `candidates`. */
const folderName = textThat((given) => /^[a-z0-9][a-z0-9.-]{0,199}$/.test(given) && !given.includes('..'), 'a name');

const record = object<AutoRecord>({
  name: folderName,
  state: oneOf('done', 'stopped', 'left out', 'failed'),
  kind: oneOf('check', 'training', 'soup'),
  seconds: number({ min: 0, max: 1e9 }),
  estimate: nullable(number({ min: 0 })),
  accuracy: nullable(number({ min: 0, max: 1 })),
  loss: nullable(number()),
  better: oneOf(true, false),
  reason: text({ longest: 2000 }),
  folder: optional(folderName),
  settings: optional(recordOf(label) as Shape<NonNullable<AutoRecord['settings']>>),
});

/** The shape of auto.json. */
export const autoState = object<AutoState>({
  fingerprint: text({ longest: 64 }),
  shares: object<Shares>({ learning: share, test: share }),
  records: listOf(record, { most: 1000 }),
  seconds: number({ min: 0, max: 1e9 }),
  finished: optional(folderName),
});

/** The record of the best model so far. */
export const bestOf = (records: readonly AutoRecord[]): AutoRecord | undefined =>
  records.findLast(({ better }) => better);
