import { type Command, Option } from 'commander';
import { flagOf, parseSetting, type SettingName, settingNames, settingsTable } from '../training';
import { backboneArgument, inputChannelsOption, weightsFileOption } from './weightsFile';

/** The options of `tunebook train` that are settings of the training, as the table of settings describes them. */
export function addTrainingOptions(command: Command): Command {
  for (const name of settingNames) command.addOption(settingOption(name));
  const group = `${settingsTable.backbone.chapter}:`;
  return command.addOption(weightsFileOption().helpGroup(group)).addOption(inputChannelsOption().helpGroup(group));
}

/**
 * An option for a setting. It has no default of its own, so that a variant can bring along others; its help says the usual one.
 */
export function settingOption(name: SettingName): Option {
  const setting = settingsTable[name];
  const zero = 'zero' in setting ? ` 0: ${setting.zero}.` : '';
  const option = new Option(
    `${flagOf(name)} <${setting.value}>`,
    `${setting.sentence}${zero} (default: ${setting.default})`,
  );
  if ('choices' in setting && !setting.other) option.choices(setting.choices());
  return option
    .helpGroup(`${setting.chapter}:`)
    .argParser((text) => (name === 'backbone' ? backboneArgument('train', text) : parseSetting('train', name, text)));
}
