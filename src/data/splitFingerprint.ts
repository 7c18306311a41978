import { relative } from 'node:path';
import { sha256 } from '../core/files';
import type { Split } from './dataset';

/**
 * Identify a split by the SHA-256 of its pictures' paths, parts and labels. It is the same on every machine, and does not depend on
 * the content of the pictures.
 *
 * @param split parts of a dataset
 * @param folder the folder of the dataset, which paths are relative to
 * @returns 64 hexadecimal digits
 *
 * @example
 * ```ts
 * import { data, imageFolder, splitDataset } from 'tunebook';
 *
 * const dataset = imageFolder('photos');
 * data.splitFingerprint(splitDataset(dataset), dataset.folder).length; // => 64
 * ```
 */
export function splitFingerprint(split: Split, folder: string): string {
  const { train, validation, test = [] } = split;
  const lines = Object.entries({ train, validation, test }).flatMap(([part, examples]) =>
    examples.map(({ file, label }) => `${part} ${label} ${relative(folder, file).split('\\').join('/')}`),
  );
  return sha256(lines.sort().join('\n'));
}
