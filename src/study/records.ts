import { appendFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { readBounded } from '../core/readBounded';
import { checkId } from '../core/safePath';
import { readRecord } from './readRecord';
import type { RunRecord } from './runRecord';

const INDEX = 'index.jsonl';
/** The most bytes of the index: those of a hundred thousand runs. */
const LARGEST_INDEX = 64 * 2 ** 20;
/** Folder names of runs that are being written: see {@link RunStore.prepare}. */
const UNFINISHED = /^\.[A-Za-z0-9][\w.-]*\.\d+\.tmp$/;

/**
 * The runs of a study on disk: a folder for each finished run, named by the run's id, and an index that runs are appended to.
 */
export class RunStore {
  readonly runs: string;

  constructor(readonly folder: string) {
    this.runs = join(folder, 'runs');
  }

  /**
   * Read the records of all runs that have ended, by hash.
   *
   * @throws {UserError} if a run.json cannot be read, or has the id of another run
   */
  read(): Map<string, RunRecord> {
    const records = new Map<string, RunRecord>();
    if (!existsSync(this.runs)) return records;
    for (const name of readdirSync(this.runs).sort()) {
      const file = join(this.runs, name, 'run.json');
      if (name.startsWith('.') || !existsSync(file)) continue;
      if (!lstatSync(join(this.runs, name)).isDirectory()) {
        throw new UserError(`${join(this.runs, name)} is a link, expected a run folder: put the folder itself there`);
      }
      const record = readRecord(file);
      records.set(record.hash, record);
    }
    return records;
  }

  /** Make a temporary folder to write a run into, for {@link save}. */
  prepare(id: string): string {
    const folder = join(this.runs, `.${checkId(id, 'a run')}.${process.pid}.tmp`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /**
   * Move a finished run from its temporary folder to its final place, and append it to the index. If the run is there already,
   * the first one stays, unless it has paused and this is its continuation.
   *
   * @returns whether this one is saved
   */
  save(prepared: string, record: RunRecord, { continues = false }: { continues?: boolean } = {}): boolean {
    const folder = join(this.runs, checkId(record.id, 'a run'));
    const before = join(this.runs, `.${record.id}.${process.pid}.0.tmp`); // cleanUp removes it if this process is killed
    try {
      if (continues && existsSync(folder)) renameSync(folder, before);
      if (existsSync(folder)) throw Object.assign(new Error('it is there'), { code: 'EEXIST' });
      renameSync(prepared, folder);
    } catch (error) {
      rmSync(prepared, { recursive: true, force: true });
      if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return false;
    } finally {
      rmSync(before, { recursive: true, force: true });
    }
    this.list(record);
    return true;
  }

  /** Remove failed runs, so that they are executed again. */
  removeFailed(): void {
    for (const { id, state } of this.read().values()) {
      if (state === 'failed') rmSync(join(this.runs, checkId(id, 'a run')), { recursive: true, force: true });
    }
  }

  /**
   * Clean up after a process that was killed: remove temporary folders, and append runs to the index that are not in it.
   *
   * @throws {UserError} if a folder of the study is a link, as files elsewhere would be written or removed
   */
  cleanUp(): void {
    for (const name of ['runs', 'checkpoints', INDEX]) {
      if (!lstatSync(join(this.folder, name), { throwIfNoEntry: false })?.isSymbolicLink()) continue;
      throw new UserError(
        `${join(this.folder, name)} is a link: replace it by what it leads to, or link the study's folder as a whole`,
      );
    }
    if (!existsSync(this.runs)) return;
    for (const name of readdirSync(this.runs)) {
      if (UNFINISHED.test(name)) rmSync(join(this.runs, name), { recursive: true, force: true });
    }
    const file = join(this.folder, INDEX);
    const text = existsSync(file) ? readBounded(file, { largest: LARGEST_INDEX }).toString('utf8') : '';
    if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n'); // a line that was cut short must not swallow the next one
    const listed = new Set(text.split('\n').map(idOf));
    for (const record of this.read().values()) if (!listed.has(record.id)) this.list(record);
  }

  private list({ id, axes, seed, state, accuracy, loss, macroF1, auc, seconds, ended }: RunRecord): void {
    appendFileSync(
      join(this.folder, INDEX),
      `${JSON.stringify({ run: id, axes, seed, state, accuracy, loss, macroF1, auc, seconds, ended })}\n`,
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
