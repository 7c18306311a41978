import { backboneRates, FEW_PICTURES, RATE_FOR_FEW } from '../backboneRate';
import { recipeLines } from '../recipes';
import { variantNames, variants } from '../variants';
import { type SettingName, settingNames } from './check';
import { flagOf, valuesOf } from './describe';
import type { ChoiceSetting, NumberSetting } from './setting';
import { settingsTable } from './table';

/** The page docs/settings.md: all settings by chapter, all variants, and the recipe, as Markdown. */
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

## The recipe \`standard\`

The settings that are not given, where layers of a pre-trained backbone train: here those of ${code(shownVariant)} with ${shownPictures} training pictures. A
training prints them, and keeps them in its run folder. Where only the head trains, or the weights are random, the recipe chooses only the
number of epochs, so that few pictures make enough steps, and twice as many if they are augmented.

| setting | value | because |
| --- | --- | --- |
${recipeRows().join('\n')}

The learning rate of the backbone, which is at most ${code(String(RATE_FOR_FEW))} with fewer than ${FEW_PICTURES} training pictures:

| the pictures | rate |
| --- | --- |
${Object.values(backboneRates)
  .map(({ rate, because }) => `| ${because} | ${code(String(rate))} |`)
  .join('\n')}
`;
}

const shownVariant = 'hybrid';
const shownPictures = 120;

function recipeRows(): string[] {
  const lines = recipeLines({ variant: shownVariant }, shownPictures);
  return lines.map(({ setting, value, because }) => {
    const zero = setting === 'backboneLearningRate' ? 'see below' : setting === 'blocks' ? 'a third' : undefined;
    return `| ${[code(setting), zero ?? code(String(value)), because].join(' | ')} |`;
  });
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

const cell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string) => `\`${text}\``;
