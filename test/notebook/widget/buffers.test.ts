import assert from 'node:assert/strict';
import fc from 'fast-check';
import { putBuffers, removeBuffers } from '../../../src/notebook/widget/buffers';

describe('binary values of a state', () => {
  it('are taken out with their places: objects lack them, lists have null', () => {
    const one = Uint8Array.of(1, 2);
    const { value, paths, buffers } = removeBuffers({ a: one, b: [new Float32Array([1]), 5], c: { d: one.buffer } });
    assert.deepEqual(value, { b: [null, 5], c: {} });
    assert.deepEqual(paths, [['a'], ['b', 0], ['c', 'd']]);
    assert.deepEqual([...buffers[1]!], [0, 0, 128, 63]);
    assert.deepEqual([...buffers[2]!], [1, 2]);
  });

  it('are back at their places after both ways, whatever the state is', () => {
    const bytes = fc.uint8Array({ maxLength: 5 });
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        bytes,
        fc.array(tie('tree')),
        fc.dictionary(name, tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, tree), (state) => {
        const { value, paths, buffers } = removeBuffers(state);
        const sent = JSON.parse(JSON.stringify({ value, paths })) as { value: object; paths: unknown };
        putBuffers(sent.value, sent.paths, buffers);
        assert.deepEqual(plain(sent.value), plain(state));
      }),
    );
  });

  it('are not put anywhere else by a hostile message', () => {
    const bytes = [Uint8Array.of(1)];
    for (const paths of [
      null,
      'a',
      [null],
      [[]],
      [['__proto__', 'polluted']],
      [['constructor', 'prototype', 'polluted']],
      [['a', 'b', 'c']],
      [['list', 5]],
      [['list', 'length']],
      [['list', -1]],
      [[{}]],
      [new Array(1000).fill('a')],
      [['text', 0]],
    ]) {
      const state = { a: 1, list: [1], text: 'x' };
      putBuffers(state, paths, bytes);
      assert.deepEqual(state, { a: 1, list: [1], text: 'x' });
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    }
  });
});

const name = fc.string({ maxLength: 4 }).filter((text) => !['__proto__', 'toJSON'].includes(text));

/** Without differences that JSON makes: typed arrays as lists, -0 as 0, no undefined, no prototypes. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? { bytes: [...part] } : part)));
