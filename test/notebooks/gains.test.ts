import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';

interface Cell {
  source: string[];
  outputs?: { data?: Record<string, string | string[]> }[];
}

/** The plain text of what the cell with a text has shown. */
function shownText(chapter: string, text: string): string {
  const { cells } = JSON.parse(readFileSync(join(projectFolder, 'notebooks', chapter), 'utf8')) as { cells: Cell[] };
  const { outputs = [] } = cells.find(({ source }) => source.join('').includes(text)) ?? {};
  return outputs.map(({ data }) => [data?.['text/plain'] ?? ''].flat().join('')).join('\n');
}

/** The rows of the last table that the cell with a text has shown, by their first column. */
function shownTable(chapter: string, text: string): Map<string, Record<string, string>> {
  const plain = shownText(chapter, text);
  const [header = '', ...rows] = plain
    .slice(plain.search(/^ *\w+ +n {2}/m))
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
  const columns = header.split(/ {2,}/);
  return new Map(
    rows.map((row) => {
      const values = row.split(/ {2,}/);
      return [values[0]!, Object.fromEntries(columns.map((name, i) => [name, values[i] ?? '']))];
    }),
  );
}

/** The row of a table with paired differences over five seeds. */
function rowOf(rows: ReturnType<typeof shownTable>, name: string) {
  const row = rows.get([...rows.keys()].find((key) => key === name || Number(key) === Number(name)) ?? '');
  assert.equal(row?.n, '5', `${name} in ${[...rows.keys()]}`);
  const [low, high] = [Number(row['difference low']), Number(row['difference high'])];
  assert.ok(Number.isFinite(low) && Number.isFinite(high), JSON.stringify(row));
  return { low, high, row };
}

describe('the map of the course', () => {
  it('has the minutes that the measured seconds of its chapters give', () => {
    const text = readFileSync(join(projectFolder, 'docs', 'course.md'), 'utf8');
    const [, list = ''] = /^Measured seconds [^:]*: ([^.]*)\.$/m.exec(text.replace(/,\n/g, ', ')) ?? [];
    const seconds = new Map([...list.matchAll(/(\d\d): (\d+)/g)].map(([, chapter, each]) => [chapter, Number(each)]));
    assert.equal(seconds.size, 11);
    const rows = [...text.matchAll(/^\|.*\.ipynb.*\| \d+ \| (\d+) \|$/gm)].filter(
      ([row]) => !row.includes('tunebook auto'),
    );
    assert.equal(rows.length, 7);
    for (const [row, minutes] of rows) {
      const chapters = new Set([...row.matchAll(/notebooks\/(\d\d)-/g)].map(([, chapter]) => chapter));
      const sum = [...chapters].reduce((total, chapter) => total + seconds.get(chapter)!, 0);
      assert.equal(Number(minutes), Math.ceil(sum / 60), row);
    }
  });
});

describe('the decision tree of the course', () => {
  it('names sections that the chapters have', () => {
    const text = readFileSync(join(projectFolder, 'docs', 'course.md'), 'utf8').replace(/\s+/g, ' ');
    const named = [...text.matchAll(/\(\.\.\/notebooks\/([\w-]+\.ipynb)\), "([^"]+)"/g)];
    assert.ok(named.length >= 8, `${named.length}`);
    for (const [, chapter = '', section = ''] of named) {
      const source = readFileSync(join(projectFolder, 'notebooks', chapter), 'utf8');
      assert.ok(source.includes(`"## ${section}\\n"`), `${chapter}: ${section}`);
    }
  });
});

describe('the gains that the course shows', () => {
  it('are above zero over five seeds, in the chapter on variants', () => {
    const rows = shownTable('07-transfer-variants.ipynb', 'const compared');
    assert.ok(rowOf(rows, 'recipe').low > 0);
    assert.ok(rowOf(rows, 'guessed').high < 0);
  });

  it('are above zero where the top of the network is unfrozen, and below where all of it trains at one rate', () => {
    const rows = shownTable('02-freeze-and-train-the-top.ipynb', 'const cost');
    assert.ok(rowOf(rows, 'last third').low > 0);
    assert.ok(rowOf(rows, 'all, one rate').high < 0);
  });

  it('are above zero with the right rate of the pre-trained layers, and below with the rate of the head', () => {
    const rows = shownTable('05-learning-rate.ipynb', "compared.select('rate'");
    assert.ok(rowOf(rows, '0.0005').low > 0);
    assert.ok(rowOf(rows, '0.003').high < 0);
  });

  it('are above zero where a change fits what new pictures bring, larger with real ones, and below where it hides the class', () => {
    const posters = shownTable('03-augment.ipynb', 'onPosters.select(');
    assert.ok(rowOf(posters, 'colours').low > 0);
    assert.ok(rowOf(posters, 'tilt and colours').low > rowOf(posters, 'colours').high);
    assert.ok(rowOf(posters, 'real posters').low > rowOf(posters, 'colours').high);
    const { low, high } = rowOf(posters, 'mirrored');
    assert.ok(low < 0 && high > 0, 'mirroring shows no gain');
    const prints = shownTable('03-augment.ipynb', 'onPrints.select(');
    assert.ok(rowOf(prints, 'half erased').high < 0);
    assert.ok(rowOf(prints, 'colours').low < 0, 'no gain where nothing is new');
  });

  it('are above zero for strong dropout where labels are wrong, and none is shown where they are true', () => {
    const wrong = shownTable('04-regularize.ipynb', 'withWrong.select(');
    assert.ok(rowOf(wrong, 'dropout 0.8').low > 0);
    const right = shownTable('04-regularize.ipynb', "compareBy(ofLabels('true')");
    for (const training of ['early stopping', 'dropout 0.5', 'dropout 0.8'])
      assert.ok(rowOf(right, training).low < 0, training);
    const losses = shownTable('04-regularize.ipynb', "lossOf('wrong').select(");
    for (const training of ['early stopping', 'dropout 0.5', 'dropout 0.8'])
      assert.ok(rowOf(losses, training).high < 0, training);
  });

  it("are those that the decision tree and the teacher's page name", () => {
    const read = (name: string) => readFileSync(join(projectFolder, 'docs', name), 'utf8').replace(/\s+/g, ' ');
    const tree = read('course.md').replaceAll('−', '-'); // outputs have the sign of a keyboard
    const named = [
      ['02-freeze-and-train-the-top.ipynb', 'charts.forestPlot', 'last third'],
      ['03-augment.ipynb', 'charts.forestPlot', 'colours'],
      ['03-augment.ipynb', 'charts.forestPlot', 'tilt and colours'],
      ['03-augment.ipynb', 'charts.forestPlot', 'real posters'],
      ['04-regularize.ipynb', 'charts.forestPlot', 'dropout 0.8'],
      ['04-regularize.ipynb', 'charts.forestPlot', 'early stopping'],
      ['05-learning-rate.ipynb', 'charts.forestPlot', 'rate 0.0005'],
    ] as const;
    for (const [chapter, cell, training] of named) {
      const [, difference = '?', low = '?', high = '?'] =
        new RegExp(`^${training} +(\\S+) +(\\S+) to (\\S+) `, 'm').exec(shownText(chapter, cell)) ?? [];
      const found = new RegExp(`\\${difference}[^+(-]{0,30}\\(\\${low} to \\${high}\\)`).exec(tree);
      assert.ok(found, `${chapter}: ${training} ${difference} (${low} to ${high})`);
    }
    const posters = shownTable('03-augment.ipynb', 'onPosters.select(');
    const gain = (name: string) => Number(rowOf(posters, name).row.difference);
    const answers = read('teaching.md');
    assert.ok(answers.includes(`1: with the defaults ${(gain('real posters') - gain('colours')).toFixed(3)}.`));
    const losses = shownTable('04-regularize.ipynb', "lossOf('wrong').select(");
    assert.ok(answers.includes(`2: ${rowOf(losses, 'early stopping').row.difference!.replace('-', '−')}.`));
  });
});
