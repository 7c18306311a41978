/** How samples of each type are written, and their codes in TIFF. */
const KINDS = {
  uint8: { bits: 8, format: 1, write: 'writeUInt8' },
  uint16: { bits: 16, format: 1, write: 'writeUInt16LE' },
  uint32: { bits: 32, format: 1, write: 'writeUInt32LE' },
  int16: { bits: 16, format: 2, write: 'writeInt16LE' },
  float32: { bits: 32, format: 3, write: 'writeFloatLE' },
  float64: { bits: 64, format: 3, write: 'writeDoubleLE' },
} as const;

interface Options {
  width?: number;
  height?: number;
  bands?: number;
  /** 0: white is zero, 1: gray, 2: colours */
  photometric?: number;
  orientation?: number;
}

/** An uncompressed TIFF (TIFF 6.0), whose samples come from a function. */
export function tiff(
  kind: keyof typeof KINDS,
  { width = 16, height = 12, bands = 1, photometric, orientation = 1 }: Options = {},
  sample: (x: number, y: number, band: number) => number,
): Buffer {
  const { bits, format, write } = KINDS[kind];
  const bytes = bits / 8;
  const data = Buffer.alloc(width * height * bands * bytes);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let band = 0; band < bands; band++) {
        data[write](sample(x, y, band), ((y * width + x) * bands + band) * bytes);
      }
    }
  }
  const space = photometric ?? (bands === 3 ? 2 : 1);
  const plain = space === 2 ? 3 : 1;
  const tags: [tag: number, type: 3 | 4, values: number[]][] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, Array(bands).fill(bits)],
    [259, 3, [1]],
    [262, 3, [space]],
    [273, 4, [8]],
    [274, 3, [orientation]],
    [277, 3, [bands]],
    [278, 4, [height]],
    [279, 4, [data.length]],
    [284, 3, [1]],
    ...(bands > plain ? ([[338, 3, Array(bands - plain).fill(0)]] as [number, 3, number[]][]) : []),
    [339, 3, Array(bands).fill(format)],
  ];
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length, 0);
  const start = 8 + data.length;
  const extra: Buffer[] = [];
  let end = start + directory.length;
  for (const [i, [tag, type, values]] of tags.entries()) {
    const at = 2 + 12 * i;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    const cells = Buffer.alloc(Math.max(4, values.length * (type === 3 ? 2 : 4)));
    values.forEach((value, j) => {
      if (type === 3) cells.writeUInt16LE(value, 2 * j);
      else cells.writeUInt32LE(value, 4 * j);
    });
    if (cells.length === 4) {
      cells.copy(directory, at + 8);
    } else {
      directory.writeUInt32LE(end, at + 8);
      extra.push(cells);
      end += cells.length;
    }
  }
  const header = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(start, 4);
  return Buffer.concat([header, data, directory, ...extra]);
}
