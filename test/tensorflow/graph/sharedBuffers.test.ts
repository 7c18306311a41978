import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { compile } from '../../../src/tensorflow/graph';
import { type RecordedCall, record } from '../../../src/tensorflow/graph/recorder';

const types = ({ recording }: RecordedCall) =>
  recording.ops.map(({ type, outputs }) => [type, outputs.map(({ shape }) => shape)]);
const dispose = ({ outputs, updated }: RecordedCall) => tf.dispose([...outputs, ...updated]);

describe('a recording of the structure only', () => {
  const large = (value: number) => tf.fill([4, 8192], value).add(tf.zeros([4, 8192]));
  let x: tf.Tensor;

  before(() => {
    x = large(1);
  });
  after(() => x.dispose());

  it('has the operations and shapes of one with numbers, and large results of one shape share a buffer', () => {
    const fn = (input: tf.Tensor) => [input.add(1), input.add(2), input.slice([0, 0], [2, 2]).mul(3), input.sum()];
    const [whole, structure] = [record(fn, [x]), record(fn, [x], { structure: true })];
    assert.deepEqual(types(structure), types(whole));
    const first = ({ outputs }: RecordedCall) => outputs.map((output) => output.dataSync()[0]);
    assert.deepEqual(first(whole), [2, 3, 3, 4 * 8192]);
    assert.deepEqual(first(structure), [2, 2, 3, 4 * 8192]); // the second has the numbers of the first
    [whole, structure].forEach(dispose);
  });

  it('keeps the numbers of what does not depend on inputs, which JavaScript may read', () => {
    let seen: number | undefined;
    const fn = (input: tf.Tensor) => {
      const sum = input.add(5);
      seen = large(6).add(large(1)).dataSync()[0];
      return [sum.mul(seen!)];
    };
    dispose(record(fn, [x], { structure: true }));
    assert.equal(seen, 7);
  });

  it('is made with numbers where the function needs them, as for an index that it computes', () => {
    const fn = (input: tf.Tensor) => {
      const [, zero] = [input.add(7), input.mul(0)]; // without numbers, zero would be 8, which is no row
      return tf.gatherND(input, zero!.slice([0, 0], [1, 2]).cast('int32'));
    };
    const compiled = compile(fn, { onFallback: (message) => assert.fail(message) });
    const { fallback, anyBatch } = compiled.compile(x);
    assert.deepEqual([fallback, anyBatch], [null, true]);
    compiled.dispose();
  });

  it('keeps no tensors', () => {
    const before = tf.memory().numTensors;
    dispose(record((input: tf.Tensor) => [input.add(1).mul(2).sub(3)], [x], { structure: true }));
    assert.equal(tf.memory().numTensors, before);
  });
});
