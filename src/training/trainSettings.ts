import { UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { withDefaults } from '../core/options';
import type { Monitor } from '../metrics/measures';
import { checkValidateEvery, type FitOptions, fitSettings } from './fitSettings';
import { recipeLines } from './recipes';
import { checkSetting, settingNames } from './settings/check';
import { settingsTable } from './settings/table';
import type { TrainSettings } from './settings/types';
import { type Variant, variantEntry, variants } from './variants';

/** Options of `train`: settings, and what does not change the result. */
export interface TrainOptions extends Partial<TrainSettings> {
  /** Whether features of frozen layers are taken from the cache and kept there. Default: true. */
  cache?: boolean;
  /** The folder for the state of training after each epoch, which `resume` continues from. Default: none. */
  checkpoint?: string;
  /** Whether training continues from the state in `checkpoint`, if there is one. Default: false. */
  resume?: boolean;
  /** Whether the final model is evaluated on the test pictures, where there are some. Default: true. */
  evaluateTest?: boolean;
  /** A measure that each epoch records beside loss and accuracy of the validation pictures. Default: what early stopping monitors. */
  measure?: Monitor;
  /**
   * After how many epochs the validation pictures are evaluated again, 1 or more; `Infinity`: only after the last epoch (of each stage),
   * which always is. The result stays the same, bit for bit, and comes sooner; so it must be 1 with `patience` or the schedule
   * 'reduce-on-plateau', which decide after every epoch. Default: 1.
   */
  validateEvery?: number;
  /** Told of progress and epochs, and asked whether to stop. Default: none. */
  listener?: Listener;
}

/**
 * The default of every setting. A variant may bring along others: see `variants`.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.defaultSettings.backbone; // => 'efficientnet-lite0'
 * ```
 */
export const defaultSettings: TrainSettings = Object.assign(
  {} as TrainSettings,
  ...settingNames.map((name) => ({ [name]: settingsTable[name].default })),
);

/** The options of `train` that are not settings. */
export interface TrainSurroundings {
  /** Whether features of frozen layers are taken from the cache and kept there. */
  cache: boolean;
  /** The folder for the state of training after each epoch. */
  checkpoint: string | undefined;
  /** Whether training continues from the state in `checkpoint`. */
  resume: boolean;
  /** Whether the final model is evaluated on the test pictures. */
  evaluateTest: boolean;
  /** A measure that each epoch records beside loss and accuracy of the validation pictures. */
  measure: Monitor | undefined;
  /** After how many epochs the validation pictures are evaluated again. */
  validateEvery: number;
  /** Told of progress and epochs, and asked whether to stop. */
  listener: Listener;
}

/**
 * All settings of a training: those given, and for the others what the recipe chooses, the variant brings along, or the default.
 *
 * @param pictures number of training pictures, on which a recipe depends. Default: so many that they do not matter
 * @throws {UserError} on an unknown setting, a value outside its range, or settings that contradict each other
 */
export function completeSettings(given: Partial<TrainSettings> | undefined, pictures?: number): TrainSettings {
  const settings = withDefaults<TrainSettings>('train', given, withImplied(given?.variant));
  for (const name of settingNames) Object.assign(settings, { [name]: checkSetting('train', name, settings[name]) });
  for (const { setting, value } of recipeLines(given ?? {}, pictures)) Object.assign(settings, { [setting]: value });
  const { variant, epochs, headEpochs } = settings;
  const { excludes, trains, headEpochs: headFirst } = variantEntry(variant);
  for (const [name, value] of Object.entries(excludes?.settings ?? {})) {
    if (settings[name as keyof TrainSettings] !== value) continue;
    throw new UserError(
      `train: variant '${variant}' cannot have ${name} '${value}': leave ${name} out, or take variant '${excludes!.instead}'`,
    );
  }
  if (headFirst > 0 && headEpochs === 0) {
    throw new UserError(
      `train: variant '${variant}' trains the head first: it needs headEpochs of 1 or more, and more epochs than these, got headEpochs ${given?.headEpochs ?? 0} and epochs ${epochs}`,
    );
  }
  if (trains !== 'head' && headEpochs > 0 && headEpochs >= epochs) {
    throw new UserError(
      `train: variant '${variant}' needs more than its ${headEpochs} epochs of the head, got epochs ${epochs}`,
    );
  }
  if (trains !== 'head' && settings.interpolation !== 'none' && headEpochs === 0) {
    throw new UserError(
      `train: interpolation '${settings.interpolation}' needs a head that was trained before the backbone: give headEpochs of 1 or more`,
    );
  }
  if (trains === 'head' && settings.mixing === 'cutmix') {
    throw new UserError(
      `train: mixing 'cutmix' pastes boxes into pictures or feature maps, but variant '${variant}' trains only a head on pooled features: take mixing 'mixup', or a variant that trains more`,
    );
  }
  if (settings.head === 'logistic') checkLogistic(settings);
  fitSettings(fitOptionsOf(settings));
  return settings;
}

/** @throws {UserError} where more than a head is to be trained, or its objective is not that of logistic regression */
function checkLogistic({ variant, augment, mixing, classWeights, labelSmoothing }: TrainSettings): void {
  const [name, value] =
    [
      variantEntry(variant).trains !== 'head' && ['variant', `'${variant}'`],
      augment !== 'none' && ['augment', `'${augment}'`],
      mixing !== 'none' && ['mixing', `'${mixing}'`],
      classWeights !== 'none' && ['classWeights', `'${classWeights}'`],
      labelSmoothing !== 0 && ['labelSmoothing', labelSmoothing],
    ].find((one) => one !== false) ?? [];
  if (name === undefined) return;
  throw new UserError(
    `train: head 'logistic' is logistic regression on the features of the pictures as they are, and cannot have ${name} ${value}: take head 'linear'`,
  );
}

/** The defaults of a variant. */
function withImplied(variant: Variant | undefined): TrainSettings {
  const known = typeof variant === 'string' && Object.hasOwn(variants, variant);
  if (!known) return defaultSettings;
  const { implies, headEpochs } = variantEntry(variant);
  return { ...defaultSettings, headEpochs, ...implies };
}

/**
 * Checks options of `train` and fills in those that are left out, from the recipe, the variant or the defaults.
 *
 * @param pictures number of training pictures, on which a recipe depends. Default: so many that they do not matter
 * @throws {UserError} when an option is unknown, outside its range, or contradicts another
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * const { epochs, weights } = training.trainSettings({ epochs: 5, variant: 'from-scratch' });
 * [epochs, weights]; // => [ 5, 'random' ]
 * ```
 */
export function trainSettings(options: TrainOptions | undefined, pictures?: number): TrainSettings & TrainSurroundings {
  const surroundings: TrainSurroundings = {
    cache: true,
    checkpoint: undefined,
    resume: false,
    evaluateTest: true,
    measure: undefined,
    validateEvery: 1,
    listener: {},
  };
  withDefaults<TrainSettings & TrainSurroundings>('train', options, { ...defaultSettings, ...surroundings }); // names the wrong ones
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  const isSetting = ([name]: [string, unknown]) => !Object.hasOwn(surroundings, name);
  Object.assign(surroundings, Object.fromEntries(given.filter((one) => !isSetting(one))));
  if (surroundings.resume && surroundings.checkpoint === undefined) {
    throw new UserError('train: resume needs a checkpoint folder');
  }
  const settings = completeSettings(Object.fromEntries(given.filter(isSetting)), pictures);
  const plateau = settings.schedule === 'reduce-on-plateau' ? "schedule 'reduce-on-plateau'" : undefined;
  checkValidateEvery('train', surroundings.validateEvery, settings.patience > 0 ? 'patience' : plateau);
  return { ...settings, ...surroundings };
}

/** The setting `monitor` as early stopping names it. */
const monitored = {
  loss: 'validationLoss',
  accuracy: 'validationAccuracy',
  macroF1: 'validationMacroF1',
  auc: 'validationAuc',
} as const;

/** The settings that concern `fit`, as its options. */
export function fitOptionsOf(settings: TrainSettings): FitOptions {
  const { batchSize, learningRate, seed, optimizer, weightDecay, schedule, warmUp, averaging, mixing, interpolation } =
    settings;
  return {
    batchSize,
    learningRate,
    seed,
    schedule,
    warmUp,
    averaging,
    mixing,
    interpolation,
    optimizer: optimizer === 'adamw' ? { name: 'adamw', weightDecay } : optimizer,
    loss: { name: 'auto', labelSmoothing: settings.labelSmoothing },
    classWeights: settings.classWeights === 'balanced' ? 'balanced' : undefined,
    clipping: settings.clip > 0 ? { globalNorm: settings.clip } : undefined,
    earlyStopping:
      settings.patience > 0 ? { patience: settings.patience, monitor: monitored[settings.monitor] } : undefined,
  };
}
