import { relative } from 'node:path';
import { sha256 } from '../core/files';
import type { Split } from './dataset';

/**
 * What tells one split from another: SHA-256 over which picture, by its path inside the folder, is in which part with which
 * label. The same on every machine; the content of the pictures is not looked at.
 *
 * @param folder what paths are relative to: {@link Dataset.folder}
 */
export function splitFingerprint({ train, validation, test = [] }: Split, folder: string): string {
  const lines = Object.entries({ train, validation, test }).flatMap(([part, examples]) =>
    examples.map(({ file, label }) => `${part} ${label} ${relative(folder, file).split('\\').join('/')}`),
  );
  return sha256(lines.sort().join('\n'));
}
