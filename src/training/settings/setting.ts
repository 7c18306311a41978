import { didYouMean } from '../../core/didYouMean';
import { shown, UserError } from '../../core/errors';
import { checkNumber } from '../../core/options';
import type { TrainSettings } from './types';

/** The notebook that teaches a setting. */
export type Chapter =
  | '00-quick-start'
  | '01-choose-a-model'
  | '02-freeze-and-train-the-top'
  | '03-augment'
  | '04-regularize'
  | '05-learning-rate'
  | '06-monitor'
  | '07-transfer-variants';

/** Whole numbers; beyond the upper bound it is a slip, or made to keep the machine busy. */
export const COUNT = { min: 1, max: 1e6, integer: true };

/** What every setting of the table has. */
export interface SettingDescription<T> {
  /** the value where none is given */
  default: T;
  /** what it does, in one sentence */
  sentence: string;
  /** the notebook that teaches it */
  chapter: Chapter;
  /** what its value is called in the command line's help: `--epochs <n>` */
  value: string;
}

/** A setting that is a number. */
export interface NumberSetting extends SettingDescription<number> {
  /** the smallest value */
  min: number;
  /** the largest value; default: no upper bound */
  max?: number;
  /** whether only whole numbers are allowed; default false */
  integer?: boolean;
  /** what 0 means, where it switches something off; 0 is then allowed below `min`, too */
  zero?: string;
}

/** A setting that is one of several names. */
export interface ChoiceSetting<T extends string> extends SettingDescription<T> {
  /** the names, read when they are needed: backbones can be registered later */
  choices: () => readonly T[];
  /** what a choice is called in an error: 'unknown backbone ...; the backbones are ...' */
  noun: string;
  /** default: the noun with an s */
  plural?: string;
  /** checks values that are none of the names, and returns what they stand for. Default: there are none */
  other?: (caller: string, value: unknown) => unknown;
}

/** A row of the table of settings. */
export type Setting<T> = [T] extends [number] ? NumberSetting : ChoiceSetting<T & string>;

/** Rows of the table of settings, by name. */
export type Rows<Names extends keyof TrainSettings> = {
  readonly [Name in Names]: Readonly<Setting<TrainSettings[Name]>>;
};

/**
 * The value if the setting can have it.
 *
 * @param caller the function whose setting it is, for the error
 * @throws {UserError} that names the setting, what it can be, and what was given
 */
export function checkValue(
  caller: string,
  name: string,
  setting: NumberSetting | ChoiceSetting<string>,
  value: unknown,
) {
  if (!('choices' in setting)) {
    const { min, max, integer, zero } = setting;
    return checkNumber(`${caller}: ${name}`, value, { min, max, integer, orZero: zero !== undefined });
  }
  const choices = setting.choices();
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  if (setting.other) return setting.other(caller, value);
  const hint = typeof value === 'string' ? didYouMean(value, choices) : '';
  const { noun, plural = `${noun}s` } = setting;
  const given = shown(value).replace(/^"(.*)"$/, "'$1'");
  throw new UserError(`unknown ${noun} ${given}; the ${plural} are ${choices.join(', ')}${hint}`);
}
