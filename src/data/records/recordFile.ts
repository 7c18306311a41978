import { UserError } from '../../core/errors';

/** A file with rows of values, among which pictures may be: JSON Lines or Parquet. */
export interface RecordFile {
  file: string;
  /** names of the columns with one value in each row; lists are left out */
  columns: readonly string[];
  /** the columns that hold the content of pictures */
  pictureColumns: readonly string[];
  /** the names of classes, for columns of class numbers */
  classNames: ReadonlyMap<string, readonly string[]>;
  /** The rows, each with a value by column. */
  rows(): AsyncIterable<Record<string, unknown>>;
}

/** The content of a picture, or its path, or both. */
export interface RecordPicture {
  bytes?: Uint8Array;
  path?: string;
}

/** The beginnings of JPEG, PNG, GIF, WebP, TIFF and BMP files in base64. */
const BASE64 = /^(?:\/9j\/|iVBORw0KGgo|R0lGOD|UklGR|SUkqA|TU0AK|Qk0)[A-Za-z0-9+/=\s]{40,}$/;

/**
 * The picture that a value holds: bytes, text in base64 or as a data URI, or an object with `bytes` and `path`, as Hugging Face's
 * datasets have it. Other text is a path.
 */
export function pictureIn(value: unknown): RecordPicture {
  if (value instanceof Uint8Array) return { bytes: value };
  if (typeof value === 'string') {
    const uri = /^data:image\/[\w.+-]+;base64,/.exec(value)?.[0];
    if (uri !== undefined || BASE64.test(value)) return { bytes: Buffer.from(value.slice(uri?.length ?? 0), 'base64') };
    return { path: value };
  }
  if (typeof value !== 'object' || value === null) return {};
  const { bytes, path } = value as { bytes?: unknown; path?: unknown };
  const content = typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : bytes;
  return {
    ...(content instanceof Uint8Array && content.length > 0 && { bytes: content }),
    ...(typeof path === 'string' && path !== '' && { path }),
  };
}

/** Whether a value holds the content of a picture, or is an object that may. */
export function mayHoldPicture(value: unknown): boolean {
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    return 'bytes' in value || 'path' in value;
  }
  return pictureIn(value).bytes !== undefined;
}

/**
 * A value as the text of a cell; empty where there is none.
 *
 * @param names of the classes, when the value is the number of one; -1 stands for no class, as in Hugging Face's test parts
 * @param where the value is, for the error
 * @throws {UserError} on the number of a class that has no name
 */
export function cellOf(value: unknown, names: readonly string[] | undefined, where: string): string {
  if (value === null || value === undefined) return '';
  if (names && (typeof value === 'number' || typeof value === 'bigint')) {
    const index = Number(value);
    if (index === -1) return '';
    const name = names[index];
    if (name === undefined)
      throw new UserError(`${where} has the class ${index}, and the file names the classes 0 to ${names.length - 1}`);
    return name;
  }
  if (value instanceof Uint8Array) return new TextDecoder().decode(value).trim();
  if (value instanceof Date) return Number.isNaN(value.valueOf()) ? '' : value.toISOString();
  if (Array.isArray(value)) return value.length === 1 ? cellOf(value[0], names, where) : '';
  if (typeof value === 'object') return '';
  return String(value).trim();
}
