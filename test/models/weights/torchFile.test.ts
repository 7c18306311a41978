import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../../src/core/errors';
import { readLegacyTorchFile } from '../../../src/models/weights/torchFile';

const short = (text: string) => `X${String.fromCharCode(text.length)}\0\0\0${text}`;
const tuple = (...values: number[]) => `(${values.map((value) => `K${String.fromCharCode(value)}`).join('')}t`;

interface View {
  name: string;
  offset: number;
  shape: number[];
  strides: number[];
}

/** A legacy torch file with one storage of floats and views of it, exactly as `torch.save` of torch 1.5 writes it. */
function legacyFile(values: number[], views: View[]): Buffer {
  const storage = `(${short('storage')}ctorch\nFloatStorage\n${short('7')}${short('cpu')}K${String.fromCharCode(values.length)}NtQ`;
  const tensors = views.map(
    ({ name, offset, shape, strides }) =>
      `${short(name)}ctorch._utils\n_rebuild_tensor_v2\n(${storage}K${String.fromCharCode(offset)}` +
      `${tuple(...shape)}${tuple(...strides)}\x89ccollections\nOrderedDict\n)RtR`,
  );
  const count = Buffer.alloc(8);
  count.writeBigInt64LE(BigInt(values.length));
  return Buffer.concat([
    Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'),
    Buffer.from('\x80\x02M\xe9\x03.', 'latin1'),
    Buffer.from('\x80\x02}.', 'latin1'),
    Buffer.from(`\x80\x02ccollections\nOrderedDict\n)R(${tensors.join('')}u.`, 'latin1'),
    Buffer.from(`\x80\x02](${short('7')}e.`, 'latin1'),
    count,
    Buffer.from(Float32Array.from(values).buffer),
  ]);
}

const matrix: View = { name: 'matrix', offset: 0, shape: [2, 3], strides: [3, 1] };

describe('readLegacyTorchFile', () => {
  it('reads a dense tensor', () => {
    const arrays = readLegacyTorchFile(legacyFile([1, 2, 3, 4, 5, 6], [matrix]));
    assert.deepEqual(arrays.get('matrix'), { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  });

  it('reads numbers of 16 bits, as half precision and as bfloat16', () => {
    const float = legacyFile([1, 2, 3, 4, 5, 6], [matrix]);
    const bits = {
      Half: Uint16Array.of(0x3c00, 0xc100, 0, 0x7bff, 1, 0x3555),
      BFloat16: Uint16Array.of(0x3f80, 0xc020, 0, 0x4780, 1, 0x3eab),
    };
    const expected = {
      Half: [1, -2.5, 0, 65504, 2 ** -24, 0.333251953125],
      BFloat16: [1, -2.5, 0, 65536, 2 ** -133, 0.333984375],
    };
    for (const type of ['Half', 'BFloat16'] as const) {
      const text = float.subarray(0, -24).toString('latin1').replace('FloatStorage', `${type}Storage`);
      const file = Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(bits[type].buffer)]);
      assert.deepEqual([...readLegacyTorchFile(file).get('matrix')!.data], expected[type]);
    }
  });

  it('uses strides and offset: a transposed view, and a column', () => {
    const arrays = readLegacyTorchFile(
      legacyFile(
        [1, 2, 3, 4, 5, 6],
        [
          { name: 'transposed', offset: 0, shape: [3, 2], strides: [1, 3] },
          { name: 'column', offset: 1, shape: [2], strides: [3] },
          { name: 'scalar', offset: 5, shape: [], strides: [] },
        ],
      ),
    );
    assert.deepEqual([...arrays.get('transposed')!.data], [1, 4, 2, 5, 3, 6]);
    assert.deepEqual([...arrays.get('column')!.data], [2, 5]);
    assert.deepEqual([...arrays.get('scalar')!.data], [6]);
  });

  it('refuses a view that exceeds its data', () => {
    const file = legacyFile([1, 2, 3, 4], [matrix]);
    assert.throws(() => readLegacyTorchFile(file), /'matrix' of shape \[2,3\] reaches past its 4 elements/);
  });

  it('refuses an incomplete file', () => {
    const file = legacyFile([1, 2, 3, 4, 5, 6], [matrix]);
    assert.throws(() => readLegacyTorchFile(file.subarray(0, file.length - 1)), /ends too soon/);
  });

  it('refuses another kind of file', () => {
    assert.throws(() => readLegacyTorchFile(Buffer.from('PK\x03\x04 a zip archive')), /not a legacy torch file/);
  });

  it('gives arrays or a UserError for any damaged file', () => {
    const file = legacyFile([1, 2, 3, 4, 5, 6], [matrix]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(file.length),
        (flips, end) => {
          const bytes = Buffer.from(file.subarray(0, Math.max(end, file.length - 40)));
          for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
          try {
            readLegacyTorchFile(bytes);
          } catch (error) {
            assert.ok(error instanceof UserError, String(error));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
