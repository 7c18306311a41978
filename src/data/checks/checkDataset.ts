import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import type { Listener } from '../../core/listener';
import { checkNumber, withDefaults } from '../../core/options';
import type { Dataset, Example, Split } from '..';
import { findImbalance } from './balance';
import { contextOf } from './context';
import { type FindingReport, reportFindings } from './datasetCheck';
import { findDuplicates, findGroupLeaks } from './duplicates';
import { type Context, type Finding, groupBy } from './finding';
import { inspectAll, type Readable } from './inspect';
import { findOutliers } from './outliers';
import { findPoorPictures } from './poorPictures';
import { findOddShapes } from './shapes';

/** Options of {@link checkDataset}. */
export interface CheckOptions {
  /** Check for leaks between the parts of this split. Default: the parts that the dataset itself gives */
  split?: Split;
  /** The most pictures in the grid, from 0 to 500. Default: 24 */
  pictures?: number;
  /** Receives progress, and may ask to stop. */
  listener?: Pick<Listener, 'onProgress' | 'shouldStop'>;
}

/** The result of {@link checkDataset}. */
export interface DatasetCheck extends FindingReport {
  /**
   * A table with the columns `part`, `class`, `pictures`, `median width`, `median height` (pixels) and `formats`,
   * of the pictures that can be read.
   */
  summary: ColumnTable;
}

/**
 * Check a dataset before training: unreadable pictures, duplicates and pictures that look alike (within and across parts and
 * classes), imbalanced classes, unusual sizes, properties such as the file format that reveal the class, and pictures that are
 * blurred, dark, overexposed, nearly uniform, or of a brightness, size or shape far from that of the others. Every picture is decoded
 * once; the time grows slightly faster than linearly with their number. For labels that are probably wrong, see `checkLabels`.
 *
 * @param source a dataset, or a split, whose classes are then named by their indices
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { checkDataset, imageFolder } from 'tunebook';
 *
 * const check = await checkDataset(imageFolder('photos'));
 * check.findings.print(); // what was found, how serious it is and what to do
 * check.worst; // => 'warning'
 * ```
 */
export async function checkDataset(source: Dataset | Split, options?: CheckOptions): Promise<DatasetCheck> {
  const { findings, context, summary, pictures } = await findProblems(source, options);
  return { ...(await reportFindings(findings, context, pictures)), summary };
}

/** The findings of {@link checkDataset}, to be shown with others. */
export async function findProblems(source: Dataset | Split, options?: CheckOptions) {
  const { split, pictures, listener } = withDefaults('checkDataset', options, {
    split: undefined as Split | undefined,
    pictures: 24,
    listener: {} as NonNullable<CheckOptions['listener']>,
  });
  checkNumber('checkDataset: pictures', pictures, { min: 0, max: 500, integer: true });
  const dataset = 'examples' in source ? source : asDataset(source);
  const parts = split ?? ('examples' in source ? undefined : source);
  const examples = parts ? [...parts.train, ...parts.validation, ...(parts.test ?? [])] : dataset.examples;
  const context = contextOf(dataset, parts);

  const readable: Readable[] = [];
  const unreadable = parts ? [] : dataset.skipped.map((skipped) => ({ ...skipped, example: undefined }));
  const failed: { file: string; reason: string; example?: Example }[] = [...unreadable];
  let done = 0;
  for await (const picture of inspectAll(examples)) {
    if ('reason' in picture) failed.push({ ...picture, file: picture.example.file });
    else readable.push(picture);
    listener.onProgress?.({ task: 'checking', done: ++done, total: examples.length, unit: 'pictures' });
    if (listener.shouldStop?.()) break;
  }
  const kept = readable.map(({ example }) => example);
  const findings: Finding[] = [
    ...failed.map(({ file, reason, example }) => ({
      severity: 'warning' as const,
      finding: 'unreadable',
      detail: `${context.nameOf({ file })}: ${reason}`,
      advice: 'replace or remove it; it is left out',
      examples: example ? [example] : [],
    })),
    ...(dataset.warnings ?? []).map((detail) => ({
      severity: 'warning' as const,
      finding: 'layout',
      detail,
      advice: 'check that classes, parts and groups are as intended',
      examples: [],
    })),
    ...(dataset.notes ?? []).map((detail) => ({
      severity: 'note' as const,
      finding: 'layout',
      detail,
      advice: 'this is the default; options change it',
      examples: [],
    })),
    ...(await findDuplicates(readable, context, listener)),
    ...findGroupLeaks(kept, context),
    ...findImbalance(kept, context),
    ...findOddShapes(readable, context),
    ...findPoorPictures(readable, context),
    ...findOutliers(readable, context),
  ];
  return { findings, context, summary: summarize(readable, context), pictures };
}

function asDataset({ train, validation, test = [] }: Split): Dataset {
  const examples = [...train, ...validation, ...test];
  const count = Math.max(0, ...examples.map(({ label }) => label + 1));
  return { folder: '/', classes: Array.from({ length: count }, (_, i) => `class ${i}`), examples, skipped: [] };
}

function summarize(pictures: readonly Readable[], context: Context): ColumnTable {
  const parts = groupBy(pictures, ({ example }) => context.partOf(example));
  const rows = parts.flatMap((ofPart) => {
    const part = context.partOf(ofPart[0]!.example);
    const byLabel = new Map(
      groupBy(ofPart, ({ example }) => String(example.label)).map((some) => [some[0]!.example.label, some]),
    );
    return context.classes.map((name, label) => {
      const members = byLabel.get(label) ?? [];
      return {
        part,
        class: name,
        pictures: members.length,
        width: median(members.map(({ width }) => width)),
        height: median(members.map(({ height }) => height)),
        formats: [...new Set(members.map(({ format }) => format))].sort().join(', '),
      };
    });
  });
  const column = <K extends keyof (typeof rows)[number]>(key: K) => rows.map((row) => row[key]);
  return arquero.table({
    part: column('part'),
    class: column('class'),
    pictures: column('pictures'),
    'median width': column('width'),
    'median height': column('height'),
    formats: column('formats'),
  });
}

const median = (values: number[]): number | null => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
