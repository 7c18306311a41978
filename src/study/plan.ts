import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { sha256 } from '../core/files';
import { type Dataset, splitDataset } from '../data';
import type { DataOptions } from '../data/public';
import type { Monitor } from '../metrics/measures';
import type { TrainSettings } from '../training';
import { expandAxes, type Label, labelsOf } from './axes';
import { type CheckedConfiguration, checkTraining, settingsOf } from './configuration';

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
}

/** A study's runs. */
export interface Plan {
  /** the labels of each configuration, the baseline first */
  configurations: Record<string, Label>[];
  /** by what they are ranked, compared and pruned */
  monitor: Monitor;
  /** seed by seed, so that a study that ends early has the same seeds for all configurations */
  tasks: RunTask[];
  /** SHA-256 over name, size and label of every picture */
  dataFingerprint: string;
  /** SHA-256 over all runs */
  hash: string;
}

/** Must be increased when the same settings would give different results than before. */
export const RESULTS_VERSION = 1;

/**
 * Plan the runs of a study: every configuration with every seed.
 *
 * @param dataset the one that `study.data` names
 * @throws {UserError} if a configuration has settings that `train` refuses
 */
export function planStudy(study: CheckedConfiguration, dataset: Dataset): Plan {
  const dataFingerprint = fingerprint(dataset);
  const data = existsSync(study.data) ? resolve(study.data) : study.data; // absolute, as workers may start in other folders; names of datasets stay names
  const how = Object.keys(study.dataOptions).length > 0 ? { dataOptions: study.dataOptions } : {};
  const configurations = expandAxes(study.axes, study);
  const trainingPictures = countTraining(dataset);
  const tasks = study.seeds.flatMap((seed) =>
    configurations.map((configuration): RunTask => {
      const axes = labelsOf(configuration);
      const given = settingsOf(study, configuration);
      const settings = {
        ...checkTraining(given, trainingPictures({ ...checkTraining(given), seed })),
        seed: trainingSeed(seed, axes.dummy ?? null, study),
      };
      const hash = runHash({ settings, seed, dataFingerprint });
      return {
        id: runId(axes, seed, hash),
        hash,
        axes,
        seed,
        settings,
        data,
        dataFingerprint,
        models: study.models,
        ...how,
      };
    }),
  );
  const hash = sha256(tasks.map((task) => task.hash).join('\n'));
  return { configurations: configurations.map(labelsOf), monitor: study.monitor, tasks, dataFingerprint, hash };
}

/** The number of training pictures, which does not change with most settings. */
function countTraining(dataset: Dataset): (settings: Pick<TrainSettings, 'validation' | 'test' | 'seed'>) => number {
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
  const position = axes.dummy?.indexOf(dummy) ?? 0;
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
