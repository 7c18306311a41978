import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { sha256 } from '../core/files';
import { type Dataset, splitDataset } from '../data';
import type { DataOptions } from '../data/public';
import type { Monitor } from '../metrics/measures';
import type { TrainSettings } from '../training';
import { expandAxes, spaceOf } from './axes';
import { type Configuration, type Label, labelsOf } from './axisValue';
import { type CheckedConfiguration, checkTraining, settingsOf } from './configuration';
import { configurationOf } from './space';
import { byContent, withFullPath } from './weightsHashes';

/** One run of a study, as plain data, so that another process or machine can execute it. */
export interface RunTask {
  /** name of the run folder */
  id: string;
  /** SHA-256 of everything that determines the result: settings, seed, pictures */
  hash: string;
  /** the value of each axis */
  axes: Record<string, Label>;
  /** of the split, and of the training's random numbers unless the axis `dummy` changes them */
  seed: number;
  /** all options of the training */
  settings: TrainSettings;
  /** the dataset, as for `openDataset` */
  data: string;
  /** SHA-256 over name, size and label of every picture */
  dataFingerprint: string;
  /** whether the trained model is saved */
  models: boolean;
  /** options of `openDataset`. Default: none */
  dataOptions?: DataOptions;
  /**
   * number of epochs after which the run pauses, with the state 'pruned'; it keeps its checkpoint, to continue if the study asks for
   * more. Default: none, it completes all epochs
   */
  pauseAfter?: number;
}

/** A study's runs. */
export interface Plan {
  /** the labels of each configuration, the baseline first */
  configurations: Record<string, Label>[];
  /** by what they are ranked, compared and pruned */
  monitor: Monitor;
  /**
   * seed by seed, so that a study that ends early has the same seeds for all configurations; those of the design tpe configuration by
   * configuration
   */
  tasks: RunTask[];
  /** number of configurations that the design tpe has not chosen yet; 0 of other designs */
  toChoose: number;
  /** SHA-256 over name, size and label of every picture */
  dataFingerprint: string;
  /** number of training pictures with the split of some settings, which recipes depend on */
  trainingPictures: (settings: Pick<TrainSettings, 'validation' | 'test' | 'seed'>) => number;
  /** SHA-256 of the weights that are not published ones, by the file, address or run that a backbone names */
  weightsHashes: ReadonlyMap<string, string>;
  /** SHA-256 over all runs */
  hash: string;
}

/** Must be increased when the same settings would give different results than before. */
export const RESULTS_VERSION = 2;

/**
 * Plan the runs of a study: every configuration with every seed; of the design tpe, those of the baseline.
 *
 * @param dataset the one that `study.data` names
 * @param weightsHashes of the weights that are not published ones, from `hashesOfWeights`. Default: none are used
 * @throws {UserError} if a configuration has settings that `train` refuses
 */
export function planStudy(
  study: CheckedConfiguration,
  dataset: Dataset,
  weightsHashes: ReadonlyMap<string, string> = new Map(),
): Plan {
  const pictures = { dataFingerprint: fingerprint(dataset), trainingPictures: countTraining(dataset), weightsHashes };
  const configurations = expandAxes(study.axes, study);
  const byConfiguration = configurations.map((configuration) => tasksOf(study, configuration, pictures));
  const tasks = study.seeds.flatMap((_, i) => byConfiguration.map((own) => own[i]!));
  const isChosen = study.design === 'tpe';
  const planned = tasks.map((task) => task.hash).join('\n');
  return {
    configurations: configurations.map(labelsOf),
    monitor: study.monitor,
    tasks,
    toChoose: isChosen ? study.configurations - configurations.length : 0,
    ...pictures,
    hash: sha256(isChosen ? `${planned}\n${JSON.stringify([study.axes, study.designSeed])}` : planned),
  };
}

/** Add a configuration that has been chosen, and its runs, to a plan. */
export function withConfiguration(study: CheckedConfiguration, plan: Plan, configuration: Configuration): Plan {
  return {
    ...plan,
    configurations: [...plan.configurations, labelsOf(configuration)],
    tasks: [...plan.tasks, ...tasksOf(study, configuration, plan)],
    toChoose: plan.toChoose - 1,
  };
}

/**
 * Add the configurations that were chosen before a study was interrupted, as in its study.json. Those that do not fit the axes, because
 * these have been changed, are left out.
 */
export function withChosen(study: CheckedConfiguration, plan: Plan, chosen: readonly Record<string, Label>[]): Plan {
  const space = spaceOf(study.axes, study.design);
  const known = new Set(plan.configurations.map((labels) => JSON.stringify(labels)));
  return chosen.reduce((grown, labels) => {
    const configuration = configurationOf(space, labels);
    const key = configuration && JSON.stringify(labelsOf(configuration));
    if (!configuration || known.has(key!) || grown.toChoose === 0) return grown;
    known.add(key!);
    return withConfiguration(study, grown, configuration);
  }, plan);
}

/** The runs of a configuration, one for each seed. */
function tasksOf(
  study: CheckedConfiguration,
  configuration: Configuration,
  {
    dataFingerprint,
    trainingPictures,
    weightsHashes,
  }: Pick<Plan, 'dataFingerprint' | 'trainingPictures' | 'weightsHashes'>,
): RunTask[] {
  const data = existsSync(study.data) ? resolve(study.data) : study.data; // absolute, as workers may start in other folders; names of datasets stay names
  const how = Object.keys(study.dataOptions).length > 0 ? { dataOptions: study.dataOptions } : {};
  const axes = labelsOf(configuration);
  const given = settingsOf(study, configuration);
  const parts = checkTraining(given); // a recipe changes nothing of the split
  return study.seeds.map((seed) => {
    const settings = {
      ...checkTraining(given, trainingPictures({ ...parts, seed })),
      seed: trainingSeed(seed, axes.dummy ?? null, study),
    };
    const content = { ...settings, backbone: byContent(settings.backbone, weightsHashes) };
    const hash = runHash({ settings: content, seed, dataFingerprint });
    const id = runId(axes, seed, hash);
    const backbone = withFullPath(settings.backbone);
    return {
      id,
      hash,
      axes,
      seed,
      settings: { ...settings, backbone },
      data,
      dataFingerprint,
      models: study.models,
      ...how,
    };
  });
}

/** The number of training pictures, which does not change with most settings. */
function countTraining(dataset: Dataset): Plan['trainingPictures'] {
  const counts = new Map<string, number>();
  return ({ validation, test, seed }) => {
    const key = JSON.stringify([validation, test, seed]);
    const count = counts.get(key) ?? splitDataset(dataset, { validation, test, seed }).train.length;
    counts.set(key, count);
    return count;
  };
}

/** SHA-256 of everything that determines the result of a run. */
export function runHash({ settings, seed, dataFingerprint }: Pick<RunTask, 'settings' | 'seed' | 'dataFingerprint'>) {
  return sha256(JSON.stringify([RESULTS_VERSION, Object.entries(settings).sort(), seed, dataFingerprint]));
}

/** The seed itself, unless the axis `dummy` has a value other than its first. */
function trainingSeed(seed: number, dummy: Label, { axes }: CheckedConfiguration): number {
  const position = Array.isArray(axes.dummy) ? axes.dummy.indexOf(dummy) : 0;
  return position <= 0 ? seed : Number.parseInt(sha256(`dummy ${position} ${seed}`).slice(0, 7), 16);
}

/** A readable folder name: the values of the axes, the seed, and enough of the hash to be unique. */
function runId(axes: Record<string, Label>, seed: number, hash: string): string {
  const words = Object.entries(axes).map(([axis, label]) => (typeof label === 'string' ? label : `${axis} ${label}`));
  const slug = words
    .join(' ')
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .slice(0, 80)
    .replace(/^[-.]+|[-.]+$/g, '');
  return `${slug || 'run'}-seed${seed}-${hash.slice(0, 8)}`;
}

/** SHA-256 over the names, sizes and labels of all pictures; the hash of their content is in each run's configuration. */
export function fingerprint({ folder, classes, examples }: Dataset): string {
  const lines = examples.map(({ file, label, group = '', subset = '', reading }) =>
    [
      relative(folder, file),
      statSync(file).size,
      classes[label],
      group,
      subset,
      ...(reading ? [JSON.stringify(reading)] : []),
    ].join('\t'),
  );
  return sha256(lines.sort().join('\n'));
}
