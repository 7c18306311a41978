import assert from 'node:assert/strict';
import { table } from 'arquero';
import { compareCurves } from '../../src/charts';
import { renderPng, renderSvg } from '../../src/charts/render';
import { UserError } from '../../src/core/errors';
import { displaySymbol, toMimeBundle } from '../../src/notebook';
import { interact } from '../../src/widgets';
import { Kept } from '../../src/widgets/interact/kept';
import type { Content } from '../../src/widgets/interact/outcome';
import { type FakeComms, withFakeComms } from '../notebook/widget/fakeComms';

const record = { loss: 1, accuracy: 0.5, validationLoss: 1, validationAccuracy: 0.5, learningRate: 0.1, seconds: 1 };
const chartOf = (name: string, epochs = 2) =>
  compareCurves({ [name]: Array.from({ length: epochs }, (_, i) => ({ epoch: i + 1, ...record })) });
const html = (text: string) => ({ [displaySymbol]: () => ({ 'text/html': text, 'text/plain': 'words' }) });

/** A drawing without the numbers of its clip paths: Vega counts those of all drawings. */
const unnumbered = (svg: string) => svg.replace(/\bclip\d+/g, 'clip');

interface State {
  at: number[];
  content: Content;
  busy: boolean;
  title: string;
  settings: { name: string; values: string[] }[];
}

/** What the page knows. */
const stateOf = (comms: FakeComms) => Object.assign({}, ...comms.posted.map(({ data }) => data.state)) as State;

/** What a page sends when its sliders are moved. */
const move = (comms: FakeComms, at: unknown) => comms.receive('comm-1', { method: 'update', state: { at } });

/** Wait until nothing is computed any more. */
async function idle(comms: FakeComms): Promise<State> {
  do await new Promise((next) => setTimeout(next, 5));
  while (stateOf(comms).busy);
  return stateOf(comms);
}

/** A function that returns when it is told to. */
function patient() {
  const calls: { seed: number; finish(result: unknown): void }[] = [];
  const work = ({ seed }: { seed: number }) =>
    new Promise((finish) => {
      calls.push({ seed, finish });
    });
  return { calls, work };
}

describe('interact', function () {
  this.timeout(60_000);

  it('shows the starting values: a chart as the picture that show draws, and the values in the text', () =>
    withFakeComms(async (comms) => {
      const shown = await interact(
        ({ name, epochs }) => chartOf(name, epochs),
        { name: ['a', 'b'], epochs: [2, 3, 5] },
        { start: { epochs: 3 }, title: 'Curves' },
      );
      assert.deepEqual(shown.values, { name: 'a', epochs: 3 });
      const bundle = await shown[displaySymbol]();
      const chart = chartOf('a', 3);
      assert.deepEqual(Buffer.from(String(bundle['image/png']), 'base64'), await renderPng(chart));
      assert.equal(bundle['text/plain'], `Curves: name a, epochs 3\n${chart.usermeta.text}`);
      const { at, title, settings, content, busy } = stateOf(comms);
      assert.deepEqual([at, title, busy], [[0, 1], 'Curves', false]);
      assert.deepEqual(settings, [
        { name: 'name', values: ['a', 'b'] },
        { name: 'epochs', values: ['2', '3', '5'] },
      ]);
      const [type, data] = content.data.split(',');
      assert.equal(type, 'data:image/svg+xml;base64');
      const drawn = Buffer.from(data!, 'base64').toString();
      assert.ok(unnumbered(drawn) === unnumbered(await renderSvg(chart)), drawn);
      assert.deepEqual([content.kind, content.alt], ['picture', chart.description]);
    }));

  it('computes each combination once, and gives the values the types of the lists', () =>
    withFakeComms(async (comms) => {
      const asked: string[] = [];
      const shown = await interact(
        async ({ count, name, on }) => {
          const parts: [number, string, boolean] = [count, name, on]; // checked by the compiler
          asked.push(parts.join());
          return `now ${parts.join()}`;
        },
        { count: [1, 2], name: ['x', 'y'], on: [false, true] },
      );
      await shown[displaySymbol]();
      for (const [at, text] of [
        [[1, 0, 0], 'now 2,x,false'],
        [[1, 1, 1], 'now 2,y,true'],
        [[1, 0, 0], 'now 2,x,false'],
        [[0, 0, 0], 'now 1,x,false'],
      ] as const) {
        move(comms, at);
        assert.equal((await idle(comms)).content.data, text);
      }
      assert.deepEqual(asked, ['1,x,false', '2,x,false', '2,y,true']);
      const { count, name, on }: { count: number; name: string; on: boolean } = shown.values;
      assert.deepEqual([count, name, on], [1, 'x', false]);
    }));

  it('says that it computes, and computes only the latest of positions that follow each other', () =>
    withFakeComms(async (comms) => {
      const { calls, work } = patient();
      const made = interact(work, { seed: [0, 1, 2, 3, 4] });
      calls[0]!.finish('start');
      const shown = await made;
      await shown[displaySymbol]();
      for (const seed of [1, 2, 3, 4]) move(comms, [seed]);
      assert.equal(stateOf(comms).busy, true);
      assert.deepEqual(shown.values, { seed: 4 });
      calls[1]!.finish('first');
      while (calls.length < 3) await new Promise((next) => setTimeout(next, 5));
      assert.equal(stateOf(comms).busy, true);
      calls[2]!.finish('last');
      assert.equal((await idle(comms)).content.data, 'last');
      assert.deepEqual(
        calls.map(({ seed }) => seed),
        [0, 1, 4],
      );
    }));

  it('shows what is kept at once, while something else is computed, whose result does not replace it', () =>
    withFakeComms(async (comms) => {
      const { calls, work } = patient();
      const made = interact(work, { seed: [0, 1, 2] });
      calls[0]!.finish('start');
      await (await made)[displaySymbol]();
      const shown = () => [stateOf(comms).content.data, stateOf(comms).busy];
      move(comms, [1]);
      assert.deepEqual(shown(), ['start', true]);
      move(comms, [0]);
      assert.deepEqual(shown(), ['start', false]);
      const before = comms.posted.length;
      calls[1]!.finish('one');
      await idle(comms);
      assert.equal(comms.posted.length, before);
      move(comms, [2]);
      move(comms, [1]);
      assert.deepEqual(shown(), ['one', false]);
      move(comms, [2]); // it is still being computed
      assert.deepEqual(shown(), ['one', true]);
      calls[2]!.finish('two');
      assert.equal((await idle(comms)).content.data, 'two');
      assert.equal(calls.length, 3);
    }));

  it('shows an error without its control characters, goes on, and tries again when the values are chosen again', () =>
    withFakeComms(async (comms) => {
      let failures = 0;
      const shown = await interact(
        ({ seed }) => {
          if (seed === 2 && failures++ === 0) throw new Error('no run \u001b[2J of it');
          return seed === 3 ? { ...chartOf('a'), hconcat: 5 } : `seed ${seed}`;
        },
        { seed: [1, 2, 3] },
      );
      await shown[displaySymbol]();
      move(comms, [1]);
      const { content } = await idle(comms);
      assert.equal(content.kind, 'error');
      assert.equal(content.data, 'Nothing to show for seed 2: no run \\x1b[2J of it');
      move(comms, [2]);
      const broken = (await idle(comms)).content;
      assert.deepEqual([broken.kind, broken.data.slice(0, 27)], ['error', 'Nothing to show for seed 3:']);
      move(comms, [1]);
      assert.equal((await idle(comms)).content.data, 'seed 2');
    }));

  it('fails like a cell when the function fails for the starting values', async () => {
    const error = new TypeError('a mistake');
    const failing = () => {
      throw error;
    };
    await assert.rejects(interact(failing, { seed: [1] }), error);
    await assert.rejects(
      interact(async () => failing(), { seed: [1] }),
      error,
    );
  });

  it('takes nothing from a page but a position of each slider', () =>
    withFakeComms(async (comms) => {
      const asked: object[] = [];
      const shown = await interact(
        (values) => {
          asked.push(values);
          return 'text';
        },
        { a: [1, 2], b: [1, 2, 3] },
      );
      await shown[displaySymbol]();
      for (const at of [
        null,
        1,
        'x',
        {},
        [],
        [1],
        [0, 0, 0],
        [2, 0],
        [0, -1],
        [0, 0.5],
        [0, '1'],
        [[0], 0],
        [0, null],
      ]) {
        move(comms, at);
        assert.deepEqual(stateOf(comms).at, [0, 0], JSON.stringify(at));
      }
      comms.receive('comm-1', { method: 'update', state: { content: { kind: 'html', data: '<b>theirs</b>' } } });
      comms.receive('comm-1', { method: 'custom', content: { at: [1, 1] } });
      await idle(comms);
      assert.deepEqual([asked, shown.values], [[{ a: 1, b: 1 }], { a: 1, b: 1 }]);
      assert.match(String((await shown[displaySymbol]())['text/html']), /<pre>text<\/pre>/);
    }));

  it('shows what show shows: tables, HTML, pictures, text and other values', async () => {
    const png = await renderPng(chartOf('a'));
    const rows = table({ class: ['<cat>'], count: [3] });
    const values: [value: unknown, kind: string, data: string | RegExp, still: RegExp][] = [
      [rows, 'html', String((await toMimeBundle(rows))!['text/html']), /^<p>T: i 0<\/p><table>.*&#60;cat&#62;/],
      [html('<b>bold</b>'), 'html', '<b>bold</b>', /^<p>T: i 0<\/p><b>bold<\/b>$/],
      ['a & b\u001b', 'text', 'a & b\\x1b', /^<p>T: i 0<\/p><pre>a &#38; b\\x1b<\/pre>$/],
      [{ b: [1] }, 'text', '{ b: [ 1 ] }', /<pre>\{ b: \[ 1 \] \}<\/pre>/],
      [undefined, 'text', 'undefined', /<pre>undefined<\/pre>/],
      [
        { [displaySymbol]: () => ({ 'image/jpeg': '/9j/', 'text/plain': 'photo\nof a cat' }) },
        'picture',
        'data:image/jpeg;base64,/9j/',
        /<img src="data:image\/jpeg;base64,\/9j\/" alt="photo">$/,
      ],
    ];
    for (const [value, kind, data, still] of values) {
      await withFakeComms(async (comms) => {
        const bundle = await (await interact(() => value, { i: [0] }, { title: 'T' }))[displaySymbol]();
        const { content } = stateOf(comms);
        assert.deepEqual([content.kind, content.data], [kind, data]);
        assert.match(String(bundle['text/html']), still);
        assert.match(String(bundle['text/plain']), /^T: i 0\n/);
      });
    }
    const pictures: [value: object, data: RegExp, width: number][] = [
      [
        { 'image/png': png.toString('base64'), 'text/plain': 'curves' },
        /^data:image\/png;base64,iVBOR/,
        png.readUInt32BE(16) / 2,
      ],
      [{ 'image/svg+xml': await renderSvg(chartOf('a')), 'text/plain': 'curves' }, /^data:image\/svg\+xml;base64,/, 0],
    ];
    for (const [value, data, width] of pictures) {
      await withFakeComms(async (comms) => {
        const bundle = await (await interact(() => ({ [displaySymbol]: () => value }), { i: [0] }))[displaySymbol]();
        const { content } = stateOf(comms);
        assert.match(content.data, data);
        assert.deepEqual([content.kind, content.alt, content.width], ['picture', 'curves', width]);
        assert.deepEqual(Buffer.from(String(bundle['image/png']), 'base64'), png);
      });
    }
  });

  it('keeps what was used last, up to a size', () => {
    const kept = new Kept<string>(10);
    for (const key of ['a', 'b', 'c']) kept.set(key, `value ${key}`, 4); // 12 in all
    assert.deepEqual([kept.get('a'), kept.get('b'), kept.get('c')], [undefined, 'value b', 'value c']);
    kept.get('b');
    kept.set('d', 'value d', 4);
    assert.deepEqual([kept.get('b'), kept.get('c'), kept.get('d')], ['value b', undefined, 'value d']);
    kept.set('d', 'smaller', 1);
    kept.set('e', 'value e', 5);
    assert.deepEqual([kept.get('b'), kept.get('d'), kept.get('e')], ['value b', 'smaller', 'value e']);
    kept.set('f', 'larger than all', 100);
    assert.deepEqual([kept.get('b'), kept.get('e'), kept.get('f')], [undefined, undefined, 'larger than all']);
  });

  it('refuses wrong input in one line', async () => {
    const text = () => 'text';
    for (const [call, expected] of [
      [['text', { a: [1] }], /expected a function of the chosen values, like .*, got "text"$/],
      [[undefined, { a: [1] }], /expected a function of the chosen values, like .*, got undefined$/],
      [[text, {}], /there is no slider: give at least one list/],
      [[text, null], /expected a list of values for each slider, like .*, got null$/],
      [[text, [1, 2]], /expected a list of values for each slider, like .*, got \[1,2\]$/],
      [[text, { a: 5 }], /the list "a" must be a list of values like \[1, 2, 4\], got 5$/],
      [[text, { a: [1], b: [] }], /the list "b" is empty: give at least one value$/],
      [[text, { a: new Array(1001).fill(1) }], /the list "a" has 1001 values, expected at most 1000$/],
      [[text, { a: [1, {}] }], /the list "a" must have numbers, strings or booleans, got \{\} at position 1$/],
      [[text, { a: [Number.NaN] }], /got NaN at position 0$/],
      [[text, { a: new Array(1) }], /got undefined at position 0$/],
      [[text, { a: [1] }, { titel: 'T' }], /unknown option 'titel'; the options are start, title/],
      [[text, { a: [1] }, { title: 5 }], /title must be text, got 5$/],
      [[text, { a: [1] }, { start: { b: 1 } }], /interact: start: unknown option 'b'; the options are a/],
      [[text, { a: [1, 2] }, { start: { a: 3 } }], /start has 3 for "a", expected one of \[1,2\]$/],
      [[text, { a: [1, 2] }, { start: { a: '1' } }], /start has "1" for "a", expected one of \[1,2\]$/],
      [[text, { a: [1, 2] }, { start: 5 }], /interact: start: options must be an object like \{ a: ... \}, got 5$/],
    ] as const) {
      await assert.rejects(
        interact(...(call as never as Parameters<typeof interact>)),
        (error) => error instanceof UserError && expected.test(error.message),
        String(expected),
      );
    }
  });
});
