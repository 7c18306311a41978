/** The value of a 16-bit floating-point number (IEEE 754 binary16). */
export function readHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of a bfloat16 number: the upper half of a float32. */
export function readBfloat16(bits: number): number {
  WORD[0] = bits << 16;
  return FLOAT[0]!;
}

const WORD = new Uint32Array(1);
const FLOAT = new Float32Array(WORD.buffer);
