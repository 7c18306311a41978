import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { shown, UserError } from '../core/errors';
import { inOrder } from '../core/inOrder';
import { cacheFolder } from '../core/paths';
import { readBounded } from '../core/readBounded';
import { realPathBelow } from '../core/safePath';
import { type Dataset, type Example, hashOfFile, knownPicture, readPicture, type Subset } from '../data';
import { openDataset } from '../data/public';
import type { RunConfiguration } from './readConfiguration';
import { readMetrics } from './readMetrics';
import type { SavedRun } from './readRun';

/** The most bytes of a picture's file that are read to compare its hash with the run's. */
const LARGEST_PICTURE = 2 ** 30;
/** Files that are read at a time. */
const AHEAD = 16;

/**
 * The full path of the picture of each prediction, undefined where it must not be shown. A run folder may come from anywhere, and its
 * paths could name any private picture on this machine, which a published page would then show. So a picture is used only if it is in
 * the folder that the user has named, or if its hash is the one in the run: then the author of the run had the picture, too.
 *
 * @param data the folder of the pictures. Default: that of the run
 */
export function picturePaths(
  { configuration, predictions, validationHashes = [] }: SavedRun,
  data: string | undefined,
): (string | undefined)[] {
  return predictions.map(({ file: name }, i) => {
    try {
      if (data !== undefined) return realPathBelow(data, name, 'a picture');
      const file = resolve(configuration.data.folder, name);
      const content = readBounded(file, { largest: LARGEST_PICTURE });
      return hashOfFile(content, configuration.data.reading) === validationHashes[i] ? file : undefined;
    } catch {
      return undefined; // missing or unreadable: whoever shows them says how many are
    }
  });
}

/**
 * The dataset of a saved run, opened again.
 *
 * @param data where the pictures are now: a dataset, or what `openDataset` takes. Default: the run's folder of pictures
 * @throws {UserError} if that folder does not exist, or is not a dataset
 */
export async function datasetOfRun(
  { data: { folder } }: RunConfiguration,
  data: string | Dataset | undefined,
): Promise<Dataset> {
  if (typeof data === 'object') return data;
  if (data !== undefined) return openDataset(data);
  const place = resolve(folder); // a name of a dataset would be downloaded
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`the pictures of the run were in ${shown(place)}, which does not exist`);
  }
  return openDataset(place);
}

/**
 * The pictures of a dataset that a saved run was trained on: those with the content that the run has recorded. So they are found under
 * other names, too, and a picture that was changed is not.
 *
 * @param folder of the run
 * @param examples of the dataset, without those that are known to be in another part
 * @throws {UserError} if the run does not record the content of its training pictures
 */
export async function trainingPictures(
  folder: string,
  { data }: RunConfiguration,
  examples: readonly Example[],
): Promise<Example[]> {
  const { trainingHashes } = readMetrics(folder);
  if (trainingHashes === undefined) {
    throw new UserError(
      `'${folder}' does not record which pictures it was trained on, as an early version wrote it: train again`,
    );
  }
  const left = new Map<string, number>(); // how many files of a content were trained on
  for (const hash of trainingHashes) left.set(hash, (left.get(hash) ?? 0) + 1);
  const found: Example[] = [];
  for await (const { example, hash } of hashed(examples, data)) {
    const count = left.get(hash) ?? 0;
    if (count > 0) found.push(example);
    left.set(hash, count - 1);
  }
  return found;
}

/** Pictures as the run reads them, with their hashes; those that cannot be read are left out. */
async function* hashed(
  examples: readonly Example[],
  { reading }: RunConfiguration['data'],
): AsyncGenerator<{ example: Example; hash: string }> {
  const own = examples.map(({ reading: _, ...example }): Example => ({ ...example, ...(reading && { reading }) }));
  const read = inOrder(own, AHEAD, async (example) => {
    try {
      return { example, hash: (await knownPicture(example)) ?? (await readPicture(example)).hash };
    } catch {
      return undefined;
    }
  });
  for await (const picture of read) if (picture) yield picture;
}

/**
 * The dataset of a saved run with the parts that the run has used: validation and test pictures by their names, training pictures by
 * their content. Pictures that are new since then are in no part.
 *
 * @param folder of the run
 * @throws {UserError} if the folder of the pictures does not say their classes, or decisions about them would not be kept there
 */
export async function splitDatasetOfRun(
  folder: string,
  { configuration, classes, predictions, test }: SavedRun,
): Promise<Dataset> {
  const place = resolve(configuration.data.folder);
  const advice = 'open the dataset as for the training, and give it instead of the run';
  if (place.startsWith(`${cacheFolder()}${sep}`)) {
    throw new UserError(
      `the pictures of '${folder}' are in tunebook's cache, where nothing of yours is kept: ${advice}`,
    );
  }
  const dataset = await datasetOfRun(configuration, undefined);
  if ([...dataset.classes].sort().join('\n') !== [...classes].sort().join('\n')) {
    throw new UserError(
      `the folders in '${place}' do not give the classes of '${folder}', as when a table named them: ${advice}`,
    );
  }
  const partOf = new Map<string, Subset>();
  for (const { file } of predictions) partOf.set(resolve(place, file), 'validation');
  for (const { file } of test?.predictions ?? []) partOf.set(resolve(place, file), 'test');
  const others = dataset.examples.filter(({ file }) => !partOf.has(file));
  for (const { file } of await trainingPictures(folder, configuration, others)) partOf.set(file, 'train');
  const examples = dataset.examples.map(({ subset: _, ...example }): Example => {
    const subset = partOf.get(example.file);
    return { ...example, ...(subset && { subset }) };
  });
  return { ...dataset, examples };
}
