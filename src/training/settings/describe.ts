import { capital } from '../../core/text';
import { variantNames, variants } from '../variants';
import { type SettingName, settingNames } from './check';
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

const cell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string) => `\`${text}\``;

/** `--learning-rate` for `learningRate`. */
export function flagOf(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The page docs/settings.md: all settings by chapter, and all variants, as Markdown. */
export function settingsPage(): string {
  const chapters = [...new Set(settingNames.map((name) => settingsTable[name].chapter))];
  const tables = chapters.map((chapter) => {
    const rows = settingNames.filter((name) => settingsTable[name].chapter === chapter).map(settingRow);
    const header = '| setting | command line | what it does | values | default |\n| --- | --- | --- | --- | --- |';
    return `## [${chapter}](../notebooks/${chapter}.ipynb)\n\n${header}\n${rows.join('\n')}\n`;
  });
  return `# Settings of a training

Generated from the table in \`src/training/settings/table.ts\` by \`npm run settings\`; a test keeps it up to date.

\`train(dataset, { epochs: 30 })\` takes the names in the first column, \`tunebook train\` those in the second; a study takes the
first as axes and in \`settings\`.

${tables.join('\n')}
## Variants

What \`variant\` can be. A setting that is given comes before one that a variant brings along.

| variant | what it does | brings along | paper |
| --- | --- | --- | --- |
${variantNames.map(variantRow).join('\n')}
`;
}

function settingRow(name: SettingName): string {
  const setting: Readonly<NumberSetting | ChoiceSetting<string>> = settingsTable[name];
  const zero = 'zero' in setting && setting.zero !== undefined ? ` 0: ${setting.zero}.` : '';
  const values = 'choices' in setting ? setting.choices().map(code).join(', ') : valuesOf(setting);
  const columns = [
    code(name),
    code(`${flagOf(name)} <${setting.value}>`),
    cell(setting.sentence + zero),
    values,
    code(String(setting.default)),
  ];
  return `| ${columns.join(' | ')} |`;
}

function variantRow(name: (typeof variantNames)[number]): string {
  const entry = variants[name];
  const implied = Object.entries(entry.implies).map(([setting, value]) => `${code(setting)} ${code(String(value))}`);
  const paper = 'paper' in entry ? entry.paper : '';
  return `| ${[code(name), entry.sentence, implied.join(', '), paper].join(' | ')} |`;
}
