import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
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

  it('come back as they were written, with their notes', () => {
    writeSafetensors(file, arrays, { licence: 'Apache-2.0' });
    const read = readSafetensors(file);
    assert.deepEqual(read.arrays, arrays);
    assert.deepEqual(read.notes, { licence: 'Apache-2.0' });
  });

  it('are laid out as the format says: length, JSON, little-endian data from a multiple of eight', () => {
    writeSafetensors(file, arrays);
    const bytes = readFileSync(file);
    const length = Number(bytes.readBigUInt64LE(0));
    assert.equal(length % 8, 0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    assert.deepEqual(header['layer/bias'], { dtype: 'F32', shape: [1], data_offsets: [16, 20] });
    assert.equal(bytes.readFloatLE(8 + length + 16), 0.25);
  });

  it('are refused when a shape and its data disagree', () => {
    writeSafetensors(file, arrays);
    const text = readFileSync(file).toString('latin1').replace('"shape":[2,2]', '"shape":[2,9]');
    writeFileSync(file, Buffer.from(text, 'latin1'));
    assert.throws(() => readSafetensors(file), /"layer\/kernel" of shape \[2,9\] should have 72 bytes/);
  });

  it('are answered with arrays or a UserError however damaged', () => {
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
