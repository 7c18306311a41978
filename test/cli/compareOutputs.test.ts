import assert from 'node:assert/strict';
import { comparedValues, differences, type ExecutedCell } from '../../src/cli/compareOutputs';

type Outputs = NonNullable<ExecutedCell['outputs']>;
const cell = (outputs: Outputs, tags: string[] = [], source = 'run()'): ExecutedCell => ({
  cell_type: 'code',
  source,
  metadata: { tags },
  outputs,
});
const text = (plain: string): Outputs => [{ output_type: 'execute_result', data: { 'text/plain': plain } }];
const chart = (values: object[]): Outputs => [
  {
    output_type: 'display_data',
    data: { 'application/vnd.vegalite.v5+json': { data: { values } }, 'text/plain': 'a chart' },
  },
];
const table = (rows: [string, string, string][]): Outputs => {
  const body = rows.map((row) => `<tr>${row.map((value) => `<td style="">${value}</td>`).join('')}</tr>`).join('');
  const head = '<tr><th scope="col">head</th><th scope="col">accuracy</th><th scope="col">seconds</th></tr>';
  return [
    {
      output_type: 'execute_result',
      data: { 'text/html': `<table><thead>${head}</thead><tbody>${body}</tbody></table>` },
    },
  ];
};
const compare = (before: Outputs, after: Outputs, tags?: string[]) =>
  differences([cell(before, tags)], [cell(after, tags)]);

describe('differences between two executions of a notebook', () => {
  it('finds a digit that changed in a text, a table and the data of a chart', () => {
    assert.deepEqual(compare(text('accuracy 0.779'), text('accuracy 0.780')), [
      { cell: 1, before: 'accuracy 0.779', after: 'accuracy 0.780' },
    ]);
    assert.deepEqual(compare(table([['linear', '0.794', '1.8']]), table([['linear', '0.795', '1.8']])), [
      { cell: 1, before: 'accuracy: 0.794', after: 'accuracy: 0.795' },
    ]);
    assert.deepEqual(
      compare(chart([{ epoch: 1, loss: 2.226826949119568 }]), chart([{ epoch: 1, loss: 2.226826949119569 }])),
      [{ cell: 1, before: '/data/values/0/loss: 2.226826949119568', after: '/data/values/0/loss: 2.226826949119569' }],
    );
  });

  it('ignores times, recognized by their unit or by the name of their column or field', () => {
    assert.deepEqual(compare(text('epoch 2: loss 1.2, 0.4 s'), text('epoch 2: loss 1.2, 1 min 05 s')), []);
    assert.deepEqual(compare(text('2065 pictures/s'), text('12 pictures/s')), []);
    assert.deepEqual(compare(table([['linear', '0.794', '1.8']]), table([['linear', '0.794', '2.9']])), []);
    assert.deepEqual(compare(chart([{ loss: 1, seconds: 0.08 }]), chart([{ loss: 1, seconds: 0.09 }])), []);
    assert.deepEqual(compare(text('elastic 16.88'), text('elastic 17.01'), ['times']), []);
  });

  it('ignores a missing progress bar, which is not shown when features come from the cache', () => {
    const bar = text('features: 1083 pictures in 1 min 02 s (17 pictures/s)');
    assert.deepEqual(compare([...bar, ...text('done')], text('done')), []);
    assert.equal(compare(text('1083 pictures in all'), []).length, 1);
  });

  it('names a cell that shows more, less or an error, or whose code differs', () => {
    assert.deepEqual(compare(text('one'), text('one\ntwo')), [{ cell: 1, before: '(nothing)', after: 'two' }]);
    assert.deepEqual(compare([{ output_type: 'error', ename: 'Error' }], []), [
      { cell: 1, before: 'error Error', after: '(nothing)' },
    ]);
    assert.deepEqual(differences([cell([], [], 'a()')], [cell([], [], 'b()')]), [
      { cell: 1, before: 'a()', after: 'b()' },
    ]);
    assert.deepEqual(differences([cell([])], []), [{ cell: 1, before: 'run()', after: '(no such cell)' }]);
  });

  it('counts the compared values', () => {
    assert.equal(
      comparedValues([cell(table([['linear', '0.794', '1.8']])), cell(text('1\n2')), cell(text('3'), ['times'])]),
      4,
    );
  });
});
