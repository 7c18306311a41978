import { appendFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { readBounded } from '../core/readBounded';
import { checkId } from '../core/safePath';
import { readRecord } from './readRecord';
import type { RunRecord } from './runRecord';

const INDEX = 'index.jsonl';
/** Bytes that are read of it: a hundred thousand runs. */
const LARGEST_INDEX = 64 * 2 ** 20;
/** What a run is called while it is being written: see {@link RunStore.prepare}. */
const UNFINISHED = /^\.[A-Za-z0-9][\w.-]*\.\d+\.tmp$/;

/**
 * The runs of a study on disk: one folder a run, whole or not there, and a list of them that only grows. A folder's name is
 * the run's id.
 */
export class RunStore {
  readonly runs: string;

  constructor(readonly folder: string) {
    this.runs = join(folder, 'runs');
  }

  /**
   * Every run that has ended, by its hash.
   *
   * @throws {UserError} for a run.json that cannot be read, or that is of a run of another name
   */
  read(): Map<string, RunRecord> {
    const records = new Map<string, RunRecord>();
    if (!existsSync(this.runs)) return records;
    for (const name of readdirSync(this.runs).sort()) {
      const file = join(this.runs, name, 'run.json');
      if (name.startsWith('.') || !existsSync(file)) continue;
      if (!lstatSync(join(this.runs, name)).isDirectory()) {
        throw new UserError(
          `${join(this.runs, name)} is a link, expected the folder of a run: put the folder itself there`,
        );
      }
      const record = readRecord(file);
      records.set(record.hash, record);
    }
    return records;
  }

  /** A folder to write a run into, which {@link land} then makes one of the study's. */
  prepare(id: string): string {
    const folder = join(this.runs, `.${checkId(id, 'a run')}.${process.pid}.tmp`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /**
   * Make a whole run one of the study's, once: of two that arrive, the first stays.
   *
   * @returns whether this one was the first
   */
  land(prepared: string, record: RunRecord): boolean {
    const folder = join(this.runs, checkId(record.id, 'a run'));
    try {
      if (existsSync(folder)) throw Object.assign(new Error('it is there'), { code: 'EEXIST' });
      renameSync(prepared, folder);
    } catch (error) {
      rmSync(prepared, { recursive: true, force: true });
      if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return false;
    }
    this.list(record);
    return true;
  }

  /** Forget failed runs, so that they are made again. */
  forgetFailed(): void {
    for (const { id, state } of this.read().values()) {
      if (state === 'failed') rmSync(join(this.runs, checkId(id, 'a run')), { recursive: true, force: true });
    }
  }

  /**
   * Before work, perhaps after a break: remove what was being written, and list runs that landed without getting listed.
   *
   * @throws {UserError} where what is written or removed would be somewhere else: a link in place of a folder
   */
  mend(): void {
    for (const name of ['runs', 'checkpoints', INDEX]) {
      if (!lstatSync(join(this.folder, name), { throwIfNoEntry: false })?.isSymbolicLink()) continue;
      throw new UserError(
        `${join(this.folder, name)} is a link: put there what it leads to, or link the study's folder as a whole`,
      );
    }
    if (!existsSync(this.runs)) return;
    for (const name of readdirSync(this.runs)) {
      if (UNFINISHED.test(name)) rmSync(join(this.runs, name), { recursive: true, force: true });
    }
    const file = join(this.folder, INDEX);
    const text = existsSync(file) ? readBounded(file, { largest: LARGEST_INDEX }).toString('utf8') : '';
    if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n'); // a line that was cut short stays, as a line
    const listed = new Set(text.split('\n').map(idOf));
    for (const record of this.read().values()) if (!listed.has(record.id)) this.list(record);
  }

  private list({ id, axes, seed, state, accuracy, seconds, ended }: RunRecord): void {
    appendFileSync(
      join(this.folder, INDEX),
      `${JSON.stringify({ run: id, axes, seed, state, accuracy, seconds, ended })}\n`,
    );
  }
}

function idOf(line: string): unknown {
  try {
    return JSON.parse(line)?.run;
  } catch {
    return undefined;
  }
}
