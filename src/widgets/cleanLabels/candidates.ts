import { UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import { correctionName, type Dataset, type Example } from '../../data';
import { findAlike } from '../../data/checks/alike';
import { contextOf } from '../../data/checks/context';
import { groupBy } from '../../data/checks/finding';
import { inspectAll, type Readable } from '../../data/checks/inspect';
import { findOutliers } from '../../data/checks/outliers';
import { findPoorPictures } from '../../data/checks/poorPictures';
import { suspectLabels } from '../../metrics';
import type { Prediction } from '../../training';

/** A picture whose label may be wrong, for `cleanLabels`. */
export interface SuspectPicture {
  /** Path of the picture: absolute, or inside the folder of the dataset. */
  file: string;
  /** The class that it probably belongs to. Default: none */
  suggested?: string;
  /** Why it is suspect, in a few words. */
  reason: string;
}

/** The lists in which pictures are shown. */
export const lists = ['suspect', 'alike', 'odd', 'decided'] as const;
export type ListName = (typeof lists)[number];

/** A picture to decide about. */
export interface Candidate {
  example: Example;
  list: Exclude<ListName, 'decided'>;
  /** index of the class that it probably belongs to */
  suggested?: number;
  reason: string;
}

/** What is known about a dataset, from which candidates are found. */
export interface Known {
  /** predictions by models that were not trained on these pictures */
  predictions: readonly Prediction[];
  suspects: readonly SuspectPicture[] | undefined;
  listener: Pick<Listener, 'onProgress' | 'shouldStop'>;
}

/** All pictures to decide about, the most suspect first; pictures that look alike follow each other. */
export async function findCandidates(dataset: Dataset, known: Known): Promise<Candidate[]> {
  const { examples } = dataset;
  const { listener } = known;
  const suspect = known.suspects
    ? givenSuspects(dataset, known.suspects)
    : predictedSuspects(dataset, known.predictions);
  const readable = await readAll(examples, listener);
  return [...suspect, ...(await alikePictures(dataset, readable, listener)), ...oddPictures(dataset, readable)];
}

function predictedSuspects({ classes, examples }: Dataset, predictions: readonly Prediction[]): Candidate[] {
  const byFile = new Map(examples.map((example) => [example.file, example]));
  const own = predictions.flatMap((prediction) => {
    const example = byFile.get(prediction.file);
    return example ? [{ ...prediction, example }] : [];
  });
  if (own.length === 0) return [];
  const found = suspectLabels(
    own.map(({ example }) => example.label),
    own.map(({ probabilities }) => probabilities),
  );
  return found.map(({ index, suggested }): Candidate => {
    const { example, probabilities } = own[index]!;
    const percent = (100 * probabilities[suggested]!).toFixed(0);
    return { example, list: 'suspect', suggested, reason: `predicted as ${classes[suggested]}, ${percent}%` };
  });
}

function givenSuspects({ folder, classes, examples }: Dataset, suspects: readonly SuspectPicture[]): Candidate[] {
  const byName = new Map(
    examples.flatMap((example) => [
      [example.file, example],
      [correctionName(folder, example.file), example],
    ]),
  );
  return suspects.map(({ file, suggested, reason }): Candidate => {
    const example = byName.get(file);
    if (!example) {
      throw new UserError(
        `cleanLabels: the suspect '${file}' is not a picture of the dataset; give its path in ${folder}`,
      );
    }
    const label = suggested === undefined ? undefined : classes.indexOf(suggested);
    if (label === -1) {
      throw new UserError(
        `cleanLabels: '${suggested}', suggested for '${file}', is none of the classes ${classes.join(', ')}`,
      );
    }
    return { example, list: 'suspect', ...(label !== undefined && { suggested: label }), reason };
  });
}

/** Every picture, decoded once; those that cannot be read are left out: `checkDataset` reports them. */
async function readAll(examples: readonly Example[], listener: Known['listener']): Promise<Readable[]> {
  const readable: Readable[] = [];
  let done = 0;
  for await (const picture of inspectAll(examples)) {
    if (!('reason' in picture)) readable.push(picture);
    listener.onProgress?.({ task: 'checking', done: ++done, total: examples.length, unit: 'pictures' });
    if (listener.shouldStop?.()) break;
  }
  return readable;
}

/** The pictures that `checkDataset` finds blurred, dark, overexposed, nearly uniform, or far from the others; each once. */
function oddPictures(dataset: Dataset, readable: readonly Readable[]): Candidate[] {
  const context = contextOf(dataset);
  const reasons = new Map<Example, string[]>();
  for (const find of [findPoorPictures, findOutliers]) {
    for (const { finding, examples } of find(readable, context))
      for (const example of examples) reasons.set(example, [...(reasons.get(example) ?? []), finding]);
  }
  return [...reasons].map(([example, found]) => ({ example, list: 'odd', reason: [...new Set(found)].join(', ') }));
}

async function alikePictures(
  { folder, classes }: Dataset,
  readable: readonly Readable[],
  listener: Known['listener'],
): Promise<Candidate[]> {
  const byContent = groupBy(readable, ({ hash }) => hash);
  const { groups } = await findAlike(
    byContent.map(([first]) => first!),
    listener,
  );
  const near = groups.map((group) => group.flatMap((i) => byContent[i]!));
  const inNear = new Set(near.flat());
  const same = byContent.filter((group) => group.length > 1 && !inNear.has(group[0]!));
  return [...same, ...near].flatMap((group) =>
    group.map(({ example }, i): Candidate => {
      const other = group[i === 0 ? 1 : 0]!.example;
      const name = correctionName(folder, other.file);
      const label = other.label === example.label ? '' : `, a ${classes[other.label]}`;
      const part = other.subset === example.subset ? '' : `, which is in the ${other.subset ?? 'other'} part`;
      return { example, list: 'alike', reason: `looks like ${name}${label}${part}` };
    }),
  );
}
