import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { sha256 } from '../core/files';
import type { Dataset } from '../data';
import type { DataOptions } from '../data/public';
import type { TrainSettings } from '../training';
import { expandAxes, type Label, labelsOf } from './axes';
import { type CheckedConfiguration, checkTraining, settingsOf } from './configuration';

/** One run of a study, as plain data: it may be made by another process, or on another machine. */
export interface RunTask {
  /** name of the run's folder */
  id: string;
  /** SHA-256 of all that decides the result: settings, seed, pictures */
  hash: string;
  axes: Record<string, Label>;
  /** decides the split; of the training's random numbers too, unless the axis `dummy` moves them */
  seed: number;
  settings: TrainSettings;
  /** as for `openDataset` */
  data: string;
  /** SHA-256 over name, size and label of every picture */
  dataFingerprint: string;
  models: boolean;
  /** how the data are read, where not as usual */
  dataOptions?: DataOptions;
}

/** A study's runs. */
export interface Plan {
  /** the labels of each configuration, the baseline first */
  configurations: Record<string, Label>[];
  /** seed by seed, so that a study that ends early has compared like with like */
  tasks: RunTask[];
  /** SHA-256 over name, size and label of every picture */
  dataFingerprint: string;
  /** SHA-256 over all runs */
  hash: string;
}

/** Counts up when runs of the same settings would come out differently than before. */
export const RESULTS_VERSION = 1;

/**
 * @param dataset what `study.data` names
 * @throws {UserError} if a configuration has settings that `train` refuses
 */
export function planStudy(study: CheckedConfiguration, dataset: Dataset): Plan {
  const dataFingerprint = fingerprint(dataset);
  const data = existsSync(study.data) ? resolve(study.data) : study.data; // workers start elsewhere, and find names themselves
  const how = Object.keys(study.dataOptions).length > 0 ? { dataOptions: study.dataOptions } : {};
  const configurations = expandAxes(study.axes, study);
  const tasks = study.seeds.flatMap((seed) =>
    configurations.map((configuration): RunTask => {
      const axes = labelsOf(configuration);
      const settings = {
        ...checkTraining(settingsOf(study, configuration)),
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
  return { configurations: configurations.map(labelsOf), tasks, dataFingerprint, hash };
}

/** SHA-256 of all that decides what a run comes to. */
export function runHash({ settings, seed, dataFingerprint }: Pick<RunTask, 'settings' | 'seed' | 'dataFingerprint'>) {
  return sha256(JSON.stringify([RESULTS_VERSION, Object.entries(settings).sort(), seed, dataFingerprint]));
}

/** The seed itself, but for values of the axis `dummy` after the first. */
function trainingSeed(seed: number, dummy: Label, { axes }: CheckedConfiguration): number {
  const position = axes.dummy?.indexOf(dummy) ?? 0;
  return position <= 0 ? seed : Number.parseInt(sha256(`dummy ${position} ${seed}`).slice(0, 7), 16);
}

/** Readable in a list of folders: what was varied, the seed, and enough of the hash to be unique. */
function runId(axes: Record<string, Label>, seed: number, hash: string): string {
  const words = Object.entries(axes).map(([axis, label]) => (typeof label === 'string' ? label : `${axis} ${label}`));
  const slug = words
    .join(' ')
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .slice(0, 80)
    .replace(/^[-.]+|[-.]+$/g, '');
  return `${slug || 'run'}-seed${seed}-${hash.slice(0, 8)}`;
}

/** Of names, sizes and labels, not of content: that is in each run's configuration. */
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
