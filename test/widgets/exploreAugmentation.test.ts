import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as tunebook from '../../src';
import { UserError } from '../../src/core/errors';
import { openDataset } from '../../src/data/public';
import { displaySymbol } from '../../src/notebook';
import { exploreAugmentation } from '../../src/widgets';
import { checkedValues, codeOf, fills, pipelineOf, sliders } from '../../src/widgets/exploreAugmentation/sliders';
import { withFakeComms } from '../notebook/widget/fakeComms';
import { stripesFolder } from '../pictures';

/** The pipeline that code makes, as a reader who pastes it would get it. */
function pasted(code: string): { settings: unknown } | undefined {
  const body = code.replace(/^import .*\n/, '').replace(/^\/\/.*/, 'const pipeline = undefined;');
  return new Function('augment', 'augmentation', `${body}\nreturn pipeline;`)(tunebook.augment, tunebook.augmentation);
}

describe('exploreAugmentation', function () {
  this.timeout(120_000);

  it('shows code that makes just the pipeline that is seen, at any position of the sliders', () => {
    const values = fc.record(
      Object.fromEntries(sliders.map(({ name, max }) => [name, fc.double({ min: 0, max, noNaN: true })])),
    );
    fc.assert(
      fc.property(values, fc.constantFrom(...fills), (given, fill) => {
        const checked = checkedValues(given);
        assert.deepEqual(pasted(codeOf(checked, fill))?.settings, pipelineOf(checked, fill)?.settings);
      }),
    );
    assert.equal(pipelineOf(checkedValues({}), 'wrap'), undefined);
    assert.equal(codeOf(checkedValues({}), 'wrap'), '// no augmentation: move a slider');
  });

  it('takes nothing from a page but numbers in the range of a slider', () => {
    for (const data of [
      null,
      5,
      'text',
      [],
      { rotation: 'x' },
      { rotation: Number.NaN },
      { __proto__: { rotation: 5 } },
      { other: 5 },
    ]) {
      assert.deepEqual(new Set(Object.values(checkedValues(data))), new Set([0]));
    }
    assert.equal(checkedValues({ rotation: 1e9 }).rotation, 180);
    assert.equal(checkedValues({ rotation: -5 }).rotation, 0);
    assert.equal(checkedValues({ shift: 0.123456 }).shift, 0.12);
  });

  it('draws the same pictures again with each setting, and has the pipeline for training', () =>
    withFakeComms(async (comms) => {
      const dataset = await openDataset(await stripesFolder(4));
      const explorer = await exploreAugmentation(dataset, { pictures: 4, start: 'none' });
      await explorer[displaySymbol]();
      const pipeline = () => explorer.augmentation;
      assert.equal(pipeline(), undefined);
      const state = () => Object.assign({}, ...comms.posted.map(({ data }) => data.state)) as { code: string };
      const pictures = () =>
        comms.posted.filter(({ data }) => JSON.stringify(data.buffer_paths ?? '').includes('pictures'));
      /** Wait until pictures were sent again. */
      const drawn = async (before: number) => {
        while (pictures().length === before) await new Promise((next) => setTimeout(next, 5));
        return pictures()
          .at(-1)!
          .buffers!.slice(-4)
          .map((one) => Buffer.from(one).toString('base64'));
      };
      const change = (values: object) => comms.receive('comm-1', { method: 'update', state: values });
      let count = pictures().length;
      change({ values: { horizontalFlip: 1 } });
      const flipped = await drawn(count);
      assert.equal(new Set(flipped).size, 4);
      assert.match(state().code, /augment\.horizontalFlip\(\{ probability: 1 \}\)/);
      assert.equal(pipeline()?.name, 'horizontalFlip');
      assert.equal(explorer.code, state().code);
      count = pictures().length;
      change({ values: { rotation: 90 } });
      const rotated = await drawn(count);
      assert.notDeepEqual(rotated, flipped);
      count = pictures().length;
      change({ view: 2 });
      assert.notDeepEqual(await drawn(count), rotated, 'new random numbers');
      count = pictures().length;
      change({ fill: 'nonsense', view: -1, values: 'none' });
      await drawn(count);
      assert.equal(pipeline(), undefined);
    }));

  it('has a picture and the code as text', async () => {
    const explorer = await exploreAugmentation(await openDataset(await stripesFolder(4)), {
      pictures: 2,
      start: 'light',
    });
    const bundle = await explorer[displaySymbol]();
    assert.ok(String(bundle['image/png']).startsWith('iVBOR'));
    assert.equal(bundle['text/plain'], explorer.code);
  });

  it('refuses wrong options in one line', async () => {
    const dataset = await openDataset(await stripesFolder(3));
    for (const [options, expected] of [
      [{ pictures: 0 }, /pictures must be a whole number >= 1 and <= 24, got 0/],
      [{ start: 'srtong' }, /start must be one of none, light, standard, strong, got 'srtong'/],
      [{ picture: 1 }, /unknown option 'picture'/],
    ] as const) {
      await assert.rejects(
        exploreAugmentation(dataset, options as never),
        (error) => error instanceof UserError && expected.test(error.message),
      );
    }
  });
});
