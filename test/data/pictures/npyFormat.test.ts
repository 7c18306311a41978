import assert from 'node:assert/strict';
import { npyFormat } from '../../../src/data/pictures/npyFormat';
import { npy } from './npy';

const value = (x: number, y: number, band: number) => 1000 * band + 10 * y + x;
const read = async (content: Buffer, band: number) => Array.from((await npyFormat(content).read([band]))[0]!);
const expected = Array.from({ length: 12 * 9 }, (_, i) => value(i % 9, Math.floor(i / 9), 2));

describe('pictures as arrays of NumPy', () => {
  it('have their bands last, or first where that side is the smallest', async () => {
    const last = npy('<u2', [12, 9, 5], (y, x, band) => value(x, y, band));
    const first = npy('<u2', [5, 12, 9], (band, y, x) => value(x, y, band));
    for (const content of [last, first]) {
      const { width, height, bands, kind } = npyFormat(content);
      assert.deepEqual({ width, height, bands, kind }, { width: 9, height: 12, bands: 5, kind: 'uint16' });
      assert.deepEqual(await read(content, 2), expected);
    }
  });

  it('can have the columns of Fortran, the bytes of other machines, and floating-point numbers', async () => {
    const fortran = npy('<f8', [12, 9, 3], (y, x, band) => value(x, y, band), { fortran: true });
    const big = npy('>u2', [12, 9, 3], (y, x, band) => value(x, y, band));
    const float = npy('<f4', [12, 9, 3], (y, x, band) => value(x, y, band) / 2);
    assert.deepEqual(await read(fortran, 2), expected);
    assert.deepEqual(await read(big, 2), expected);
    assert.deepEqual(
      await read(float, 2),
      expected.map((each) => each / 2),
    );
  });

  it('are refused with another shape, other values or too few bytes', () => {
    const whole = npy('<u2', [12, 9, 3], () => 1);
    assert.throws(() => npyFormat(whole.subarray(0, -1)), /the file ends too soon/);
    assert.throws(() => npyFormat(npy('|u1', [12, 9, 1], () => 0).subarray(0, 8)), /the file ends too soon/);
    assert.throws(() => npyFormat(npy('|u1', [90, 99, 80], () => 0)), /80 bands, expected 1 to 64/);
    const text = (from: string, to: string) => Buffer.from(whole.toString('latin1').replace(from, to), 'latin1');
    assert.throws(() => npyFormat(text("'<u2'", "'|O1'")), /other values than numbers/);
    assert.throws(() => npyFormat(text('12, 9, 3', '3, 3,6,6')), /shape \(3, 3, 6, 6\), expected one picture/);
  });
});
