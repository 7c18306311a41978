import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute } from 'node:path';
import { didYouMean } from '../../core/didYouMean';
import { UserError } from '../../core/errors';
import { type Dataset, imageFolder, imageTable, sampleFolder, samples } from '..';
import { publicDatasets } from './entries';
import { type PublicDatasetOptions, publicDataset } from './publicDataset';

/**
 * A dataset by whatever names it: the path of a folder with one subfolder a class, a CSV file with the columns file and label,
 * the bundled sample 'emoji', or a public dataset (see {@link publicDatasets}), which is fetched at first use. Where there is a
 * folder of that name, it is taken.
 *
 * @throws {UserError} if there is nothing of that name; the message lists what there is
 */
export async function openDataset(data: string, options?: PublicDatasetOptions): Promise<Dataset> {
  if (data.toLowerCase().endsWith('.csv')) return imageTable(data);
  if (existsSync(data) || sampleFolder(data) !== undefined) return imageFolder(data);
  if (Object.hasOwn(publicDatasets, data)) return publicDataset(data, options);
  if (basename(data) !== data) throw new UserError(`no folder '${data}'${whereLookedFor(data)}`);
  const names = Object.keys(publicDatasets);
  throw new UserError(
    `no folder '${data}' in ${process.cwd()}, and no dataset of that name; there are emoji (the bundled sample) and, to be downloaded, ${names.join(', ')}${didYouMean(data, [...samples, ...names])}`,
  );
}

/** A notebook's working directory is its own folder, which surprises whoever started JupyterLab elsewhere. */
function whereLookedFor(path: string): string {
  const advice = ': give a folder with one subfolder a class';
  if (/^~(?:\/|$)/.test(path)) return `${advice}; only a shell knows '~', write '${homedir()}' in its place`;
  return isAbsolute(path) ? advice : `, seen from ${process.cwd()}${advice}`;
}
