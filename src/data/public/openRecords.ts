import { readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { hashOfFile } from '../../core/download';
import { UserError } from '../../core/errors';
import { sha256 } from '../../core/files';
import type { Subset } from '../dataset';
import { hasPictureName } from '../listFolder';
import { withColumns } from '../oneHot';
import { extensionOf } from '../pictures/contentFormat';
import type { TextTable } from '../readTable';
import { readJsonLines } from '../records/jsonLines';
import { readParquet } from '../records/parquet';
import { cellOf, pictureIn, type RecordFile } from '../records/recordFile';
import { findColumns, plainName, preferredColumn, type Role } from '../tableColumns';
import type { TableSource } from '../tableDataset';
import { limitsFor, type UnpackListener, unpackOnce } from './archive';
import { ExtractionGuard } from './extractionGuard';

/** Increased when files are unpacked differently. */
const VERSION = 1;

/** A file with a table, and the part that its name or folder says. */
export interface TableFile {
  file: string;
  subset?: Subset;
}

/** File names of JSON Lines and Parquet. */
export const RECORDS = /\.(?:jsonl|ndjson|parquet|pq)$/i;

/**
 * Read JSON Lines or Parquet files as tables. The content of pictures in them is written into the cache once, as files, which can then be
 * shown and predicted like all others.
 *
 * @param given column names or numbers by role
 * @param needed roles of columns that must be found, those beside paths in one of the files
 * @returns the tables, and the folder of the pictures that were in them
 * @throws {UserError} when a file cannot be read, or a column is missing
 */
export async function recordSources(
  files: readonly TableFile[],
  given: Partial<Record<Role, string>>,
  listener: UnpackListener,
  needed: readonly Role[] = ['file', 'label'],
): Promise<{ sources: TableSource[]; folder: string | undefined }> {
  const records: RecordFile[] = [];
  for (const { file } of files)
    records.push(await (/\.(?:jsonl|ndjson)$/i.test(file) ? readJsonLines : readParquet)(file));
  const pictures = records.map((record) => pictureColumn(record, given.file));
  const holds = pictures.some((name) => name !== undefined);
  const folder = holds ? await unpackPictures(files, records, pictures, listener) : undefined;
  const tables: TextTable[] = folder
    ? (JSON.parse(readFileSync(join(folder, TABLE), 'utf8')) as TextTable[])
    : await Promise.all(records.map((record) => textOf(record, undefined, async () => '')));
  const sources = tables.map((text, i): TableSource => {
    const { file, subset } = files[i]!;
    const beside = dirname(resolve(file));
    const column = pictures[i] === undefined ? -1 : text.columns.indexOf(pictures[i]!);
    for (const row of text.rows) {
      const cell = row[column];
      if (cell?.startsWith(PATH_ONLY)) row[column] = resolve(beside, cell.slice(PATH_ONLY.length));
    }
    const named = [...records[i]!.classNames.keys()].filter((name) => text.columns.includes(name));
    const own = { ...given, ...(column >= 0 && { file: pictures[i]! }) };
    const source = withColumns(text, own, ['file'], 'openDataset');
    const { columns } = source;
    if (given.label === undefined && named.length === 1) columns.label = text.columns.indexOf(named[0]!);
    return {
      ...source,
      folder: column >= 0 ? folder! : beside,
      subset,
      ...(files.length > 1 && { name: basename(file) }),
    };
  });
  if (sources.every(({ columns }) => needed.some((role) => columns[role] === undefined))) {
    const { text, columns } = sources[0]!;
    findColumns(text, { ...given, file: text.columns[columns.file!]! }, needed, 'openDataset'); // the error
  }
  const holdsAny = sources.some(
    ({ folder: of, text, columns }) => of === folder && text.rows.some((row) => !isAbsolute(row[columns.file!]!)),
  );
  return { sources, folder: holdsAny ? folder : undefined };
}

/** The file in the cache with the tables of the pictures beside it. */
const TABLE = 'tables.json';
/** Stands before a path of a picture that is not in the table. */
const PATH_ONLY = '\0';

/** The column with the content of the pictures that are classified; undefined when the table has paths. */
function pictureColumn({ pictureColumns, file }: RecordFile, given: string | undefined): string | undefined {
  if (pictureColumns.length === 0) return undefined;
  if (given !== undefined) return pictureColumns.find((name) => plainName(name) === plainName(given));
  const usual = preferredColumn(pictureColumns, 'file');
  if (usual !== undefined) return usual;
  if (pictureColumns.length === 1) return pictureColumns[0];
  throw new UserError(
    `'${basename(file)}' has several columns of pictures, ${pictureColumns.join(', ')}: choose one (--file-column NAME)`,
  );
}

async function unpackPictures(
  files: readonly TableFile[],
  records: readonly RecordFile[],
  pictures: readonly (string | undefined)[],
  listener: UnpackListener,
): Promise<string> {
  const parts: unknown[] = [VERSION, pictures];
  let bytes = 0;
  for (const { file, subset = '' } of files) {
    parts.push([await hashOfFile(file, 'sha256'), subset]);
    bytes += statSync(file).size;
  }
  const first = basename(files[0]!.file);
  const name = files.length === 1 ? first : `the pictures of ${files.length} files, ${first} and others,`;
  return unpackOnce(sha256(JSON.stringify(parts)), name, listener, async (into) => {
    const guard = new ExtractionGuard(first, into, limitsFor(bytes));
    const counts = new Map<string, number>();
    const tables: TextTable[] = [];
    for (const [i, record] of records.entries()) {
      const part = files[i]!.subset ?? 'pictures';
      const write = async (value: unknown) => {
        const { bytes, path } = pictureIn(value);
        if (!bytes) return path === undefined ? '' : `${PATH_ONLY}${path}`;
        const count = counts.get(part) ?? 0;
        counts.set(part, count + 1);
        const file = `${part}/${String(count).padStart(6, '0')}${nameOf(path, bytes)}`;
        guard.count(bytes.length);
        await writeFile(guard.place(file, 'file'), bytes, { flag: 'wx' });
        return file;
      };
      tables.push(await textOf(record, pictures[i], write));
    }
    await writeFile(join(into, TABLE), JSON.stringify(tables));
  });
}

/** The end of a file's name: what is left of its old one, and the extension of its content. */
function nameOf(path: string | undefined, bytes: Uint8Array): string {
  const old = path?.split(/[\\/]/).at(-1) ?? '';
  const stem = old
    .replace(/\.[^.]*$/, '')
    .replace(/[^\p{L}\p{N}_-]+/gu, '-')
    .slice(0, 40);
  const extension = extensionOf(bytes) ?? (hasPictureName(old) ? extname(old).toLowerCase() : '.bin');
  return `${stem === '' ? '' : `-${stem}`}${extension}`;
}

/** The table of text of a file, without columns of other pictures. */
async function textOf(
  { file, columns, pictureColumns, classNames, rows }: RecordFile,
  picture: string | undefined,
  write: (value: unknown) => Promise<string>,
): Promise<TextTable> {
  const kept = columns.filter((name) => name === picture || !pictureColumns.includes(name));
  const cells: string[][] = [];
  for await (const row of rows()) {
    const where = `row ${cells.length + 1} of '${basename(file)}'`;
    const line: string[] = [];
    for (const name of kept) {
      line.push(name === picture ? await write(row[name]) : cellOf(row[name], classNames.get(name), where));
    }
    cells.push(line);
  }
  return { columns: kept, rows: cells };
}
