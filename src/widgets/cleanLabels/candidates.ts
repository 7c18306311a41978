import { type CheckLabelsOptions, findLabelProblems, unusualContent } from '../../analysis/labels/checkLabels';
import { UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import { correctionName, type Dataset, type Example } from '../../data';
import { contextOf } from '../../data/checks/context';
import { findDuplicates, findGroupLeaks } from '../../data/checks/duplicates';
import type { Finding } from '../../data/checks/finding';
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
export const lists = ['suspect', 'leak', 'alike', 'odd', 'decided'] as const;
export type ListName = (typeof lists)[number];

/** A picture to decide about. */
export interface Candidate {
  example: Example;
  list: Exclude<ListName, 'decided'>;
  /** index of the class that it probably belongs to */
  suggested?: number;
  reason: string;
}

/** Where suspect labels come from. */
export interface Sources {
  suspects: readonly SuspectPicture[] | undefined;
  /** predictions by models that were not trained on these pictures */
  predictions: readonly Prediction[] | undefined;
  /** how labels are checked where neither is given; false: not at all */
  labels: CheckLabelsOptions | false;
  /** whether a check that is impossible is an error, as the user has asked for it */
  required: boolean;
  listener: Listener;
}

/**
 * All pictures to decide about, the most suspect first; pictures that look alike follow each other.
 *
 * @returns them, and in words what could not be looked for
 */
export async function findCandidates(
  dataset: Dataset,
  sources: Sources,
): Promise<{ candidates: Candidate[]; problem: string }> {
  const { suspects, predictions, listener } = sources;
  const checked = suspects || predictions ? undefined : await checkedLabels(dataset, sources);
  const suspect = suspects
    ? givenSuspects(dataset, suspects)
    : predictedSuspects(dataset, predictions ?? checked?.predictions ?? []);
  const readable = await readAll(dataset.examples, listener);
  const context = contextOf(dataset);
  const candidates = [
    ...suspect,
    ...alikePictures(dataset, await findDuplicates(readable, context, listener)),
    ...groupLeaks(findGroupLeaks(dataset.examples, context)),
    ...oddPictures([
      ...findPoorPictures(readable, context),
      ...findOutliers(readable, context),
      ...(checked?.findings ?? []).filter(({ finding }) => finding === unusualContent),
    ]),
  ];
  // of two reasons in one list the first one: the same picture comes before one that looks like it
  const seen = new Set<string>();
  const isNew = ({ list, example }: Candidate) => seen.size < seen.add(`${list} ${example.file}`).size;
  return { candidates: candidates.filter(isNew), problem: checked?.problem ?? '' };
}

/** Check the labels of all pictures, each by models that were not trained on it. */
async function checkedLabels(
  dataset: Dataset,
  { labels, required, listener }: Sources,
): Promise<{ predictions: Prediction[]; findings: Finding[]; problem: string }> {
  const none = { predictions: [], findings: [], problem: '' };
  if (labels === false) return none;
  try {
    return { ...none, ...(await findLabelProblems(dataset, { ...labels, listener: labels.listener ?? listener })) };
  } catch (error) {
    // such as too few pictures of a class, or no weights: all else can be looked for
    if (required || !(error instanceof UserError)) throw error;
    return { ...none, problem: `The labels were not checked: ${error.message}` };
  }
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
async function readAll(examples: readonly Example[], listener: Listener): Promise<Readable[]> {
  const readable: Readable[] = [];
  let done = 0;
  for await (const picture of inspectAll(examples)) {
    if (!('reason' in picture)) readable.push(picture);
    listener.onProgress?.({ task: 'checking', done: ++done, total: examples.length, unit: 'pictures' });
    if (listener.shouldStop?.()) break;
  }
  return readable;
}

/** Pictures with a finding of their own, each once, with all its findings. */
function oddPictures(findings: readonly Finding[]): Candidate[] {
  const reasons = new Map<Example, Set<string>>();
  for (const { finding, examples } of findings) {
    for (const example of examples) reasons.set(example, (reasons.get(example) ?? new Set()).add(finding));
  }
  return [...reasons].map(([example, found]) => ({ example, list: 'odd', reason: [...found].join(', ') }));
}

/** Pictures that are the same or look alike: those in several parts as leaks. */
function alikePictures({ folder, classes }: Dataset, findings: readonly Finding[]): Candidate[] {
  return findings.flatMap(({ finding, examples }) =>
    examples.map((example, i): Candidate => {
      const leaks = examples.find(({ subset }) => subset !== example.subset);
      const other = leaks ?? examples[i === 0 ? 1 : 0]!;
      const name = correctionName(folder, other.file);
      const label = other.label === example.label ? '' : `, a ${classes[other.label]}`;
      const part = leaks ? `, which is in the ${other.subset ?? 'other'} part` : '';
      const looks = finding.startsWith('near ') ? 'looks like' : 'is the same as';
      return { example, list: leaks ? 'leak' : 'alike', reason: `${looks} ${name}${label}${part}` };
    }),
  );
}

/** Pictures of a group, such as a person, that is in several parts. */
function groupLeaks(findings: readonly Finding[]): Candidate[] {
  return findings.flatMap(({ examples }) =>
    examples.map((example): Candidate => {
      const parts = [...new Set(examples.map(({ subset }) => subset ?? 'other'))].join(' and ');
      return { example, list: 'leak', reason: `its group '${example.group}' is in the parts ${parts}` };
    }),
  );
}
