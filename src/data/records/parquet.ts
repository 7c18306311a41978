import { statSync } from 'node:fs';
import zlib from 'node:zlib';
import { messageOf, UserError } from '../../core/errors';
import { parseJson } from '../../core/readBounded';
import type { RecordFile } from './recordFile';

/** The most bytes of a row group, which is decoded as a whole. */
const LARGEST_GROUP = 2 ** 32;
/** The most rows. */
const MOST_ROWS = 10_000_000;

/** The parts of a Parquet file's schema that are used. */
interface Node {
  children: Node[];
  element: {
    name: string;
    type?: string;
    repetition_type?: string;
    converted_type?: string;
    logical_type?: { type: string };
  };
}

/**
 * Read a Parquet file, such as one of Hugging Face's datasets, whose metadata name the classes. It is decoded group by group.
 *
 * @throws {UserError} when it cannot be read: it is damaged, or compressed in a way that is not known
 */
export async function readParquet(file: string): Promise<RecordFile> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet'); // an ES module
  const readable = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error) => {
      throw error instanceof UserError
        ? error
        : new UserError(`'${file}' is not readable as Parquet: ${reasonOf(error)}`);
    });
  const { metadata, source, fields } = await readable(
    (async () => {
      if (statSync(file).size < 12) throw new Error('it is too short');
      const source = await asyncBufferFromFile(file);
      const metadata = await parquetMetadataAsync(source, { geoparquet: false });
      return { source, metadata, fields: (parquetSchema(metadata) as Node).children };
    })(),
  );
  const count = metadata.row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  if (!(count <= MOST_ROWS)) throw new UserError(`'${file}' has more than ${MOST_ROWS} rows`);
  const features = featuresIn(metadata.key_value_metadata ?? [], file);
  const pictureColumns = fields.filter((field) => holdsBytes(field) || features.pictures.has(field.element.name));
  const single = fields.filter((field) => pictureColumns.includes(field) || isSingle(field));
  const columns = single.map(({ element }) => element.name);
  return {
    file,
    columns,
    pictureColumns: pictureColumns.map(({ element }) => element.name),
    classNames: features.classNames,
    async *rows() {
      let start = 0;
      for (const { num_rows, columns: chunks } of metadata.row_groups) {
        const bytes = chunks.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
        if (!(bytes <= LARGEST_GROUP))
          throw new UserError(
            `'${file}' has a row group of ${Math.round(bytes / 2 ** 20)} MB, more than ${LARGEST_GROUP / 2 ** 20}: write it with smaller row groups`,
          );
        const rowEnd = start + Number(num_rows);
        const options = { file: source, metadata, columns, rowStart: start, rowEnd, utf8: false, compressors };
        yield* await readable(parquetReadObjects(options));
        start = rowEnd;
      }
    },
  };
}

/** Bytes that are not text, or a struct of `bytes` and `path`. */
function holdsBytes({ children, element }: Node): boolean {
  if (children.length > 0) return children.some((child) => child.element.name === 'bytes' && holdsBytes(child));
  const isText = element.converted_type !== undefined || element.logical_type !== undefined;
  return element.type === 'BYTE_ARRAY' && !isText && element.repetition_type !== 'REPEATED';
}

const isSingle = ({ children, element }: Node) => children.length === 0 && element.repetition_type !== 'REPEATED';

/** What Hugging Face's `datasets` writes about the columns: those of pictures, and the names of the classes. */
function featuresIn(metadata: readonly { key: string; value?: string }[], file: string) {
  const classNames = new Map<string, string[]>();
  const pictures = new Set<string>();
  const text = metadata.find(({ key }) => key === 'huggingface')?.value;
  const read =
    text === undefined
      ? undefined
      : (parseJson(text, `'huggingface' in '${file}'`) as { info?: { features?: unknown } });
  for (const [name, feature] of Object.entries((read?.info?.features ?? {}) as Record<string, unknown>)) {
    const { _type, names } = (feature ?? {}) as { _type?: unknown; names?: unknown };
    if (_type === 'Image') pictures.add(name);
    if (_type === 'ClassLabel' && Array.isArray(names) && names.every((one) => typeof one === 'string'))
      classNames.set(name, names);
  }
  return { classNames, pictures };
}

/** Decompression beside Snappy, which hyparquet has: what Node has. */
const compressors = {
  GZIP: (input: Uint8Array, length: number) => zlib.gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input: Uint8Array, length: number) =>
    zlib.brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ...('zstdDecompressSync' in zlib && {
    ZSTD: (input: Uint8Array, length: number) =>
      (zlib as unknown as Zstd).zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  }),
};

/** Node has it from 22.15 on; the types are of Node 20. */
interface Zstd {
  zstdDecompressSync(input: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

function reasonOf(error: unknown): string {
  const message = messageOf(error).replace(/^parquet /, '');
  const codec = /unsupported compression codec: (\w+)/.exec(message)?.[1];
  if (codec === undefined) return message;
  const newer = codec === 'ZSTD' ? ' (ZSTD needs Node 22.15 or newer)' : '';
  return `it is compressed with ${codec}, which is not read${newer}: write it with compression='snappy'`;
}
