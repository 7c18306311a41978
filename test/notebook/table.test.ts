import assert from 'node:assert/strict';
import { desc, table } from 'arquero';
import { toMimeBundle } from '../../src/notebook';
import { numberFormat } from '../../src/notebook/table';

async function shown(value: object) {
  const bundle = (await toMimeBundle(value))!;
  return { html: String(bundle['text/html']), text: String(bundle['text/plain']) };
}

describe('an arquero table', () => {
  it('is shown with its rows in order, without the filtered ones, numbers aligned to the right', async () => {
    const scores = table({ class: ['roses', 'tulips', 'daisy'], f1: [0.81234, 0.9, 1], support: [40, 8, 100] });
    const { html, text } = await shown(
      scores.filter((row: { support: number }) => row.support > 10).orderby(desc('f1')),
    );
    assert.equal(text, ['class     f1  support', 'daisy  1.000      100', 'roses  0.812       40'].join('\n'));
    assert.equal(
      html,
      '<table><thead><tr><th scope="col" style="text-align: left">class</th><th scope="col" style="text-align: right">f1</th>' +
        '<th scope="col" style="text-align: right">support</th></tr></thead><tbody>' +
        '<tr><td style="text-align: left">daisy</td><td style="text-align: right">1.000</td><td style="text-align: right">100</td></tr>' +
        '<tr><td style="text-align: left">roses</td><td style="text-align: right">0.812</td><td style="text-align: right">40</td></tr>' +
        '</tbody></table>',
    );
  });

  it('is shown with 20 rows and the number of the others', async () => {
    const rows = (count: number) => table({ n: Array.from({ length: count }, (_, i) => i) });
    const long = await shown(rows(1000));
    assert.ok(long.text.endsWith('\n19\n... 980 more rows') && long.html.endsWith('<p>... 980 more rows</p>'));
    assert.ok((await shown(rows(21))).text.endsWith('... 1 more row'));
    assert.ok(!(await shown(rows(20))).text.includes('more'));
  });

  it('is shown with escaped HTML, missing values, dates, lists and long text', async () => {
    const { html, text } = await shown(
      table({
        'a<b': ['<script>', null, undefined],
        when: [new Date(0), null, null],
        list: [[1, 2], {}, 5n],
        long: ['x'.repeat(500), 'two\nlines', ''],
      }),
    );
    assert.ok(!html.includes('<script>') && html.includes('&#60;script&#62;') && html.includes('a&#60;b'));
    assert.ok(text.includes('1970-01-01T00:00:00.000Z') && text.includes('[1,2]'));
    assert.ok(text.split('\n').every((line) => line.length < 140) && text.split('\n').length === 4);
  });

  it('may be without rows or columns', async () => {
    assert.equal((await shown(table({ a: [], b: [] }))).text, 'a  b');
    assert.equal((await shown(table({}))).text, 'a table without columns');
  });

  it('is rounded to as many decimals as distinguish the numbers of a column', () => {
    const format = (...values: number[]) => values.map(numberFormat(values));
    assert.deepEqual(format(0.87333, 0.9), ['0.873', '0.900']);
    assert.deepEqual(format(0.5, 1.5), ['0.5', '1.5']);
    assert.deepEqual(format(1, 2, 3000), ['1', '2', '3000']);
    assert.deepEqual(format(1234.5678, 0.001), ['1234.568', '0.001']);
    assert.deepEqual(format(0.000123, 0.01), ['0.000123', '0.010000']);
    assert.deepEqual(format(1e-9, 0.5, 0), ['1.00e-9', '5.00e-1', '0']);
    assert.deepEqual(format(0.25, Number.NaN, Number.POSITIVE_INFINITY), ['0.25', 'NaN', 'Infinity']);
    assert.deepEqual(format(Number.NaN), ['NaN']);
  });
});
