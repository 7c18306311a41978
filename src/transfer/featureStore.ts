import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, writeFileAtomically } from '../files';
import type { Backbone } from '../models';
import { cacheFolder } from '../paths';

/** Counts up when the way features are computed changes, so that older ones are not taken. */
const VERSION = 1;
const CHECK_BYTES = 8;

/**
 * The features of pictures on disk, so that the frozen part of a network is paid for once.
 *
 * An entry is found by what it was computed from: the picture's content, the weights and the preprocessing. A damaged
 * entry counts as none.
 */
export class FeatureStore {
  private readonly folder: string;
  private readonly length: number;

  constructor({ entry, weightsHash }: Pick<Backbone, 'entry' | 'weightsHash'>) {
    const key = sha256(JSON.stringify([VERSION, weightsHash, entry.preprocessing])).slice(0, 16);
    this.folder = cacheFolder('features', `${entry.name}-${key}`);
    this.length = entry.features;
  }

  /** The features of the picture with this SHA-256, or undefined. */
  get(hash: string): Float32Array | undefined {
    const file = this.file(hash);
    if (!existsSync(file)) return undefined;
    const content = readFileSync(file);
    const data = content.subarray(CHECK_BYTES);
    if (data.length !== 4 * this.length || !check(data).equals(content.subarray(0, CHECK_BYTES))) return undefined;
    return new Float32Array(new Uint8Array(data).buffer);
  }

  set(hash: string, features: Float32Array): void {
    const data = Buffer.from(features.buffer, features.byteOffset, features.byteLength);
    writeFileAtomically(this.file(hash), Buffer.concat([check(data), data]));
  }

  private file(hash: string): string {
    return join(this.folder, hash.slice(0, 2), `${hash}.f32`);
  }
}

const check = (data: Uint8Array) => Buffer.from(sha256(data).slice(0, 2 * CHECK_BYTES), 'hex');
