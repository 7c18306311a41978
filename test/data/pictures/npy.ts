/** How numbers of each type are written. */
const WRITERS = {
  '|u1': [1, 'writeUInt8'],
  '<u2': [2, 'writeUInt16LE'],
  '>u2': [2, 'writeUInt16BE'],
  '<i2': [2, 'writeInt16LE'],
  '<f4': [4, 'writeFloatLE'],
  '<f8': [8, 'writeDoubleLE'],
} as const;

/** An array as `numpy.save` writes it (format 1.0), whose elements come from a function of their indices. */
export function npy(
  type: keyof typeof WRITERS,
  shape: readonly number[],
  element: (...index: [number, number, number]) => number,
  { fortran = false } = {},
): Buffer {
  const [bytes, write] = WRITERS[type];
  const [a, b, c = 1] = shape as [number, number, number?];
  const text = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.join(', ')}), }`;
  const header = `${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  const data = Buffer.alloc(a * b * c * bytes);
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        data[write](element(i, j, k), bytes * (fortran ? i + a * (j + b * k) : (i * b + j) * c + k));
      }
    }
  }
  return Buffer.concat([start, Buffer.from(header, 'latin1'), data]);
}
