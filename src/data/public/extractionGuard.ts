import { mkdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { UserError } from '../../core/errors';
import { printableLine } from '../../core/escape/printable';
import { checkNumber } from '../../core/options';

export interface ExtractionLimits {
  /** the most bytes of all files together */
  bytes: number;
  /** the most files and folders */
  entries: number;
  /** why there may not be more bytes, for the error; default: nothing is said */
  because?: string;
}

/** The most folders inside each other; more are made to exhaust programs. */
const DEEPEST = 64;
/** The most bytes of a name of a file or folder that file systems take. */
const LONGEST_NAME = 255;

/** Bytes of a tar entry beside its content: its header, one with a long name, and padding. */
const TAR_OVERHEAD = 4 * 512;

/**
 * Checks what an archive writes while it is unpacked, as archives come from strangers. Every violation ends the extraction; nothing is
 * skipped silently.
 */
export class ExtractionGuard {
  private announced = 0;
  private announcedEntries = 0;
  private bytes = 0;
  private stream = 0;
  private entries = 0;

  constructor(
    private readonly archive: string,
    private readonly folder: string,
    private readonly limits: ExtractionLimits,
  ) {
    checkNumber('extract: bytes', limits.bytes, { min: 1 });
    checkNumber('extract: entries', limits.entries, { min: 1, integer: true });
  }

  /**
   * The path to write an entry to; its folder is created.
   *
   * @param kind anything but a file or folder (a link, a device) is refused
   * @throws {UserError} on a path outside of the folder, too many folders or entries, or a name that is too long
   */
  place(name: string, kind: 'file' | 'folder' | 'other'): string {
    this.checkEntries(++this.entries);
    if (kind === 'other') this.refuse(`'${shown(name)}' is neither a file nor a folder, but a link or a device`);
    const parts = name.split('/').filter((part, i, all) => part !== '.' && !(part === '' && i === all.length - 1));
    const odd = parts.length === 0 ? kind !== 'folder' : parts.some((part) => part === '' || part === '..');
    // a backslash or a drive letter is a path on Windows
    if (odd || /[\\\0]/.test(name) || /^[A-Za-z]:/.test(name)) this.refuse(`'${shown(name)}' leads out of the folder`);
    if (parts.length > DEEPEST) this.refuse(`'${shown(name)}' is in more than ${DEEPEST} folders`);
    if (parts.some((part) => Buffer.byteLength(part) > LONGEST_NAME))
      this.refuse(`'${shown(name)}' has a name of more than ${LONGEST_NAME} bytes`);
    // several names would become one, and so several classes
    if (name.includes('\ufffd'))
      this.refuse(`the name '${shown(name)}' is not UTF-8: make the archive again with UTF-8 names`);
    const target = join(this.folder, ...parts);
    if (target !== this.folder && !target.startsWith(this.folder + sep)) {
      this.refuse(`'${shown(name)}' leads out of the folder`);
    }
    mkdirSync(kind === 'folder' ? target : dirname(target), { recursive: true });
    return target;
  }

  /**
   * Count the sizes that entries declare, before they are unpacked.
   *
   * @throws {UserError} when the sum is too large
   */
  announce(bytes: number): void {
    this.checkEntries(++this.announcedEntries);
    this.announced += bytes;
    this.checkBytes(this.announced, this.limits.bytes);
  }

  /**
   * Count the bytes that are unpacked.
   *
   * @throws {UserError} when the sum is too large
   */
  count(bytes: number): void {
    this.bytes += bytes;
    this.checkBytes(this.bytes, this.limits.bytes);
  }

  /** Count the bytes of a tar decompressed by gzip, which are little more than its files. */
  countStream(bytes: number): void {
    this.stream += bytes;
    this.checkBytes(this.stream, this.limits.bytes + TAR_OVERHEAD * (this.limits.entries + 100));
  }

  private checkEntries(count: number): void {
    if (count > this.limits.entries) this.refuse(`it has more than ${this.limits.entries} entries`);
  }

  private checkBytes(bytes: number, most: number): void {
    if (bytes <= most) return;
    const { because } = this.limits;
    this.refuse(`it unpacks to more than ${Math.ceil(this.limits.bytes / 2 ** 20)} MB${because ? `, ${because}` : ''}`);
  }

  private refuse(why: string): never {
    throw new UserError(`${this.archive} is not unpacked: ${why}`);
  }
}

const shown = (name: string) => printableLine(name.length > 80 ? `${name.slice(0, 80)}...` : name);
