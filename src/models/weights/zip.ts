import { crc32, inflateRawSync } from 'node:zlib';
import { messageOf, UserError } from '../../core/errors';

/** One file inside a zip archive. */
interface ZipEntry {
  name: string;
  method: number;
  /** CRC-32 of its content */
  checksum: number;
  compressed: number;
  size: number;
  /** where its local header starts, in bytes */
  offset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const MOST_ENTRIES = 100_000;

export const isZip = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.readUInt32LE(0) === LOCAL;

/**
 * The files of a zip archive (also zip64, which torch writes). Nothing is unpacked until {@link ZipArchive.read}.
 *
 * @throws {UserError} on a damaged archive
 */
export class ZipArchive {
  private readonly entries = new Map<string, ZipEntry>();

  constructor(
    private readonly bytes: Buffer,
    private readonly source: string,
  ) {
    try {
      this.readDirectory();
    } catch (error) {
      if (error instanceof RangeError) throw this.wrong('it is damaged or cut short'); // a read past the end
      throw error;
    }
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** Bytes that a file says it unpacks to. */
  sizeOf(name: string): number {
    const entry = this.entries.get(name);
    if (!entry) throw this.wrong(`it has no '${name}'`);
    return entry.size;
  }

  /**
   * One file's content.
   *
   * @param limit a file of more bytes is refused before it is unpacked, and unpacking stops there
   */
  read(name: string, limit: number): Buffer {
    const entry = this.entries.get(name);
    if (!entry) throw this.wrong(`it has no '${name}'`);
    if (entry.size > limit) {
      throw this.wrong(`'${name}' would unpack to ${entry.size} bytes, more than the ${limit} that can be right`);
    }
    try {
      if (this.bytes.readUInt32LE(entry.offset) !== LOCAL) throw this.wrong(`'${name}' is damaged`);
      const nameLength = this.bytes.readUInt16LE(entry.offset + 26);
      const start = entry.offset + 30 + nameLength + this.bytes.readUInt16LE(entry.offset + 28);
      const packed = this.bytes.subarray(start, start + entry.compressed);
      if (packed.length !== entry.compressed) throw this.wrong(`'${name}' is cut short`);
      const content = entry.method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: entry.size + 1 });
      if (content.length !== entry.size) throw this.wrong(`'${name}' has not the size it says`);
      if (crc32(content) !== entry.checksum) {
        throw this.wrong(
          `'${name}' is damaged, as its checksum says: copy or download the file again. If it was saved after ` +
            'torch.serialization.set_crc32_options(False), save it without that',
        );
      }
      return content;
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw this.wrong(`'${name}' is damaged (${messageOf(error)})`);
    }
  }

  private wrong(reason: string): UserError {
    return new UserError(`${this.source} is no readable zip archive: ${reason}`);
  }

  private readDirectory(): void {
    const { bytes } = this;
    // The end record is 22 bytes and a comment of at most 65,535.
    let end = bytes.length - 22;
    const first = Math.max(0, end - 0xffff);
    while (end >= first && bytes.readUInt32LE(end) !== END) end--;
    if (end < first) throw this.wrong('its directory is missing; it is cut short');
    let count = bytes.readUInt16LE(end + 10);
    let position = bytes.readUInt32LE(end + 16);
    if (end >= 20 && bytes.readUInt32LE(end - 20) === LOCATOR_64) {
      const end64 = Number(bytes.readBigUInt64LE(end - 12));
      if (bytes.readUInt32LE(end64) !== END_64) throw this.wrong('its directory is damaged');
      count = Number(bytes.readBigUInt64LE(end64 + 32));
      position = Number(bytes.readBigUInt64LE(end64 + 48));
    }
    if (count > MOST_ENTRIES) throw this.wrong(`it says it has ${count} files`);
    for (let i = 0; i < count; i++) position = this.readEntry(position);
  }

  /** Read one entry of the central directory and say where the next begins. */
  private readEntry(position: number): number {
    const { bytes } = this;
    if (bytes.readUInt32LE(position) !== CENTRAL) throw this.wrong('its directory is damaged');
    const nameLength = bytes.readUInt16LE(position + 28);
    const extraLength = bytes.readUInt16LE(position + 30);
    const name = bytes.toString('utf8', position + 46, position + 46 + nameLength);
    const entry: ZipEntry = {
      name,
      method: bytes.readUInt16LE(position + 10),
      checksum: bytes.readUInt32LE(position + 16),
      compressed: bytes.readUInt32LE(position + 20),
      size: bytes.readUInt32LE(position + 24),
      offset: bytes.readUInt32LE(position + 42),
    };
    this.readExtra(entry, position + 46 + nameLength, extraLength);
    if (bytes.readUInt16LE(position + 8) & 1) throw this.wrong(`'${name}' is encrypted`);
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw this.wrong(`'${name}' is packed by method ${entry.method}; only stored and deflated files are read`);
    }
    if (this.entries.has(name)) throw this.wrong(`it has '${name}' twice`);
    this.entries.set(name, entry);
    return position + 46 + nameLength + extraLength + bytes.readUInt16LE(position + 32);
  }

  /** Sizes and offsets that do not fit 32 bits are in the zip64 extra field, in this order, only those that do not fit. */
  private readExtra(entry: ZipEntry, start: number, length: number): void {
    for (let at = start; at + 4 <= start + length; at += 4 + this.bytes.readUInt16LE(at + 2)) {
      if (this.bytes.readUInt16LE(at) !== 1) continue;
      let value = at + 4;
      for (const key of ['size', 'compressed', 'offset'] as const) {
        if (entry[key] !== 0xffffffff) continue;
        entry[key] = Number(this.bytes.readBigUInt64LE(value));
        value += 8;
      }
    }
  }
}
