import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { trainCommand } from '../../src/cli/train';
import { addTrainingOptions } from '../../src/cli/trainingOptions';
import { messageOf, UserError } from '../../src/core/errors';
import { projectFolder } from '../../src/core/paths';
import { checkConfiguration } from '../../src/study/configuration';
import {
  defaultSettings,
  describeSetting,
  flagOf,
  type SettingName,
  settingNames,
  settingsPage,
  settingsTable,
  trainSettings,
} from '../../src/training';
import { fitSettings } from '../../src/training/fitSettings';
import { errorLine } from '../cli/errorLine';

const read = (...parts: string[]) => readFileSync(join(projectFolder, ...parts), 'utf8');

/** Values that a setting takes, and values that it does not: the ends of its range and the numbers beyond. */
function ends(name: SettingName): { taken: unknown[]; refused: unknown[] } {
  const setting = settingsTable[name];
  if ('choices' in setting) return { taken: [...setting.choices()], refused: ['nonsense', ''] };
  const { min, max, integer, zero } = setting;
  const step = integer ? 1 : 1e-9;
  return {
    taken: [min, ...(max === undefined ? [1e9] : [max]), ...(zero === undefined ? [] : [0])],
    refused: [
      ...(zero !== undefined && min === 1 ? [] : [min - step]),
      ...(max === undefined ? [] : [max === Number.MAX_SAFE_INTEGER ? 2 ** 53 : max + step]),
      ...(integer ? [min + 0.5] : []),
      'much',
    ],
  };
}

/** Beside these a setting's whole range is allowed. */
const enough = (name: SettingName) => ({
  ...(name === 'headEpochs' || name === 'epochs' ? {} : { epochs: 1e6 }),
  ...(name === 'mixing' && { variant: 'fine-tune-all' as const }),
});

const ways: Record<string, (name: SettingName, value: unknown) => void> = {
  train: (name, value) => trainSettings({ ...enough(name), [name]: value }),
  'the command line': (name, value) => {
    const command = addTrainingOptions(new Command()).exitOverride();
    command.parse([`${flagOf(name)}=${value}`], { from: 'user' });
    assert.deepEqual(command.opts(), { [name]: value });
  },
  'a study by its settings': (name, value) => {
    if (name === 'seed') checkConfiguration({ data: 'emoji', seeds: [value as number] });
    else checkConfiguration({ data: 'emoji', settings: { ...enough(name), [name]: value } });
  },
  'a study by an axis': (name, value) => {
    if (name === 'seed') checkConfiguration({ data: 'emoji', seeds: [value as number] });
    else checkConfiguration({ data: 'emoji', settings: enough(name), axes: { [name]: [value as string] } });
  },
};

function refusal(call: () => void): string {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof UserError, `${error}`);
    return messageOf(error).replace(/^study: seed/, 'train: seed'); // which a study has beside its settings
  }
  assert.fail('it was taken');
}

describe('the table of settings', () => {
  for (const name of settingNames) {
    const { taken, refused } = ends(name);
    it(`lets ${name} be what it can be: in train, on the command line and in a study`, () => {
      for (const value of taken) for (const way of Object.values(ways)) way(name, value);
    });

    it(`refuses ${name} outside, with the same message everywhere`, () => {
      for (const value of refused) {
        const messages = Object.values(ways).map((way) => refusal(() => way(name, value)));
        assert.equal(new Set(messages).size, 1, messages.join('\n'));
        assert.match(
          messages[0]!,
          'choices' in settingsTable[name] ? /^unknown / : new RegExp(`^train: ${name} must be`),
        );
      }
    });
  }

  it('is what the command prints, in one line', async () => {
    assert.equal(
      await errorLine('train', '--data', 'emoji', '--backbone-learning-rate=-1'),
      'tunebook: train: backboneLearningRate must be a number >= 0, got -1',
    );
    assert.match(
      await errorLine('train', '--data', 'emoji', '--input-size', '31'),
      /inputSize must be 0, or a whole number >= 32 and <= 4096, got 31$/,
    );
    assert.match(
      await errorLine('train', '--data', 'emoji', '--variant', 'from-scrath'),
      /unknown variant 'from-scrath'; the variants are .*\(did you mean 'from-scratch'\?\)$/,
    );
  });

  it('gives each option of the command line its sentence, and no option a value that was not typed', () => {
    const { options } = trainCommand();
    const help = trainCommand().helpInformation().replaceAll(/\s+/g, ' ');
    for (const name of settingNames) {
      const option = options.find((each) => each.attributeName() === name)!;
      assert.ok(option.description.startsWith(settingsTable[name].sentence), name);
      assert.equal(option.long, flagOf(name));
      assert.ok(help.includes(settingsTable[name].sentence), name);
      assert.ok(option.description.includes(`(default: ${settingsTable[name].default})`), name);
    }
    assert.deepEqual(addTrainingOptions(new Command()).parse([], { from: 'user' }).opts(), {});
  });

  it('holds for fit, where it has the same options', () => {
    for (const name of ['epochs', 'batchSize', 'learningRate', 'warmUp', 'averaging', 'seed'] as const) {
      const { taken, refused } = ends(name);
      for (const value of taken) fitSettings({ [name]: value });
      for (const value of refused)
        assert.match(
          refusal(() => fitSettings({ [name]: value })),
          /^fit: /,
        );
    }
  });

  it('has defaults that are allowed, a whole sentence each, and chapters that exist', () => {
    trainSettings(defaultSettings);
    for (const name of settingNames) {
      const { sentence, chapter } = settingsTable[name];
      assert.match(sentence, /^[A-Z].*[^.]\.$/, name);
      assert.ok(existsSync(join(projectFolder, 'notebooks', `${chapter}.ipynb`)), chapter);
    }
  });

  it('is what docs/settings.md says: `npm run settings` writes it', () => {
    assert.equal(read('docs', 'settings.md'), settingsPage());
  });

  it('is what editors show: the comment of each setting says the same (`npm run settings` writes it)', () => {
    const source = read('src', 'training', 'settings', 'types.ts');
    const comments = [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+): \w+;/g)].map(
      ([, text = '', name]) => [name, text.replaceAll(/\s*\n\s*\*\s*/g, ' ').trim()],
    );
    assert.deepEqual(
      comments,
      settingNames.map((name) => [name, describeSetting(name)]),
    );
  });
});
