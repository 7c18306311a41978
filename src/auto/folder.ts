import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { csv } from '../core/escape/csv';
import { checkFolder, checkNewFolder, writeFileAtomically } from '../core/files';
import { parseJson, readBounded } from '../core/readBounded';
import { checkShape } from '../core/shape';
import { type AutoRecord, type AutoState, autoState } from './record';

const STATE = 'auto.json';
const LARGEST = 8 * 2 ** 20;

/** The folder of a search: what has ended in auto.json and table.csv, a run folder of each candidate, and the final run. */
export class AutoFolder {
  constructor(
    readonly path: string,
    readonly state: AutoState,
  ) {}

  /**
   * Open the folder for a search.
   *
   * @param fingerprint of the pictures and the options
   * @throws {UserError} if it holds a search and is not to be continued, or was made with other pictures or options
   */
  static open(path: string, fingerprint: string, resume: boolean): AutoFolder {
    const file = join(path, STATE);
    if (!existsSync(file)) {
      if (resume && existsSync(path) && readdirSync(path).length > 0) {
        throw new UserError(`'${path}' has no ${STATE}: give the folder of an earlier search, or leave resume out`);
      }
      checkNewFolder(path, 'the search');
      checkFolder(path, 'the search');
      return new AutoFolder(path, { fingerprint, shares: { learning: 1, test: 1 }, records: [], seconds: 0 });
    }
    if (!resume) {
      throw new UserError(`'${path}' holds an earlier search: give resume to continue it, or a new folder`);
    }
    const name = `${STATE} of '${path}'`;
    const state = checkShape(
      parseJson(readBounded(file, { largest: LARGEST, root: path }).toString('utf8'), name),
      autoState,
      name,
    );
    if (state.fingerprint !== fingerprint) {
      throw new UserError(
        `'${path}' was made with other pictures or options (all but minutes, cache and backbones must be the same): give a new folder`,
      );
    }
    return new AutoFolder(path, state);
  }

  /** The run folder of a candidate. */
  candidate(name: string): string {
    return join(this.path, 'candidates', name);
  }

  /** The folder for the state of a training that has not ended. */
  training(name: string): string {
    return join(this.path, 'states', name);
  }

  /** The final run. */
  get run(): string {
    return join(this.path, 'run');
  }

  /** Keeps the record of a part that has ended, in place of an earlier one of this name that did not come to its end. */
  add(record: AutoRecord): void {
    const { records } = this.state;
    const earlier = records.findIndex(({ name, state }) => name === record.name && state !== 'done');
    if (earlier >= 0 && !records[earlier]!.better) records.splice(earlier, 1);
    records.push(record);
    this.write();
  }

  /** Write auto.json and table.csv. */
  write(): void {
    writeFileAtomically(join(this.path, STATE), `${JSON.stringify(this.state, null, 2)}\n`);
    writeFileAtomically(join(this.path, 'table.csv'), csv([HEADER, ...this.state.records.map(cellsOf)]));
  }
}

const HEADER = [
  'part',
  'state',
  'seconds',
  'estimated seconds',
  'validation accuracy',
  'log loss',
  'best so far',
  'reason',
];

const cellsOf = ({ name, state, seconds, estimate, accuracy, loss, better, reason }: AutoRecord) => [
  ...[name, state, Number(seconds.toFixed(1)), estimate === null ? null : Number(estimate.toFixed(1))],
  ...[accuracy, loss, better ? 'yes' : 'no', reason],
];
