import assert from 'node:assert/strict';
import { imageFolder } from '../../src/data';
import { toMimeBundle } from '../../src/notebook';
import { train } from '../../src/training';
import { stripesFolder } from '../pictures';

describe('as the last value of a cell', function () {
  this.timeout(60_000);

  async function linesOf(value: unknown): Promise<string[]> {
    const bundle = (await toMimeBundle(value))!;
    assert.deepEqual(Object.keys(bundle), ['text/plain']);
    return String(bundle['text/plain']).split('\n');
  }

  it('a dataset is shown by its counts, and a run by its results', async () => {
    const folder = await stripesFolder(3);
    const dataset = imageFolder(folder);
    assert.deepEqual(await linesOf(dataset), [
      `9 pictures of 3 classes in ${folder}`,
      '      3  blue',
      '      3  green',
      '      3  red',
      'properties: folder, classes, examples, skipped',
    ]);
    const run = await train(dataset, { epochs: 2, cache: false });
    const [what, accuracy, properties, ...more] = await linesOf(run);
    assert.match(what!, /^A run of efficientnet-lite0, feature-extraction: 2 epochs \(completed\) in \d+\.\d s$/);
    const right = Math.round(run.accuracy * run.predictions.length);
    assert.ok(accuracy!.startsWith(`validation: ${right} of ${run.predictions.length} right: `), accuracy);
    assert.match(properties!, /^properties: .*history.*predictions/);
    assert.deepEqual(more, []);
  });

  it('a dataset says how many files were left out, and other values do not change', async () => {
    const dataset = { folder: '/a', classes: ['a'], examples: [], skipped: [{ file: '/a/b.txt', reason: 'no' }] };
    assert.ok((await linesOf(dataset)).includes('1 skipped, see `skipped`'));
    assert.equal(await toMimeBundle({ classes: ['a'], examples: [] }), undefined);
  });
});
