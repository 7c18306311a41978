import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

export interface Entry {
  name: string;
  content?: Buffer | string;
  /** tar's type flag: '0' file, '5' folder, '2' symbolic link, '1' hard link */
  type?: string;
  linkTo?: string;
  /** bytes of the name, where they are not UTF-8 */
  raw?: Buffer;
}

/** A tar archive (ustar) with any names and types. */
export function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, raw, content = '', type = '0', linkTo = '' }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    (raw ?? Buffer.from(name)).copy(header, 0, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(linkTo, 157, 100);
    header.write('ustar\0' + '00', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export const tgzOf = (entries: readonly Entry[]): Buffer => gzipSync(tarOf(entries));

/** A zip archive with any names; `type` '2' is a symbolic link. `claims` is a false size, `method` that of the compression. */
export function zipOf(entries: readonly (Entry & { claims?: number; encrypted?: boolean; method?: number })[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', type = '0', linkTo, claims, encrypted = false, method = 8 } of entries) {
    const body = Buffer.from(linkTo ?? content);
    const packed = deflateRawSync(body);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(encrypted ? 1 : 0, 2);
    fields.writeUInt16LE(method, 4); // 8: deflate
    fields.writeUInt32LE(crc32(body), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claims ?? body.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    const mode = type === '2' ? 0o120777 : type === '5' ? 0o040755 : 0o100644;
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, rest, Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end]);
}
