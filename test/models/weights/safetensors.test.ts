import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../src/core/errors';
import { readSafetensors, writeSafetensors } from '../../../src/models';
import { temporaryFolder } from '../../folders';

describe('safetensors', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'weights.safetensors');
  const arrays = new Map([
    ['layer/kernel', { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 4) }],
    ['layer/bias', { shape: [1], data: Float32Array.of(0.25) }],
  ]);

  it('are unchanged after writing and reading, with their metadata', () => {
    writeSafetensors(file, arrays, { licence: 'Apache-2.0' });
    const read = readSafetensors(file);
    assert.deepEqual(read.arrays, arrays);
    assert.deepEqual(read.notes, { licence: 'Apache-2.0' });
  });

  it('are written as the format requires: length, JSON, little-endian data from a multiple of eight', () => {
    writeSafetensors(file, arrays);
    const bytes = readFileSync(file);
    const length = Number(bytes.readBigUInt64LE(0));
    assert.equal(length % 8, 0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    assert.deepEqual(header['layer/bias'], { dtype: 'F32', shape: [1], data_offsets: [16, 20] });
    assert.equal(bytes.readFloatLE(8 + length + 16), 0.25);
  });

  it('are written array by array: each is asked for its numbers when those before it are in the file', () => {
    const asked: number[] = [];
    const sizes = () => readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    const lazy = new Map(
      [...arrays].map(([name, { shape, data }]) => [
        name,
        {
          shape,
          get data() {
            asked.push(Math.max(...sizes()));
            return data;
          },
        },
      ]),
    );
    rmSync(file, { force: true });
    writeSafetensors(file, lazy);
    assert.equal(asked[1]! - asked[0]!, 16);
    assert.deepEqual(readSafetensors(file).arrays, arrays);
  });

  it('are not replaced by arrays whose shape does not fit their data', () => {
    writeSafetensors(file, arrays);
    const wrong = new Map([...arrays, ['more', { shape: [3], data: Float32Array.of(1, 2) }] as const]);
    assert.throws(() => writeSafetensors(file, wrong), /more has 2 numbers for shape \[3\]/);
    assert.deepEqual(readSafetensors(file).arrays, arrays);
    assert.deepEqual(readdirSync(folder), ['weights.safetensors']);
  });

  it('are refused if a shape does not fit its data', () => {
    writeSafetensors(file, arrays);
    const text = readFileSync(file).toString('latin1').replace('"shape":[2,2]', '"shape":[2,9]');
    writeFileSync(file, Buffer.from(text, 'latin1'));
    assert.throws(() => readSafetensors(file), /"layer\/kernel" of shape \[2,9\] should have 72 bytes/);
  });

  /** A file with any header and any bytes after it. */
  function written(header: object, data: Buffer): string {
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(file, Buffer.concat([length, json, data]));
    return file;
  }

  it('of other types than float32 become float32', () => {
    const values = [1, -2.5, 0, 65504];
    const bytesOf: Record<string, Buffer> = {
      F16: Buffer.from(Uint16Array.of(0x3c00, 0xc100, 0, 0x7bff).buffer),
      BF16: Buffer.from(Uint16Array.of(0x3f80, 0xc020, 0, 0x4780).buffer),
      F64: Buffer.from(Float64Array.from(values).buffer),
      I64: Buffer.from(BigInt64Array.of(1n, -2n, 0n, 65504n).buffer),
      I32: Buffer.from(Int32Array.of(1, -2, 0, 65504).buffer),
    };
    for (const [dtype, data] of Object.entries(bytesOf)) {
      // after a header of odd length, the numbers start at odd addresses
      for (const name of ['a', 'ab', 'abc', 'abcd']) {
        const { arrays } = readSafetensors(
          written({ [name]: { dtype, shape: [2, 2], data_offsets: [0, data.length] } }, data),
        );
        const expected = values.map((value) => (dtype.startsWith('I') ? Math.trunc(value) : value));
        if (dtype === 'BF16') expected[3] = 65536; // it has 8 bits of precision
        assert.deepEqual(arrays.get(name), { shape: [2, 2], data: Float32Array.from(expected) }, dtype);
      }
    }
    const limit = () => readSafetensors(file, 15); // 4 numbers take 16 bytes, however they are stored
    assert.throws(limit, /it holds more than 15 bytes/);
    for (const dtype of ['F4', 'F8_E4M3', 'constructor', 7, null]) {
      const header = { a: { dtype, shape: [1], data_offsets: [0, 1] } };
      assert.throws(
        () => readSafetensors(written(header, Buffer.alloc(1))),
        /"a" is of type .*; F32, F16, .* are read/,
      );
    }
  });

  it('must have no gap and no overlap: each byte of the data belongs to one array', () => {
    const at = (from: number, to: number) => ({ dtype: 'F32', shape: [(to - from) / 4], data_offsets: [from, to] });
    const read = (header: object) => readSafetensors(written(header, Buffer.alloc(16))).arrays;
    assert.equal(read({ b: at(8, 16), a: at(0, 8), none: at(8, 8) }).size, 3);
    assert.throws(() => read({ a: at(0, 8), b: at(12, 16) }), /bytes 8 to 12 of its data belong to no array/);
    assert.throws(() => read({ a: at(4, 16) }), /bytes 0 to 4 of its data belong to no array/);
    assert.throws(() => read({ a: at(0, 12) }), /bytes 12 to 16 of its data belong to no array/);
    assert.throws(() => read({ a: at(0, 12), b: at(8, 16) }), /"b" starts at byte 8 of the data, within another array/);
    assert.throws(() => read({ a: at(0, 16), b: at(0, 16) }), /"b" starts at byte 0 of the data, within another/);
    assert.throws(() => read({ a: at(0, 16), __metadata__: { a: 1 } }), /its __metadata__ is .*, expected texts/);
    assert.throws(() => read([at(0, 16)]), /its header is no table/);
  });

  it('give arrays or a UserError, however damaged', () => {
    writeSafetensors(file, arrays);
    const original = readFileSync(file);
    const damaged = join(folder, 'damaged.safetensors');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(original.length),
        (flips, end) => {
          const bytes = Buffer.from(original.subarray(0, end));
          for (const [at, value] of flips) if (at < end) bytes[at] = value;
          writeFileSync(damaged, bytes);
          try {
            readSafetensors(damaged);
          } catch (error) {
            assert.ok(error instanceof UserError, String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
