import zlib from 'node:zlib';
import type { Decode } from '../../core/decoderMain';
import { messageOf } from '../../core/errors';

/*
 * Decodes a Parquet file in a process of its own, as a damaged file can make a decoder loop or fill the memory. It answers first with
 * what the file contains, and then each request for a group of rows with these rows.
 */

/** The data of this decoder. */
export interface ParquetRequest {
  file: string;
}

/** A request for the values of some columns of a group of rows. */
export interface GroupRequest {
  columns: readonly string[];
  group: number;
}

/** What a Parquet file contains. */
export interface ParquetContent {
  /** number of rows, and bytes of their values, of each group */
  groups: { rows: number; bytes: number }[];
  fields: ParquetField[];
  metadata: { key: string; value?: string }[];
}

/** A column, or a part of one. */
export interface ParquetField {
  name: string;
  /** missing for a column that has parts */
  type?: string;
  /** whether it is text, a date or something else than numbers or bytes */
  converted: boolean;
  /** whether a row has several values */
  repeated: boolean;
  children: ParquetField[];
}

/** An answer of this decoder. */
export interface ParquetAnswer {
  content?: ParquetContent;
  rows?: Record<string, unknown>[];
  /** why there is neither */
  reason?: string;
}

interface SchemaTree {
  children: SchemaTree[];
  element: { name: string; type?: string; repetition_type?: string; converted_type?: string; logical_type?: object };
}

const fieldOf = ({ children, element }: SchemaTree): ParquetField => ({
  name: element.name,
  ...(children.length === 0 && { type: element.type }),
  converted: element.converted_type !== undefined || element.logical_type !== undefined,
  repeated: element.repetition_type === 'REPEATED',
  children: children.map(fieldOf),
});

/** Decompression beside Snappy, which hyparquet has: what Node has. */
const compressors = {
  GZIP: (input: Uint8Array, length: number) => zlib.gunzipSync(input, atMost(length)),
  BROTLI: (input: Uint8Array, length: number) => zlib.brotliDecompressSync(input, atMost(length)),
  ...('zstdDecompressSync' in zlib && {
    ZSTD: (input: Uint8Array, length: number) => (zlib as unknown as Zstd).zstdDecompressSync(input, atMost(length)),
  }),
};

const atMost = (length: number) => ({ maxOutputLength: Math.max(1, length) });

/** Node has it from 22.15 on; the types are of Node 20. */
interface Zstd {
  zstdDecompressSync(input: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

async function open({ file }: ParquetRequest) {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet'); // an ES module
  const source = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(source, { geoparquet: false });
  const groups = metadata.row_groups.map(({ num_rows, columns }) => ({
    rows: Number(num_rows),
    bytes: columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0),
  }));
  const content: ParquetContent = {
    groups,
    fields: (parquetSchema(metadata) as SchemaTree).children.map(fieldOf),
    metadata: (metadata.key_value_metadata ?? []).map(({ key, value }) => ({ key, value })),
  };
  const rowsOf = ({ columns, group }: GroupRequest) => {
    const rowStart = groups.slice(0, group).reduce((sum, { rows }) => sum + rows, 0);
    const rowEnd = rowStart + groups[group]!.rows;
    return parquetReadObjects({
      file: source,
      metadata,
      columns: [...columns],
      rowStart,
      rowEnd,
      utf8: false,
      compressors,
    });
  };
  return { content, rowsOf };
}

/** A value without the pages that it was decoded from: they would be copied with each. */
function separate(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, separate(part)]));
}

const failed = (error: unknown): ParquetAnswer => ({ reason: messageOf(error) });

export const decode: Decode<ParquetRequest, ParquetAnswer, GroupRequest> = async (data) => {
  try {
    const { content, rowsOf } = await open(data);
    const next = async (request: GroupRequest) => {
      const rows = await rowsOf(request);
      return { rows: rows.map((row) => separate(row) as Record<string, unknown>) };
    };
    return { answer: { content }, next: (request) => next(request).catch(failed) };
  } catch (error) {
    return { answer: failed(error) };
  }
};
