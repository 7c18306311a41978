import { checkValue } from './setting';
import { settingsTable } from './table';
import type { TrainSettings } from './types';

/** The name of a setting. */
export type SettingName = keyof TrainSettings;

/**
 * The names of all settings, in the order of the course.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.settingNames.slice(0, 4); // => [ 'epochs', 'batchSize', 'validation', 'seed' ]
 * ```
 */
export const settingNames = Object.keys(settingsTable) as readonly SettingName[];

/** The value if the setting can have it. @throws {UserError} that says what it can be, and what was given */
export function checkSetting<Name extends SettingName>(
  caller: string,
  name: Name,
  value: unknown,
): TrainSettings[Name] {
  return checkValue(caller, name, settingsTable[name], value) as TrainSettings[Name];
}

/**
 * Reads a setting from text, such as an argument of a program. The result has the type of the setting.
 *
 * @param caller stands before the message of an error
 * @param name of the setting
 * @param text a number, or one of the choices
 * @throws {UserError} when the setting cannot have this value; the message says what it can be
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.parseSetting('my program', 'dropout', '0.5'); // => 0.5
 * training.parseSetting('my program', 'variant', 'hybrid'); // => 'hybrid'
 * ```
 */
export function parseSetting<Name extends SettingName>(caller: string, name: Name, text: string): TrainSettings[Name] {
  const isNumber = 'min' in settingsTable[name] && text.trim() !== '' && Number.isFinite(Number(text));
  return checkSetting(caller, name, isNumber ? Number(text) : text);
}
