type Value = number | string | Buffer | readonly number[] | readonly Tags[];
/** Values of tags, by names such as 0028,0010:US. */
export type Tags = Record<string, Value>;

const LONG = ['OB', 'OW', 'SQ', 'UN', 'OF'];

function bytesOf(vr: string, value: Value): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value.length % 2 ? `${value} ` : value, 'latin1');
  const list = typeof value === 'number' ? [value] : value;
  if (vr === 'SQ') {
    return Buffer.concat(
      (list as readonly Tags[]).map((item) => {
        const content = dataSet(item);
        return Buffer.concat([Buffer.from([0xfe, 0xff, 0x00, 0xe0]), number32(content.length), content]);
      }),
    );
  }
  const result = Buffer.alloc(2 * list.length);
  (list as readonly number[]).forEach((one, i) => result.writeUInt16LE(one & 0xffff, 2 * i));
  return result;
}

const number32 = (value: number) => {
  const result = Buffer.alloc(4);
  result.writeUInt32LE(value);
  return result;
};

/** Tags in explicit little endian, in the given order. */
export function dataSet(tags: Tags): Buffer {
  return Buffer.concat(
    Object.entries(tags).map(([name, value]) => {
      const [tag, vr] = name.split(':') as [string, string];
      const [group, element] = tag.split(',').map((part) => Number.parseInt(part, 16)) as [number, number];
      const content = bytesOf(vr, value);
      const head = Buffer.alloc(6);
      head.writeUInt16LE(group, 0);
      head.writeUInt16LE(element, 2);
      head.write(vr, 4, 'latin1');
      const short = Buffer.alloc(2);
      if (!LONG.includes(vr)) short.writeUInt16LE(content.length);
      return Buffer.concat([head, short, ...(LONG.includes(vr) ? [number32(content.length)] : []), content]);
    }),
  );
}

const UNCOMPRESSED = '1.2.840.10008.1.2.1';

/** A file with the given tags, in a transfer syntax that encodes them as explicit little endian. */
export function dicomFile(tags: Tags, syntax = UNCOMPRESSED): Buffer {
  const meta = dataSet({ '0002,0010:UI': syntax.length % 2 ? `${syntax}\0` : syntax });
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), meta, dataSet(tags)]);
}

export interface ScanOptions {
  width?: number;
  height?: number;
  bits?: number;
  signed?: boolean;
  /** WindowCenter and WindowWidth */
  window?: readonly [center: number, width: number];
  photometric?: string;
  /** RescaleSlope and RescaleIntercept */
  rescale?: readonly [slope: number, intercept: number];
  patient?: string;
  /** further tags, or other values for those of the picture */
  more?: Tags;
}

function pictureTags({
  width = 16,
  height = 12,
  bits = 12,
  signed = false,
  window,
  photometric = 'MONOCHROME2',
  rescale,
  patient = 'Nobody',
  more = {},
}: ScanOptions): Tags {
  return {
    '0010,0010:PN': patient,
    '0028,0002:US': 1,
    '0028,0004:CS': photometric,
    '0028,0010:US': height,
    '0028,0011:US': width,
    '0028,0100:US': bits > 8 ? 16 : 8,
    '0028,0101:US': bits,
    '0028,0102:US': bits - 1,
    '0028,0103:US': signed ? 1 : 0,
    ...(window && { '0028,1050:DS': String(window[0]), '0028,1051:DS': String(window[1]) }),
    ...(rescale && { '0028,1052:DS': String(rescale[1]), '0028,1053:DS': String(rescale[0]) }),
    ...more,
  };
}

/** An uncompressed grey picture of 16 bits per sample, whose samples come from a function. */
export function scan(sample: (x: number, y: number) => number, options: ScanOptions = {}): Buffer {
  const { width = 16, height = 12 } = options;
  const data = Buffer.alloc(2 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.writeUInt16LE(Math.round(sample(x, y)) & 0xffff, 2 * (y * width + x));
  }
  return dicomFile({ ...pictureTags(options), '7fe0,0010:OW': data });
}

/** A picture whose compressed pixels are given. */
export function compressedScan(frame: Buffer, syntax: string, options: ScanOptions = {}): Buffer {
  const item = (content: Buffer) =>
    Buffer.concat([Buffer.from([0xfe, 0xff, 0x00, 0xe0]), number32(content.length), content]);
  const start = Buffer.from('e07f10004f420000ffffffff', 'hex'); // pixels of undefined length
  const end = Buffer.from('feffdde000000000', 'hex');
  return Buffer.concat([dicomFile(pictureTags(options), syntax), start, item(Buffer.alloc(0)), item(frame), end]);
}
