import assert from 'node:assert/strict';
import { UserError } from '../../../src/core/errors';
import { displaySymbol } from '../../../src/notebook/mime';
import { widget } from '../../../src/notebook/widget';
import { withFakeComms } from './fakeComms';

const esm = 'export default { render() {} };';
const view = 'application/vnd.jupyter.widget-view+json';

describe('widget', () => {
  it('opens its model when it is shown, with the state, the code and what anywidget needs', () =>
    withFakeComms(async ({ posted }) => {
      const shown = widget({ esm, css: 'b {}', state: { count: 3, bytes: Uint8Array.of(1, 2) } });
      assert.equal(posted.length, 0);
      const bundle = await shown[displaySymbol]();
      await shown[displaySymbol]();
      assert.equal(posted.length, 1, 'opened once');
      const { kind, id, data, buffers, metadata } = posted[0]!;
      assert.equal(kind, 'open');
      assert.deepEqual(metadata, { version: '2.1.0' });
      const state = data.state as Record<string, unknown>;
      assert.equal(state.count, 3);
      assert.equal(state._esm, esm);
      assert.equal(state._css, 'b {}');
      assert.equal(state._model_module, 'anywidget');
      assert.equal(state._view_name, 'AnyView');
      assert.deepEqual(data.buffer_paths, [['bytes']]);
      assert.deepEqual(
        buffers?.map((one) => [...one]),
        [[1, 2]],
      );
      assert.deepEqual(bundle[view], { version_major: 2, version_minor: 0, model_id: id });
    }));

  it('has a picture and a text beside the widget, and without a kernel these alone', async () => {
    const state = { count: 3, name: '<b>' };
    const own = widget({ esm, state, still: ({ count }) => `<p>${count}</p>`, text: ({ count }) => `count ${count}` });
    assert.deepEqual(await own[displaySymbol](), { 'text/html': '<p>3</p>', 'text/plain': 'count 3' });
    const plain = await widget({ esm, state })[displaySymbol]();
    assert.match(String(plain['text/html']), /<th[^>]*>name<\/th><td>&#60;b&#62;<\/td>/);
    assert.equal(plain['text/plain'], 'a widget with count: 3, name: <b>');
    const png = Buffer.from('89504e470d0a1a0a00', 'hex');
    assert.equal(
      (await widget({ esm, state, still: () => png })[displaySymbol]())['image/png'],
      png.toString('base64'),
    );
    await assert.rejects(
      async () => widget({ esm, state, still: () => Uint8Array.of(1) })[displaySymbol](),
      /`still` must return HTML or the bytes of a PNG/,
    );
  });

  it('tells the browsers what the kernel changes', () =>
    withFakeComms(async ({ posted }) => {
      const shown = widget({ esm, state: { count: 3, bytes: new Float32Array([1]) } });
      shown.set({ count: 4 });
      assert.equal(shown.state.count, 4, 'before it is shown, too');
      await shown[displaySymbol]();
      assert.equal((posted[0]!.data.state as { count: number }).count, 4);
      shown.set({ count: 5, bytes: new Float32Array([2]) });
      assert.deepEqual(posted[1]!.data, { method: 'update', state: { count: 5 }, buffer_paths: [['bytes']] });
      assert.deepEqual([...posted[1]!.buffers![0]!], [0, 0, 0, 64]);
    }));

  it('applies what a browser changes, tells the others, and calls the listeners until they are removed', () =>
    withFakeComms(async (comms) => {
      const shown = widget({ esm, state: { count: 3, bytes: new Uint8Array() } });
      await shown[displaySymbol]();
      const heard: unknown[] = [];
      const end = shown.onChange((changes, state) => heard.push([changes, state.count]));
      comms.receive('comm-1', { method: 'update', state: { count: 8 }, buffer_paths: [] });
      assert.deepEqual(heard, [[{ count: 8 }, 8]]);
      const echo = comms.posted.at(-1)!;
      assert.deepEqual(echo.data, { method: 'echo_update', state: { count: 8 }, buffer_paths: [] });
      assert.equal(echo.answers, 7);
      comms.receive('comm-1', { method: 'update', state: {}, buffer_paths: [['bytes']] }, [Uint8Array.of(9)]);
      assert.deepEqual([...shown.state.bytes], [9]);
      end();
      comms.receive('comm-1', { method: 'update', state: { count: 9 } });
      assert.equal(heard.length, 2);
      assert.equal(shown.state.count, 9);
    }));

  it('ignores what a hostile page sends', () =>
    withFakeComms(async (comms) => {
      const shown = widget({ esm, state: { count: 3 } });
      await shown[displaySymbol]();
      for (const data of [
        {},
        { method: 5 },
        { method: 'update' },
        { method: 'update', state: null },
        { method: 'update', state: 'text' },
        { method: 'update', state: { other: 1, _esm: 'alert(1)', __proto__: { count: 1 } } },
        { method: 'update', state: JSON.parse('{"__proto__": {"count": 1}, "constructor": 2}') },
        { method: '__proto__', state: { count: 1 } },
      ]) {
        comms.receive('comm-1', data);
      }
      assert.deepEqual(shown.state, { count: 3 });
      assert.equal(comms.posted.length, 1);
    }));

  it('sends and receives messages of its own, with binary data', () =>
    withFakeComms(async (comms) => {
      const shown = widget({ esm, state: {} });
      shown.send('lost, as it is not shown');
      await shown[displaySymbol]();
      const heard: unknown[] = [];
      shown.onMessage((content, buffers) => heard.push([content, buffers.map((one) => [...one])]));
      comms.receive('comm-1', { method: 'custom', content: { do: 'x' } }, [Uint8Array.of(4)]);
      assert.deepEqual(heard, [[{ do: 'x' }, [[4]]]]);
      shown.send({ hello: 1 }, [Uint8Array.of(5)]);
      assert.deepEqual(comms.posted.at(-1)!.data, { method: 'custom', content: { hello: 1 } });
      assert.deepEqual([...comms.posted.at(-1)!.buffers![0]!], [5]);
    }));

  it('gives its state again to a page that was loaded again, alone or with all others', () =>
    withFakeComms(async (comms) => {
      const first = widget({ esm, state: { count: 1, bytes: Uint8Array.of(6) } });
      const second = widget({ esm, state: { count: 2 } });
      await first[displaySymbol]();
      await second[displaySymbol]();
      second.set({ count: 20 });
      comms.receive('comm-2', { method: 'request_state' });
      const alone = comms.posted.at(-1)!.data;
      assert.equal(alone.method, 'update');
      assert.equal((alone.state as { count: number }).count, 20);

      comms.connect('jupyter.widget.control', 'control');
      comms.receive('control', { method: 'request_states' });
      const { id, data, buffers } = comms.posted.at(-1)!;
      assert.equal(id, 'control');
      assert.equal(data.method, 'update_states');
      const states = data.states as Record<string, { model_name: string; state: { count: number } }>;
      assert.equal(states['comm-1']!.model_name, 'AnyModel');
      assert.equal(states['comm-2']!.state.count, 20);
      assert.deepEqual(data.buffer_paths, [['comm-1', 'state', 'bytes']]);
      assert.deepEqual([...buffers![0]!], [6]);
      first.close();
      second.close();
    }));

  it('is not restored after it was closed by the kernel or by a browser', () =>
    withFakeComms(async (comms) => {
      const first = widget({ esm, state: { count: 1 } });
      const second = widget({ esm, state: { count: 2 } });
      await first[displaySymbol]();
      await second[displaySymbol]();
      first.close();
      comms.disconnect('comm-2');
      second.set({ count: 3 });
      comms.connect('jupyter.widget.control', 'control');
      comms.receive('control', { method: 'request_states' });
      assert.deepEqual(comms.posted.at(-1)!.data.states, {});
      assert.equal(comms.posted.filter(({ kind }) => kind === 'close').length, 1);
    }));

  it('says in one line what is wrong with its options and values', () => {
    const cases: [() => unknown, RegExp][] = [
      [() => widget({ esm: '', state: {} }), /^widget: esm must be the text of an ES module/],
      [() => widget({ esm, state: null as never }), /^widget: state must be an object like/],
      [() => widget({ esm, state: {}, css: 5 as never }), /^widget: css must be text, got 5/],
      [() => widget({ esm, state: {}, stil: 1 } as never), /^widget: unknown option 'stil'.*did you mean 'still'/],
      [() => widget({ esm, state: { f: () => 1 } }), /'f' is "function", expected a value that JSON can express/],
      [() => widget({ esm, state: { n: { big: 1n } } }), /'n' is an object that cannot be sent/],
      [() => widget({ esm, state: { _esm: 'x' } }), /'_esm'; names with an underscore in front are the protocol's own/],
      [() => widget({ esm, state: { a: 1 } }).set({ b: 1 } as never), /^widget: the state has no 'b'; it has a/],
    ];
    for (const [make, expected] of cases) {
      assert.throws(
        make,
        (error) => error instanceof UserError && expected.test(error.message) && !/\n/.test(error.message),
      );
    }
  });
});
