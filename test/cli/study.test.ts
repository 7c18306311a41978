import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { parseJson } from '../../src/core/readBounded';
import type { StudyConfiguration } from '../../src/study';
import { checkConfiguration } from '../../src/study/configuration';
import { temporaryFolder } from '../folders';
import { errorLine } from './errorLine';

/** A study's JSON, as a text or as the values besides the data. */
function configured(content: object | string): string {
  const file = join(temporaryFolder(), 'study.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify({ data: 'emoji', ...content }));
  return file;
}

const out = () => join(temporaryFolder(), 'study');
const ten = Array.from({ length: 10 }, (_, i) => (i + 1) / 100);

describe("a study's JSON", () => {
  it('cannot contain what belongs on the command line: the folder, and whether to resume', async () => {
    const precious = temporaryFolder();
    mkdirSync(join(precious, 'runs', 'run-a'), { recursive: true });
    writeFileSync(join(precious, 'study.json'), '{}');
    const flags = { out: precious, resume: true, retryFailed: true, workers: 4, cores: 1, cache: false, maxRuns: 1e9 };
    for (const [key, value] of Object.entries({ ...flags, queue: 'redis://there', mlflow: '/', export: ['/x.csv'] })) {
      const flag =
        key === 'cache' ? '--no-cache' : `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const line = await errorLine('study', configured({ [key]: value }));
      assert.match(
        line,
        new RegExp(`has a key "${key}"; the keys are data, dataOptions, settings, axes, seeds, .*; give ${flag} on`),
      );
    }
    for (const key of ['executor', 'listener', 'prototype']) {
      assert.match(
        await errorLine('study', configured({ [key]: 1 })),
        new RegExp(`has a key "${key}"; the keys are data`),
      );
    }
    assert.deepEqual(readdirSync(join(precious, 'runs')), ['run-a']);
  });

  it('with too many runs is refused with their number, before they take memory', async () => {
    const folder = out();
    const refused = async (content: object, ...flags: string[]) =>
      errorLine('study', configured(content), '--out', folder, ...flags);
    assert.match(await refused({ seeds: 1e9 }), /1 configuration with 1,000,000,000 seeds would be 1,000,000,000 runs/);
    assert.match(await refused({ seeds: 1e300 }), /seeds would be 1,000,000,.* runs, and a study may have 10,000/);
    const names = ['dropout', 'l2', 'learningRate', 'labelSmoothing', 'weightDecay', 'averaging', 'validation'];
    const axes = Object.fromEntries(names.map((name) => [name, ten]));
    assert.match(await refused({ axes, seeds: 1 }), /10,000,000 configurations with 1 seed would be 10,000,000 runs/);
    assert.match(await refused({ axes, design: 'random', configurations: 1e6 }), /would be 3,000,000 runs/);
    assert.match(
      await refused({ axes: { dropout: ten }, seeds: 2 }, '--max-runs', '19'),
      /20 runs, and .* have 19: .*--max-runs/,
    );
    assert.ok(!existsSync(folder));
  });

  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const values = ['null', '{"toString": 1}', '[]', '"x\\n"', '1e308', '-1', '[[[]]]', nested(60), nested(50_000)];
  /** The valid ones of these values. */
  const right: Record<string, string[]> = { data: ['"x\\n"'] };

  /** Check a configuration without making any of its runs. */
  const check = (text: string) => checkConfiguration(parseJson(text, 'study.json') as StudyConfiguration);
  const refuses = (text: string) =>
    assert.throws(
      () => check(text),
      (error: Error) => {
        assert.ok(error instanceof UserError, `${text.slice(0, 80)}: ${error.stack}`);
        assert.ok(error.message.length < 1200 && !error.message.replace('x\n', '').includes('\n'), error.message);
        return true;
      },
      text.slice(0, 80),
    );

  const keys = [
    'data',
    'settings',
    'axes',
    'seeds',
    'design',
    'baseline',
    'configurations',
    'designSeed',
    'budget',
    'models',
  ];
  for (const key of keys) {
    it(`is refused in one line if ${key} has an invalid value`, () => {
      for (const value of values) {
        const text = key === 'data' ? `{"data": ${value}}` : `{"data": "emoji", "${key}": ${value}}`;
        if (right[key]?.includes(value)) check(text);
        else refuses(text);
      }
    });
  }

  for (const key of [
    'epochs',
    'augment',
    'variant',
    'seed',
    'dropout',
    'batchSize',
    'listener',
    'checkpoint',
    'resume',
  ]) {
    it(`is refused in one line if the setting ${key} has an invalid value`, () => {
      for (const value of values) {
        refuses(`{"data": "emoji", "settings": {"${key}": ${value}}}`);
        refuses(`{"data": "emoji", "axes": {"${key}": [${value}]}}`);
      }
    });
  }

  it('is refused in one line if it is not a JSON file', async () => {
    for (const content of ['', '{', 'null', '[]', '3', nested(50_000), '{"__proto__": {"data": "emoji"}}']) {
      await errorLine('study', configured(content));
    }
    for (const file of ['/dev/zero', temporaryFolder(), join(temporaryFolder(), 'nowhere.json')]) {
      assert.ok((await errorLine('study', file)).includes(file));
    }
  });
});
