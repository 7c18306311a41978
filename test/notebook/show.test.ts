import assert from 'node:assert/strict';
import { table } from 'arquero';
import { confusionMatrixChart } from '../../src/charts';
import { liveDisplay, show } from '../../src/notebook';
import { inFakeKernel, printed } from './fakeKernel';

const chart = confusionMatrixChart({ classes: ['cat'], counts: [[3]] });

describe('show', function () {
  this.timeout(60_000);

  it('sends one message per value in a notebook, each with all formats, in order', () =>
    inFakeKernel(async (sent) => {
      await show(chart, table({ a: [1] }), 'plain', { b: 2 });
      assert.deepEqual(
        sent.map(({ data }) => Object.keys(data).sort().join(' ')),
        ['application/vnd.vegalite.v5+json image/png text/plain', 'text/html text/plain', 'text/plain', 'text/plain'],
      );
      assert.deepEqual(
        sent.slice(2).map(({ data }) => data['text/plain']),
        ['plain', '{ b: 2 }'],
      );
      assert.ok('image/png' in sent[0]!.metadata);
      assert.ok(sent.every(({ isUpdate }) => !isUpdate));
    }));

  it('prints the text forms on a terminal', async () => {
    const lines = await printed('log', () => show(chart, table({ a: [1] }), 'plain', [1, 2]));
    assert.deepEqual(lines, [chart.usermeta.text, 'a\n1', 'plain', '[ 1, 2 ]']);
  });

  it('comes after the last update of a live display', () =>
    inFakeKernel(async (sent) => {
      void liveDisplay().update(chart, { final: true });
      await show('after');
      assert.ok('image/png' in sent[0]!.data);
      assert.equal(sent[1]!.data['text/plain'], 'after');
    }));

  it('does not fail if the kernel cannot be written to', async () => {
    const lines = await printed('error', () =>
      inFakeKernel(
        async () => {
          await show('anything');
          await liveDisplay().update('anything');
        },
        () => {
          throw new Error('socket closed');
        },
      ),
    );
    assert.equal(lines.length, 2);
    assert.ok(lines.every((line) => line.includes('socket closed')));
  });
});
