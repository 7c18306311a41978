import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { backboneNames, domainWeights } from '../../src/models';
import { reportText } from '../../src/report';
import { openRun, predict, readRun } from '../../src/runs';
import { exportRun } from '../../src/runs/export';
import { temporaryFolder } from '../folders';
import { madeUpPredictions, writeRun } from '../report/madeUpRun';

const classes = ['cat', 'dog'];
const newRun = () => writeRun(classes, madeUpPredictions(classes, 6));

/** Of a message without the names of all backbones, which one lists. */
const LONGEST = 500;

/** The message of a UserError in one line; undefined if nothing was thrown. */
async function refusal(read: () => unknown): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof UserError, (error as Error).stack);
    assert.doesNotMatch(error.message, /\n/);
    const lists = [backboneNames(), domainWeights.map(({ name }) => name)].map((names) => names.join(', '));
    const { length } = lists.reduce((text, list) => text.replace(list, ''), error.message);
    assert.ok(length < LONGEST, `${length} characters`);
    return error.message;
  }
}

const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
/** JSON texts that are tried for every value. */
const hostile = [
  'null',
  '{}',
  '[]',
  '"x"',
  '1e308',
  '-1',
  '0.5',
  'true',
  '"\\u001b[31m\\n<b>"',
  '{"__proto__":1}',
  deep,
];

/** The path of every value inside a value, as keys from the outside in. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

/** JSON of a value in which one part is replaced by another text, or left out. */
function withText(value: unknown, [key, ...rest]: string[], text: string | undefined): string | undefined {
  if (key === undefined) return text;
  const parts = Object.entries(value as object).flatMap(([name, inner]) => {
    const content = name === key ? withText(inner, rest, text) : JSON.stringify(inner);
    if (content === undefined) return [];
    return [Array.isArray(value) ? content : `${JSON.stringify(name)}:${content}`];
  });
  return Array.isArray(value) ? `[${parts}]` : `{${parts}}`;
}

/** What may exist in place of a file. */
const lies: Record<string, (file: string) => void> = {
  nothing: () => {},
  'an empty file': (file) => writeFileSync(file, ''),
  'a folder': (file) => mkdirSync(file),
  'a pipe': (file) => void execFileSync('mkfifo', [file]),
  'a link to an endless device': (file) => symlinkSync('/dev/zero', file),
  'a link to itself': (file) => symlinkSync(file, file),
  'a link to another file': (file) => symlinkSync('/etc/hostname', file),
  'a file of 884 MB': (file) => {
    writeFileSync(file, '');
    truncateSync(file, 884 * 2 ** 20); // a sparse file takes no disk space
  },
  'bytes that are no text': (file) => writeFileSync(file, Buffer.from(Array.from({ length: 999 }, (_, i) => i % 256))),
  'nesting 50,000 deep': (file) => writeFileSync(file, deep),
  'a quote that never ends': (file) => writeFileSync(file, '"'.repeat(99_999)),
  'nothing but commas': (file) => writeFileSync(file, ','.repeat(99_999)),
};

describe('the run folder of a stranger', () => {
  for (const name of ['config.json', 'metrics.json']) {
    it(`is read, or refused in one line that names the file, with any value anywhere in ${name}`, async () => {
      const folder = newRun();
      const file = join(folder, name);
      const value = JSON.parse(readFileSync(file, 'utf8'));
      for (const place of places(value)) {
        for (const text of [...hostile, undefined]) {
          writeFileSync(file, withText(value, place, text) ?? '');
          const said = await refusal(() => readRun(folder));
          const what = `${place.join('.')}: ${text?.slice(0, 40)}: ${said}`;
          if (said === undefined)
            await refusal(() => reportText(folder)); // the values that were read can be shown
          else assert.ok(said.includes(`its ${name} `) || /its (predictions|history)\.csv /.test(said), what);
          // a value of another type is never accepted
          // an empty list of hashes is valid: then no picture is recognized by its content
          const fits = text === '[]' && place.join() === 'validationHashes';
          if (!fits && ['null', '[]', deep].includes(text!) && !/^trainingCounts|^loss|^accuracy/.test(place.join())) {
            assert.ok(said !== undefined, what);
          }
          if (name === 'config.json') assert.ok(await refusal(() => openRun(folder)), what); // this run never has a model
        }
      }
    });
  }

  it('is refused by every reader if something else is in place of a file', async () => {
    const readers: Record<string, (folder: string) => unknown> = {
      readRun,
      reportText,
      openRun,
      predict: (folder) => predict({ run: folder }, ['a.png']),
      exportRun: (folder) => exportRun(folder, join(temporaryFolder(), 'out')),
    };
    const tables = ['history.csv', 'predictions.csv'];
    for (const [what, lay] of Object.entries(lies)) {
      for (const name of ['config.json', 'metrics.json', ...tables]) {
        const folder = newRun();
        rmSync(join(folder, name));
        lay(join(folder, name));
        for (const [reader, read] of Object.entries(readers)) {
          const said = (await refusal(() => read(folder))) ?? '';
          // readers of models read the configuration, and report the missing model
          const expected = reader.startsWith('re') || name === 'config.json' ? name : 'model/model.json';
          assert.ok(said.includes(expected), `${reader}, ${what} as ${name}: ${said}`);
        }
      }
    }
  });

  it('is refused if a table is larger than its configuration allows, before it is read', async () => {
    const folder = newRun();
    for (const name of ['history.csv', 'predictions.csv']) truncateSync(join(folder, name), 884 * 2 ** 20);
    assert.match(
      (await refusal(() => readRun(folder)))!,
      /history\.csv cannot be read: it has 884\.0 MB, expected at most 0\.\d MB/,
    );
    const before = process.memoryUsage.rss();
    await refusal(() => readRun(folder));
    assert.ok(process.memoryUsage.rss() - before < 2 ** 27);
  });

  it('is refused if something else is in place of its model', async () => {
    for (const [what, lay] of Object.entries(lies)) {
      const folder = newRun();
      mkdirSync(join(folder, 'model'));
      lay(join(folder, 'model', 'model.json'));
      const said = (await refusal(() => openRun(folder))) ?? '';
      assert.match(said, /model\.json/, what);
    }
  });

  it('is refused if its table has more lines or cells than its configuration says', async () => {
    const folder = newRun();
    const history = join(folder, 'history.csv');
    const text = readFileSync(history, 'utf8');
    writeFileSync(history, `${text}${'21,1,1,1,1,1,1\n'.repeat(9)}`);
    assert.match(
      (await refusal(() => readRun(folder)))!,
      /its history\.csv has more than the 20 epochs of its config\.json/,
    );
    writeFileSync(history, text);
    const file = join(folder, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...config, data: { ...config.data, validation: 1e9 } }));
    assert.match((await refusal(() => readRun(folder)))!, /its predictions\.csv would have 1000000000 lines/);
  });
});
