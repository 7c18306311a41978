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
  const [header = '', ...rows] = plain.trimEnd().split('\n');
  const columns = header.split(/ {2,}/);
  return new Map(
    rows.map((row) => {
      const values = row.split(/ {2,}/);
      return [values[0]!, Object.fromEntries(columns.map((name, i) => [name, values[i] ?? '']))];
    }),
  );
}

describe('the gains that the course shows', () => {
  it('are above zero over five seeds, in the chapter on variants', () => {
    const rows = shownTable('07-transfer-variants.ipynb', 'const compared');
    const recipe = rows.get('recipe');
    assert.equal(recipe?.n, '5');
    assert.ok(Number(recipe['difference low']) > 0, JSON.stringify(recipe));
  });
});
