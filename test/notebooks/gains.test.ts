import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';

interface Cell {
  source: string[];
  outputs?: { data?: Record<string, string | string[]> }[];
}

/** The rows of the table that the cell with a text has shown, by their first column. */
function shownTable(chapter: string, text: string): Map<string, Record<string, string>> {
  const { cells } = JSON.parse(readFileSync(join(projectFolder, 'notebooks', chapter), 'utf8')) as { cells: Cell[] };
  const { outputs = [] } = cells.find(({ source }) => source.join('').includes(text)) ?? {};
  const plain = outputs.map(({ data }) => [data?.['text/plain'] ?? ''].flat().join('')).join('\n');
  const [header = '', ...rows] = plain
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
  return { low, high };
}

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
});
