import { existsSync } from 'node:fs';
import { UserError } from '../errors';
import { type Dataset, imageFolder, sampleFolder } from '../images';
import { publicDatasets } from './entries';
import { type PublicDatasetOptions, publicDataset } from './publicDataset';

/**
 * A dataset by whatever names it: the path of a folder with one subfolder a class, the bundled sample 'emoji', or a public
 * dataset (see {@link publicDatasets}), which is fetched at first use. Where there is a folder of that name, it is taken.
 *
 * @throws {UserError} if there is nothing of that name; the message lists what there is
 */
export async function openDataset(data: string, options?: PublicDatasetOptions): Promise<Dataset> {
  if (existsSync(data) || sampleFolder(data) !== undefined) return imageFolder(data);
  if (Object.hasOwn(publicDatasets, data)) return publicDataset(data, options);
  throw new UserError(
    `no folder '${data}' in ${process.cwd()}, and no dataset of that name; there are emoji (the bundled sample) and, to be downloaded, ${Object.keys(publicDatasets).join(', ')}`,
  );
}
