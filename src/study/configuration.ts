import { didYouMean } from '../core/didYouMean';
import { shown, UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import type { DataOptions } from '../data/public';
import type { Monitor } from '../metrics/measures';
import { checkSetting, completeSettings, settingNames, type TrainSettings, variants } from '../training';
import { type Axes, countConfigurations, type Design, designs, expandAxes } from './axes';
import type { AxisValue, Configuration, Label } from './axisValue';
import { type Budget, checkBudget } from './budget';
import { isRange } from './range';

/** The configuration of a study, as in the JSON file of `tunebook study`. */
export interface StudyConfiguration {
  /** the dataset, as for `openDataset`: a folder, a CSV file, the sample 'emoji' or 'letters', or the name of a public dataset */
  data: string;
  /** options of `openDataset`: `classes`, `images`, `labelColumn`, `range`, `bands`, ... Default: none */
  dataOptions?: DataOptions;
  /** settings of `train` for every run. Default: those of `train` */
  settings?: Partial<TrainSettings>;
  /**
   * What varies: for each axis a list of values, or a range such as `{ min: 1e-5, max: 1e-2, scale: 'log' }`. An axis has the name of a
   * setting of `train`, or its values are several settings under a name. A variant also sets what it implies, unless `settings` do;
   * `dummy` changes only the random numbers, for null tests. Default: none, a single configuration
   */
  axes?: Axes;
  /** the number of seeds (1, 2, ...), or a list of seeds; every configuration runs with each. Default: 3 */
  seeds?: number | readonly number[];
  /** which combinations of the axes' values are run. Default: 'grid' */
  design?: Design;
  /**
   * by what configurations are ranked, compared and pruned, on the validation pictures: `loss`, `accuracy`, `macroF1` or `auc`.
   * Default: the setting `monitor` where `settings` give it, else `accuracy`
   */
  monitor?: Monitor;
  /**
   * the configuration that others are compared with, by axis. Default: the first value of each list, and of each range that a design
   * lists; of a range that a design draws from, the study's or the usual setting if the range has it, else its middle
   */
  baseline?: Record<string, Label>;
  /** number of configurations of the designs `random` (default 10) and `tpe` (default 30), with the baseline */
  configurations?: number;
  /** decides what the designs `random` and `tpe` draw. Default: 0 */
  designSeed?: number;
  /** limits, and pruning. Default: no limit, no pruning */
  budget?: Budget;
  /** whether the trained model of every run is saved, not only its predictions. Default: false */
  models?: boolean;
}

/** A study's configuration with all defaults. */
export type CheckedConfiguration = Required<Omit<StudyConfiguration, 'budget' | 'seeds' | 'monitor'>> & {
  monitor: Monitor;
  budget: Required<Budget>;
  seeds: readonly number[];
};

type Optional = 'monitor' | 'configurations';
const defaults: Required<Omit<StudyConfiguration, Optional>> & Pick<StudyConfiguration, Optional> = {
  data: '',
  dataOptions: {},
  settings: {},
  axes: {},
  seeds: 3,
  design: 'grid',
  monitor: undefined,
  baseline: {},
  configurations: undefined,
  designSeed: 0,
  budget: {},
  models: false,
};

/** The keys of a study's configuration. */
export const configurationKeys: readonly string[] = Object.keys(defaults);

/** The most runs of a study unless `maxRuns` allows more. */
export const MAX_RUNS = 10_000;

/**
 * Check the configuration of a study before any run, and fill in the defaults.
 *
 * @param options `maxRuns`: the most runs that it may have. Default: {@link MAX_RUNS}
 * @throws {UserError} that names the first mistake
 */
export function checkConfiguration(
  given: StudyConfiguration,
  { maxRuns = MAX_RUNS }: { maxRuns?: number } = {},
): CheckedConfiguration {
  const checked = withDefaults<typeof defaults>('study', given, defaults);
  if (typeof checked.data !== 'string' || checked.data === '') {
    throw new UserError(`study: data must be a folder of pictures or the name of a sample, got ${shown(checked.data)}`);
  }
  if (!designs.includes(checked.design)) {
    throw new UserError(`study: unknown design ${shown(checked.design)}; the designs are ${designs.join(', ')}`);
  }
  for (const name of ['axes', 'settings', 'baseline', 'dataOptions'] as const) checkObject(name, checked[name]);
  if ('fit' in checked.dataOptions)
    throw new UserError(
      "study: 'fit' is a setting of a training: give it in 'settings', or as an axis, instead of 'dataOptions'",
    );
  if (typeof checked.models !== 'boolean') {
    throw new UserError(`study: models must be true or false, got ${shown(checked.models)}`);
  }
  const { design } = checked;
  const bounds = { min: 1, max: 1e9, integer: true };
  const count = checked.configurations === undefined ? (design === 'tpe' ? 30 : 10) : checked.configurations;
  const configurations = checkNumber('study: configurations', count, bounds);
  checkSetting('study', 'seed', checked.designSeed);
  checkRuns(countConfigurations(checked.axes, { design, configurations }), checked.seeds, maxRuns);
  const seeds = checkSeeds(checked.seeds);
  const budget = checkBudget(checked.budget);
  if (design === 'tpe' && budget.pruning === 'halving') {
    throw new UserError(
      "study: pruning 'halving' needs all configurations from the beginning, and the design tpe chooses them one by one: take pruning 'asha' or 'median'",
    );
  }
  if ('seed' in checked.settings || 'seed' in checked.axes) {
    throw new UserError("study: give 'seeds' beside the axes, such as 5 or [1, 2, 3], instead of a setting 'seed'");
  }
  const result = { ...checked, configurations, seeds, budget, monitor: monitorOf(checked) };
  for (const configuration of checkedBefore(result)) checkTraining(settingsOf(result, configuration));
  return result;
}

/** The configurations that are checked before any run: all; of `tpe`, which chooses later, the baseline and each value of a list. */
function checkedBefore({ axes, baseline, settings, ...study }: CheckedConfiguration): Configuration[] {
  if (study.design !== 'tpe') return expandAxes(axes, { ...study, baseline, settings });
  const [start] = expandAxes(axes, { design: 'tpe', baseline, settings });
  const lists = Object.entries(axes).filter(([, values]) => !isRange(values)) as [string, readonly AxisValue[]][];
  return [start!, ...lists.flatMap(([axis, values]) => values.map((value) => ({ ...start, [axis]: value })))];
}

/**
 * By what the configurations of a study are compared.
 *
 * @throws {UserError} if it is no measure
 */
export function monitorOf({ monitor, settings }: Pick<StudyConfiguration, 'monitor' | 'settings'>): Monitor {
  return checkSetting('study', 'monitor', monitor ?? settings?.monitor ?? 'accuracy');
}

/**
 * The settings of `train` for a configuration, without the seed. Values of axes override the study's settings, and so does what
 * a variant implies if it is the value of an axis.
 *
 * @throws {UserError} if an axis is neither a setting nor a list of named settings
 */
export function settingsOf(
  { settings }: Pick<CheckedConfiguration, 'settings'>,
  configuration: Configuration,
): Partial<TrainSettings> {
  const chosen: Record<string, unknown> = {};
  for (const [axis, value] of Object.entries(configuration)) {
    if (axis === 'dummy') continue;
    if (typeof value === 'object' && value !== null) {
      const { name: _, ...options } = value;
      Object.assign(chosen, options);
    } else if (isSetting(axis)) {
      chosen[axis] = value;
    } else {
      throw new UserError(
        `study: axis '${axis}' is not a setting of a training; the settings are ${settingNames.join(', ')}${didYouMean(axis, settingNames)}. ` +
          `An axis of another name needs values like { "name": "slow", "epochs": 40 }`,
      );
    }
  }
  const { variant } = chosen;
  const implied = typeof variant === 'string' && isVariant(variant) ? variants[variant].implies : {};
  return { ...settings, ...implied, ...chosen };
}

const isSetting = (name: string) => settingNames.some((setting) => setting === name);
const isVariant = (name: string): name is keyof typeof variants => Object.hasOwn(variants, name);

/**
 * Check the settings of a training before its data are opened.
 *
 * @param pictures number of training pictures, on which a recipe depends. Default: so many that they do not matter
 * @returns all settings; where none are given, those of the recipe or the defaults
 * @throws {UserError} if a setting is unknown, or its value is out of range
 */
export function checkTraining(settings: Partial<TrainSettings>, pictures?: number): TrainSettings {
  const unknown = Object.keys(settings).find((name) => !isSetting(name));
  if (unknown !== undefined) {
    throw new UserError(
      `study: '${unknown}' is not a setting of a training; the settings are ${settingNames.join(', ')}${didYouMean(unknown, settingNames)}`,
    );
  }
  return completeSettings(settings, pictures);
}

/** Check the number of runs before they are listed in memory. */
function checkRuns(configurations: number, seeds: unknown, maxRuns: number): void {
  const times = Array.isArray(seeds) ? seeds.length : typeof seeds === 'number' ? seeds : 1;
  const runs = configurations * times;
  if (!(runs > maxRuns)) return;
  const written = (count: number) => count.toLocaleString('en-US');
  const nouns = (count: number, noun: string) => `${written(count)} ${noun}${count === 1 ? '' : 's'}`;
  throw new UserError(
    `study: ${nouns(configurations, 'configuration')} with ${nouns(times, 'seed')} would be ${nouns(runs, 'run')}, and a ` +
      `study may have ${written(maxRuns)}: use fewer values or seeds, another design, or allow more (--max-runs)`,
  );
}

function checkSeeds(seeds: number | readonly number[]): number[] {
  if (typeof seeds === 'number') {
    const count = checkNumber('study: seeds', seeds, { min: 1, integer: true });
    return Array.from({ length: count }, (_, i) => i + 1);
  }
  if (!Array.isArray(seeds) || seeds.length === 0) {
    throw new UserError(`study: seeds must be a number or a list like [1, 2, 3], got ${shown(seeds)}`);
  }
  for (const seed of seeds) checkSetting('study', 'seed', seed);
  if (new Set(seeds).size < seeds.length) throw new UserError(`study: a seed is listed twice in ${shown(seeds)}`);
  return [...seeds];
}

function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`study: ${name} must be an object like { "dropout": ... }, got ${shown(value)}`);
  }
}
