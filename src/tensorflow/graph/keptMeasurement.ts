import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { sha256, writeFileAtomically } from '../../core/files';
import { cacheFolder } from '../../core/paths';
import { nodeBackend } from './backend';

/** A measurement of this machine that the cache keeps. */
export class KeptMeasurement<T> {
  private readonly file: string;

  /**
   * @param name what its file's name begins with
   * @param key what it depends on, besides the processor, the number of threads and the version of TensorFlow
   * @param isUsable whether what was kept can be used; what is damaged is measured again
   */
  constructor(
    name: string,
    [version, ...key]: readonly unknown[],
    private readonly isUsable: (kept: T) => boolean,
  ) {
    const threads = process.env.TF_NUM_INTRAOP_THREADS ?? '';
    const machine = [cpus()[0]?.model, cpus().length, threads, nodeBackend().binding.TF_Version];
    const hash = sha256(JSON.stringify([version, ...machine, ...key])).slice(0, 32);
    this.file = cacheFolder('engines', `${name}${hash}.json`);
  }

  /** What was kept; undefined if nothing was. */
  read(): T | undefined {
    try {
      const kept = JSON.parse(readFileSync(this.file, 'utf8')) as T;
      return this.isUsable(kept) ? kept : undefined;
    } catch {
      return undefined; // not measured yet, removed meanwhile, or damaged
    }
  }

  /** Keep a measurement, unless another process has kept one meanwhile: then that is the one that counts. */
  keep(measured: T): T {
    const known = this.read();
    if (known) return known;
    try {
      writeFileAtomically(this.file, `${JSON.stringify(measured)}\n`);
    } catch {
      // a cache that cannot be written: it is measured again the next time
    }
    return measured;
  }
}
