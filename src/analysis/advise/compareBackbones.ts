import { statSync } from 'node:fs';
import { type BackboneChartRow, backboneChart, type Chart } from '../../charts';
import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import { UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import { checkNumber, withDefaults } from '../../core/options';
import { type Dataset, kFold, type Skipped, type Split } from '../../data';
import { featureRows, readFeatures } from '../../features/features';
import { pictureTensor } from '../../features/pictureTensor';
import {
  type BackboneEntry,
  type BackboneName,
  backboneEntry,
  backboneNames,
  loadBackbone,
  multiplyAdds,
  weightsAvailability,
} from '../../models';
import { cachedWeights } from '../../models/weights/findWeights';
import { someOf } from './domainReferences';
import { type FeatureJudgement, judgeFeatures } from './judgeFeatures';
import { measureSpeed } from './speed';

/** What a backbone costs, and what its features are worth on a dataset. */
export interface BackboneMeasurement extends FeatureJudgement, Omit<BackboneChartRow, keyof FeatureJudgement> {
  /** in the registry */
  name: BackboneName;
}

export interface BackboneComparison {
  /** one row a backbone, in the order asked for */
  backbones: BackboneMeasurement[];
  /** the same as a table for people */
  table: ColumnTable;
  chart: Chart;
  /** pictures that could not be read */
  skipped: Skipped[];
}

export interface CompareBackbonesOptions {
  /** of the cross-validation; default 5 */
  folds?: number;
  /** that vote in k-NN; default 5 */
  neighbours?: number;
  /** of a larger dataset so many pictures are drawn at random; default 2000 */
  pictures?: number;
  /** decides the folds and which pictures are drawn; default 0 */
  seed?: number;
  /** look for features in the cache, and keep them there; default true */
  cache?: boolean;
  listener?: Listener;
}

/**
 * Compare backbones on one's own pictures, without training them: what each costs, and how well a linear probe (cross-validated),
 * the nearest neighbours and LogME do with its features. All see the same pictures and folds.
 *
 * A `test` part of the dataset is left alone.
 *
 * @param names of the registry; default: those whose weights are in the cache
 * @throws {UserError} before anything is computed, if a name is unknown, weights cannot be had or a class has too few pictures
 */
export async function compareBackbones(
  dataset: Dataset,
  names?: readonly BackboneName[],
  options?: CompareBackbonesOptions,
): Promise<BackboneComparison> {
  const { folds, neighbours, pictures, seed, cache, listener } = withDefaults('compareBackbones', options, {
    ...{ folds: 5, neighbours: 5, pictures: 2000, seed: 0, cache: true },
    listener: {} as Listener,
  });
  checkNumber('compareBackbones: neighbours', neighbours, { min: 1, integer: true });
  checkNumber('compareBackbones: pictures', pictures, { min: 1, integer: true });
  const chosen = [...new Set(names ?? cachedBackbones())];
  if (chosen.length === 0) throw new UserError('compareBackbones: no names of backbones: give at least one');
  await checkAvailable(chosen);
  const splits = kFold(sampleOf(dataset, pictures, seed), { folds, seed });
  const measured: BackboneMeasurement[] = [];
  let skipped: Skipped[] = [];
  for (const name of chosen) {
    const { unreadable, ...measurement } = await measure(name, splits, dataset.classes.length, {
      ...{ neighbours, cache, listener },
    });
    if (listener.shouldStop?.()) break; // what is there of this one is of some pictures only
    measured.push(measurement);
    skipped = unreadable;
  }
  return { backbones: measured, table: toTable(measured), chart: backboneChart(measured), skipped };
}

/** Names of the backbones whose weights are in the cache. */
export function cachedBackbones(): BackboneName[] {
  return backboneNames().filter((name) => cachedWeights(backboneEntry(name), { includeTop: false }));
}

async function checkAvailable(names: readonly string[]): Promise<void> {
  const entries = names.map(backboneEntry);
  const found = await Promise.all(entries.map((entry) => weightsAvailability(entry)));
  const missing = found.findIndex(({ from }) => from === 'missing');
  if (missing >= 0) {
    throw new UserError(
      `compareBackbones: the weights of ${entries[missing]!.title} cannot be had: ${found[missing]!.detail}; or leave '${names[missing]}' out`,
    );
  }
}

function sampleOf(dataset: Dataset, pictures: number, seed: number): Dataset {
  if (dataset.examples.length <= pictures) return dataset;
  return { ...dataset, examples: someOf(dataset.examples, pictures, seed) };
}

async function measure(
  name: BackboneName,
  folds: readonly Split[],
  classes: number,
  { neighbours, cache, listener }: Required<Pick<CompareBackbonesOptions, 'neighbours' | 'cache' | 'listener'>>,
): Promise<BackboneMeasurement & { unreadable: Skipped[] }> {
  const backbone = await loadBackbone(name, { listener });
  const { entry, model } = backbone;
  const examples = [...folds[0]!.train, ...folds[0]!.validation];
  const rows = featureRows(backbone, examples.length, { cache, listener: ofBackbone(entry, listener) });
  try {
    const features = await readFeatures(rows, entry, examples, ofBackbone(entry, listener));
    const judgement = judgeFeatures(features, { folds, classes, neighbours }, (done) =>
      listener.onProgress?.({ task: `linear probes: ${entry.title}`, done, total: folds.length, unit: 'folds' }),
    );
    return {
      ...{ name, title: entry.title, ...judgement },
      fileBytes: statSync(cachedWeights(entry, { includeTop: false })!).size,
      parameters: model.countParams(),
      multiplyAdds: multiplyAdds(model),
      millisecondsAPicture: measureSpeed(
        { run: (some) => rows.forward(pictureTensor(some, entry.preprocessing)) },
        backbone,
      ),
      publishedTop1: entry.published.top1,
      unreadable: features.skipped,
    };
  } finally {
    rows.dispose();
    model.dispose();
  }
}

/** Tells of which backbone the features are. */
const ofBackbone = ({ title }: BackboneEntry, listener: Listener): Listener => ({
  ...listener,
  onProgress: (progress) => listener.onProgress?.({ ...progress, task: `${progress.task}: ${title}` }),
});

function toTable(rows: readonly BackboneMeasurement[]): ColumnTable {
  const rounded = (value: number, decimals: number) => Number(value.toFixed(decimals));
  return arquero.from(
    rows.map((row) => ({
      backbone: row.name,
      'file MB': rounded(row.fileBytes / 1e6, 1),
      'parameters M': rounded(row.parameters / 1e6, 2),
      'multiply-adds M': Math.round(row.multiplyAdds / 1e6),
      'ms a picture': rounded(row.millisecondsAPicture, 1),
      'published top-1': row.publishedTop1,
      'probe accuracy': rounded(row.probe.estimate, 3),
      'probe low': rounded(row.probe.low, 3),
      'probe high': rounded(row.probe.high, 3),
      'k-NN accuracy': rounded(row.neighbours.estimate, 3),
      LogME: rounded(row.logMe, 3),
    })),
  );
}
