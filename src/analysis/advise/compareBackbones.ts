import { statSync } from 'node:fs';
import { type BackboneChartRow, backboneChart, type Chart } from '../../charts';
import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import { shown, UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import { checkNumber, withDefaults } from '../../core/options';
import { type Dataset, kFold, type Skipped, type Split } from '../../data';
import { withChannelStatistics } from '../../features';
import { someOf } from '../../features/domain/domainReferences';
import { featureRows, readFeatures } from '../../features/features';
import { pictureTensor } from '../../features/pictureTensor';
import { type Monitor, measures, monitors } from '../../metrics/measures';
import {
  architectureOf,
  type BackboneData,
  type BackboneEntry,
  type BackboneName,
  type BackboneSource,
  backboneEntry,
  backboneLabel,
  backboneNames,
  checkBackbone,
  checkDomain,
  type Domain,
  domainWeightsIn,
  hasOwnWeights,
  loadBackbone,
  locateWeights,
  multiplyAdds,
  ownWeightsName,
  weightsAvailability,
} from '../../models';
import { cachedWeights } from '../../models/weights/findWeights';
import { availableEngine, type Engine, type EngineChoice } from '../../tensorflow/graph';
import { channelsOf, domainCandidates, type LeftOut } from './domainCandidates';
import { type FeatureQuality, measureFeatures } from './featureQuality';
import { measureSpeed } from './speed';

/** The cost of a backbone, and the quality of its features on a dataset. */
export interface BackboneMeasurement extends FeatureQuality, Omit<BackboneChartRow, keyof FeatureQuality> {
  /** name of its architecture in the registry */
  name: BackboneName;
  /** what it is for `train`: a name, or an architecture with weights of your own or of a domain */
  backbone: BackboneName | BackboneData;
  /** the domain of its weights; null for those of photos (ImageNet), and for weights of your own */
  domain: Domain | null;
  /** what computed its features, and the time for a picture: TensorFlow, ONNX Runtime or OpenVINO */
  engine: Engine;
}

/** What `compareBackbones` returns. */
export interface BackboneComparison {
  /** one measurement for each backbone, in the order of the names */
  backbones: BackboneMeasurement[];
  /** the same as a table, with rounded numbers */
  table: ColumnTable;
  /** accuracy against cost */
  chart: Chart;
  /** pictures that could not be read, and why */
  skipped: Skipped[];
  /** weights of the domain that could not be compared, and why */
  leftOut: LeftOut[];
}

/** Options of `compareBackbones`. */
export interface CompareBackbonesOptions {
  /**
   * also compare the weights of `models.domainWeights` for this kind of pictures: 'xray', 'satellite', 'histology', 'birds' or 'photos'. Those that
   * cannot be had, or take other channels than the backbones that are given, are left out and named. Default: none
   */
  domain?: Domain;
  /** of the cross-validation. Default: 5 */
  folds?: number;
  /** by what the linear probes are compared: 'loss', 'accuracy', 'macroF1' or 'auc'. Default: 'accuracy' */
  monitor?: Monitor;
  /** of k-NN, at least 1. Default: 5 */
  neighbours?: number;
  /** the most pictures to use; of a larger dataset so many are drawn at random. Default: 2000 */
  pictures?: number;
  /** decides the folds and which pictures are drawn. Default: 0 */
  seed?: number;
  /** whether features are taken from the disk cache and saved there. Default: true */
  cache?: boolean;
  /**
   * what computes the features: `'onnxruntime'` or `'openvino'`, where they are set up, or with `'auto'` the fastest engine, which is measured
   * once for each network. Default: `'tensorflow'`
   */
  engine?: EngineChoice;
  /** receives progress, and can stop between two backbones. Default: none */
  listener?: Listener;
}

/**
 * Compare backbones on a dataset without training them: their cost, and the quality of their features by the accuracy (and what
 * `monitor` says) of cross-validated linear probes and of k-NN, and by LogME (You et al. 2021). All are measured on the same pictures and folds.
 *
 * Pictures of a `test` part of the dataset are not used.
 *
 * @param sources names of the registry, or backbones with weights of your own. Default: those whose weights are in the cache
 * @throws {UserError} before anything is computed, if a name is unknown, weights are not available, the engine is not installed or a
 *   class has fewer pictures than folds
 *
 * @example
 * ```ts no-run
 * import { compareBackbones, imageFolder } from 'tunebook';
 * const { table, chart } = await compareBackbones(imageFolder('photos'), ['mobilenet-v2', 'efficientnet-lite0'], { folds: 3 });
 * console.log(table.columnNames(), chart.description); // accuracy of the features, and cost, of both
 * ```
 */
export async function compareBackbones(
  dataset: Dataset,
  sources?: readonly BackboneSource[],
  options?: CompareBackbonesOptions,
): Promise<BackboneComparison> {
  const { domain, folds, monitor, neighbours, pictures, seed, cache, engine, listener } = withDefaults(
    'compareBackbones',
    options,
    {
      domain: undefined as Domain | undefined,
      ...{ folds: 5, monitor: 'accuracy' as Monitor, neighbours: 5, pictures: 2000, seed: 0, cache: true },
      engine: 'tensorflow' as EngineChoice,
      listener: {} as Listener,
    },
  );
  checkNumber('compareBackbones: neighbours', neighbours, { min: 1, integer: true });
  checkNumber('compareBackbones: pictures', pictures, { min: 1, integer: true });
  if (!monitors.includes(monitor)) {
    throw new UserError(
      `compareBackbones: unknown measure to monitor ${shown(monitor)}; the measures are ${monitors.join(', ')}`,
    );
  }
  if (domain !== undefined) checkDomain('compareBackbones', domain);
  availableEngine(engine, 'float32');
  const checked = (sources ?? cachedBackbones()).map((each) => checkBackbone('compareBackbones', each));
  await checkAvailable(checked);
  const offered = domain && (await domainCandidates(domain, channelsOf(checked), listener));
  const all = [...checked, ...(offered?.backbones ?? [])];
  const chosen = [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
  const leftOut = offered?.leftOut ?? [];
  if (chosen.length === 0) {
    const why = leftOut.map(({ title, reason }) => `; ${title}: ${reason}`).join('');
    throw new UserError(`compareBackbones: no backbones to compare: give at least one name${why}`);
  }
  const splits = kFold(sampleOf(dataset, pictures, seed), { folds, seed });
  const measured: BackboneMeasurement[] = [];
  let skipped: Skipped[] = [];
  for (const backbone of chosen) {
    const { unreadable, ...measurement } = await measure(backbone, splits, dataset.classes.length, {
      ...{ monitor, neighbours, cache, engine, listener },
    });
    if (listener.shouldStop?.()) break; // the last measurement covers only some of the pictures
    measured.push(measurement);
    skipped = unreadable;
  }
  return { backbones: measured, table: toTable(measured), chart: backboneChart(measured), skipped, leftOut };
}

/** Names of the backbones whose weights are in the cache. */
export function cachedBackbones(): BackboneName[] {
  return backboneNames().filter((name) => cachedWeights(backboneEntry(name), { includeTop: false }));
}

async function checkAvailable(backbones: readonly (BackboneName | BackboneData)[]): Promise<void> {
  for (const backbone of backbones) if (hasOwnWeights(backbone)) await locateWeights(backbone.weights);
  const entries = backbones.filter((each) => !hasOwnWeights(each)).map((each) => backboneEntry(architectureOf(each)));
  const found = await Promise.all(entries.map((entry) => weightsAvailability(entry)));
  const missing = found.findIndex(({ from }) => from === 'missing');
  if (missing >= 0) {
    const { title, name } = entries[missing]!;
    throw new UserError(
      `compareBackbones: the weights of ${title} are not available: ${found[missing]!.detail}; or leave '${name}' out`,
    );
  }
}

function sampleOf(dataset: Dataset, pictures: number, seed: number): Dataset {
  if (dataset.examples.length <= pictures) return dataset;
  return { ...dataset, examples: someOf(dataset.examples, pictures, seed) };
}

async function measure(
  source: BackboneName | BackboneData,
  folds: readonly Split[],
  classes: number,
  {
    monitor,
    neighbours,
    cache,
    engine,
    listener,
  }: Required<Pick<CompareBackbonesOptions, 'monitor' | 'neighbours' | 'cache' | 'engine' | 'listener'>>,
): Promise<BackboneMeasurement & { unreadable: Skipped[] }> {
  const examples = [...folds[0]!.train, ...folds[0]!.validation];
  const backbone = await withChannelStatistics(await loadBackbone(source, { listener }), examples, listener);
  const { model } = backbone;
  const isOwn = hasOwnWeights(source);
  const known = domainWeightsIn(source);
  const ownTitle = isOwn ? `${backbone.entry.title}, ${ownWeightsName(source)}` : backbone.entry.title;
  const entry = { ...backbone.entry, title: known?.title ?? ownTitle };
  const rows = featureRows(backbone, examples.length, { cache, engine, listener: ofBackbone(entry, listener) });
  try {
    const features = await readFeatures(rows, entry, examples, ofBackbone(entry, listener));
    const [first] = features.skipped;
    if (features.skipped.length === examples.length && first) {
      throw new UserError(`compareBackbones: ${entry.title} can read no picture: ${first.file}: ${first.reason}`);
    }
    const quality = measureFeatures(features, { folds, classes, neighbours, monitor }, (done) =>
      listener.onProgress?.({ task: `linear probes: ${entry.title}`, done, total: folds.length, unit: 'folds' }),
    );
    return {
      ...{ name: entry.name, backbone: source, domain: known?.domain ?? null, title: entry.title, ...quality },
      fileBytes: isOwn
        ? (await locateWeights(source.weights)).bytes
        : statSync(cachedWeights(entry, { includeTop: false })!).size,
      parameters: model.countParams(),
      multiplyAdds: multiplyAdds(model),
      millisecondsAPicture: measureSpeed(
        { run: (some) => rows.forward(pictureTensor(some, entry.preprocessing)) },
        backbone,
      ),
      publishedTop1: isOwn ? (known?.published?.top1 ?? null) : entry.published.top1, // that of other weights says nothing of these
      engine: features.engine,
      unreadable: features.skipped,
    };
  } finally {
    rows.dispose();
    model.dispose();
  }
}

/** Adds the name of the backbone to the reported tasks. */
const ofBackbone = ({ title }: BackboneEntry, listener: Listener): Listener => ({
  ...listener,
  onProgress: (progress) => listener.onProgress?.({ ...progress, task: `${progress.task}: ${title}` }),
});

function toTable(rows: readonly BackboneMeasurement[]): ColumnTable {
  const rounded = (value: number, decimals: number) => Number(value.toFixed(decimals));
  const hasDomains = rows.some(({ domain }) => domain !== null);
  return arquero.from(
    rows.map((row) => ({
      backbone: backboneLabel(row.backbone),
      ...(hasDomains && { domain: row.domain ?? (hasOwnWeights(row.backbone) ? 'own' : 'photos') }),
      'file MB': rounded(row.fileBytes / 1e6, 1),
      'parameters M': rounded(row.parameters / 1e6, 2),
      'multiply-adds M': Math.round(row.multiplyAdds / 1e6),
      'ms a picture': rounded(row.millisecondsAPicture, 1),
      'published top-1': row.publishedTop1,
      'probe accuracy': rounded(row.probe.estimate, 3),
      'probe low': rounded(row.probe.low, 3),
      'probe high': rounded(row.probe.high, 3),
      ...(row.monitor !== 'accuracy' && { [`probe ${measures[row.monitor].title}`]: rounded(row.score.estimate, 3) }),
      'k-NN accuracy': rounded(row.neighbours.estimate, 3),
      'most frequent class': rounded(row.mostFrequent, 3),
      LogME: rounded(row.logMe, 3),
    })),
  );
}
