import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { csv, parseCsv } from '../../src/core/escape/csv';
import { readRun } from '../../src/runs';
import { madeUpPredictions, writeRun } from '../report/madeUpRun';

const classes = ['cat', 'a "quoted" dog, or\ntwo'];
const newRun = () => writeRun(classes, madeUpPredictions(classes, 12));

/** The error message for a run of which one file was changed. */
function complaint(name: string, change: (text: string) => string): string {
  const folder = newRun();
  const file = join(folder, name);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  try {
    readRun(folder);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    const { message } = error;
    assert.ok(message.startsWith(`the run in '${folder}' cannot be read: its ${name} `), message);
    assert.match(message, /; take the file from a copy, or make the run again$/);
    return message;
  }
  return 'nothing';
}

describe('readRun', () => {
  it('reads what was saved, including names with commas, quotes and line breaks', () => {
    const { history, predictions, seconds } = readRun(newRun());
    assert.equal(history.length, 20);
    assert.deepEqual(
      predictions.map(({ label }) => label),
      Array.from({ length: 12 }, (_, i) => i % 2),
    );
    assert.deepEqual(predictions, madeUpPredictions(classes, 12));
    assert.deepEqual(seconds, { total: 12 });
  });

  it('reads epochs that were not validated, and numbers of a training that diverged', () => {
    const folder = newRun();
    const [header] = readFileSync(join(folder, 'history.csv'), 'utf8').split('\n');
    writeFileSync(join(folder, 'history.csv'), `${header}\n1,NaN,0.5,,,0.1,2\n2,Infinity,0.5,,,0.1,2\n`);
    assert.deepEqual(readRun(folder).history, [
      { epoch: 1, loss: Number.NaN, accuracy: 0.5, learningRate: 0.1, seconds: 2 },
      { epoch: 2, loss: Number.POSITIVE_INFINITY, accuracy: 0.5, learningRate: 0.1, seconds: 2 },
    ]);
    writeFileSync(join(folder, 'history.csv'), `${header}\n`);
    assert.deepEqual(readRun(folder).history, []);
  });

  it('names a file that is missing', () => {
    for (const name of ['config.json', 'metrics.json', 'history.csv', 'predictions.csv']) {
      const folder = newRun();
      rmSync(join(folder, name));
      const expected = `'${folder}' is not a run folder: it has no ${name}; give a folder that`;
      assert.throws(
        () => readRun(folder),
        (error: UserError) => error instanceof UserError && error.message.startsWith(expected),
      );
    }
  });

  it('names a file that is empty or incomplete, wherever it ends', () => {
    for (const name of ['config.json', 'metrics.json'])
      assert.match(
        complaint(name, () => ''),
        /is no JSON/,
      );
    for (const name of ['history.csv', 'predictions.csv']) {
      assert.match(
        complaint(name, () => ''),
        /is empty, expected a line of column names: (epoch|file), \.\.\./,
      );
      const whole = readFileSync(join(newRun(), name), 'utf8');
      for (let length = 1; length < whole.length; length += 7) {
        if (whole[length - 1] === '\n') continue; // see below
        assert.match(
          complaint(name, (text) => text.slice(0, length)),
          /was cut short: its last line has no end/,
        );
      }
    }
    const withoutLast = (text: string) => text.slice(0, text.indexOf('11 <img'));
    assert.match(complaint('predictions.csv', withoutLast), /has 11 predictions, expected 12 as in config\.json/);
  });

  it('says which line has too few or too many columns, and which value is not a number or a class', () => {
    const line = (number: number, change: (line: string) => string) => (text: string) =>
      text
        .split('\n')
        .map((each, i) => (i === number - 1 ? change(each) : each))
        .join('\n');
    const history = (number: number, change: (line: string) => string) =>
      complaint('history.csv', line(number, change));
    assert.match(
      history(3, (row) => `${row},7`),
      /has 8 columns in line 3, expected 7/,
    );
    assert.match(
      history(4, () => '3'),
      /has 1 column in line 4, expected 7/,
    );
    assert.match(
      history(5, (row) => row.replace(/^4,[^,]*/, '4,low')),
      /has 'low' as loss in line 5, expected a number/,
    );
    assert.match(
      history(5, (row) => row.replace(/^4,[^,]*/, '4,')),
      /has '' as loss in line 5, expected a number/,
    );
    assert.match(
      history(1, () => 'a,b'),
      /begins with a, b, expected the columns epoch, loss, accuracy, valid/,
    );
    const rename = (text: string) => text.replace('.jpg,cat,', '.jpg,cow,');
    assert.match(complaint('predictions.csv', rename), /has 'cow' in line 2, which is not a class of config\.json/);
    const blank = (text: string) => text.replace(/[^,]+\n$/, '\n');
    assert.match(
      complaint('predictions.csv', blank),
      /has '' as probability of a "quoted" dog.* in line 13, expected/s,
    );
  });

  it('says what is missing in configuration and metrics', () => {
    assert.match(
      complaint('metrics.json', () => '{ "accuracy": 0.5, "loss": null }'),
      /lacks seconds, expected an object/,
    );
    assert.match(
      complaint('metrics.json', () => 'null'),
      /has null, expected an object/,
    );
    const config = (text: string) => JSON.stringify({ ...JSON.parse(text), data: undefined });
    assert.match(complaint('config.json', config), /lacks data, expected an object/);
  });
});

describe('comma-separated values', () => {
  it('are read as they were written', () => {
    for (const rows of [
      [],
      [['']],
      [
        ['a', ''],
        ['', 'b'],
      ],
      [
        ['"', ','],
        ['\n', '\r\n'],
      ],
      [['a'], ['b', 'c']],
    ]) {
      assert.deepEqual(parseCsv(csv(rows)), rows);
    }
  });

  it('may have line breaks of Windows, and none at the end', () => {
    assert.deepEqual(parseCsv('a,b\r\nc,'), [
      ['a', 'b'],
      ['c', ''],
    ]);
  });
});
