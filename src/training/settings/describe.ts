import { capital } from '../../core/text';
import type { SettingName } from './check';
import type { ChoiceSetting, NumberSetting } from './setting';
import { settingsTable } from './table';

/** What a setting can be, in words: 'a number from 0 to 0.99', or its choices. */
export function valuesOf(setting: Readonly<NumberSetting | ChoiceSetting<string>>): string {
  if ('choices' in setting) return setting.choices().join(', ');
  const { min, max = Number.MAX_SAFE_INTEGER, integer, zero } = setting;
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  const number = `${integer ? 'whole number' : 'number'} ${range}`;
  return zero !== undefined && min > 0 ? `0, or a ${number}` : `a ${number}`;
}

/** All that the table says of a setting, in sentences. */
export function describeSetting(name: SettingName): string {
  const setting: Readonly<NumberSetting | ChoiceSetting<string>> = settingsTable[name];
  const isNumber = !('choices' in setting);
  const values = isNumber ? ` ${capital(valuesOf(setting))}.` : '';
  const fallback = isNumber ? String(setting.default) : `'${setting.default}'`;
  const zero = isNumber && setting.zero !== undefined ? ` 0: ${setting.zero}.` : '';
  return `${setting.sentence}${values}${zero} Default: ${fallback}.`;
}

/** `--learning-rate` for `learningRate`. */
export function flagOf(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
