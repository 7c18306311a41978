import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DecoderProcess } from '../../core/decoderProcess';
import { messageOf, UserError } from '../../core/errors';
import { parseJson } from '../../core/readBounded';
import type { GroupRequest, ParquetAnswer, ParquetContent, ParquetField, ParquetRequest } from './parquetDecoder';
import type { RecordFile } from './recordFile';

/** The most bytes of a row group, which is decoded as a whole. */
const LARGEST_GROUP = 2 ** 32;
/** The most rows. */
const MOST_ROWS = 10_000_000;

/**
 * Read a Parquet file, such as one of Hugging Face's datasets, whose metadata name the classes. It is decoded group by group.
 *
 * @throws {UserError} when it cannot be read: it is damaged, or compressed in a way that is not known
 */
export async function readParquet(file: string): Promise<RecordFile> {
  const wrong = (reason: string) => new UserError(`'${file}' is not readable as Parquet: ${reason}`);
  const { size } = statSync(file);
  if (size < 12) throw wrong('it is too short');
  const content = await withDecoder(file, wrong, async (ask) => (await ask(secondsFor(size))).content!);
  const { groups, fields } = content;
  const names = fields.map(({ name }) => name);
  if (names.some((name) => typeof name !== 'string' || name === '') || new Set(names).size < names.length)
    throw wrong('it is damaged: columns without names of their own');
  if (groups.some(({ rows }) => !Number.isSafeInteger(rows) || rows < 0)) throw wrong('it is damaged: numbers of rows');
  const count = groups.reduce((sum, { rows }) => sum + rows, 0);
  if (!(count <= MOST_ROWS)) throw wrong(`it has more than ${MOST_ROWS} rows`);
  const large = groups.find(({ bytes }) => !(bytes <= LARGEST_GROUP));
  if (large)
    throw wrong(`a row group has ${Math.round(large.bytes / 2 ** 20)} MB, more than ${LARGEST_GROUP / 2 ** 20}`);
  const features = featuresIn(content.metadata, file);
  const pictureFields = fields.filter((field) => holdsBytes(field) || features.pictures.has(field.name));
  const columns = fields.filter((field) => pictureFields.includes(field) || isSingle(field)).map(({ name }) => name);
  return {
    file,
    columns,
    pictureColumns: pictureFields.map(({ name }) => name),
    classNames: features.classNames,
    rows: () => rowsOf(file, content, columns, wrong),
  };
}

type Ask = (seconds: number, request?: GroupRequest) => Promise<ParquetAnswer>;

async function* rowsOf(
  file: string,
  { groups }: ParquetContent,
  columns: readonly string[],
  wrong: (reason: string) => UserError,
): AsyncGenerator<Record<string, unknown>> {
  const decoder = decoderFor(file);
  try {
    const ask = asking(decoder, wrong);
    await ask(secondsFor(statSync(file).size));
    for (const [group, { bytes, rows: count }] of groups.entries()) {
      const { rows = [] } = await ask(secondsFor(bytes), { columns, group });
      if (rows.length !== count) throw wrong(`it has ${rows.length} rows where it names ${count}`);
      yield* rows;
    }
  } finally {
    await decoder.close();
  }
}

const decoderFor = (file: string) =>
  new DecoderProcess<ParquetAnswer>(join(__dirname, 'parquetDecoder.js'), { file } satisfies ParquetRequest);

async function withDecoder<T>(file: string, wrong: (reason: string) => UserError, work: (ask: Ask) => Promise<T>) {
  const decoder = decoderFor(file);
  try {
    return await work(asking(decoder, wrong));
  } finally {
    await decoder.close();
  }
}

function asking(decoder: DecoderProcess<ParquetAnswer>, wrong: (reason: string) => UserError): Ask {
  return async (seconds, request) => {
    const answer = await decoder.next(seconds, request).catch((error) => {
      throw wrong(messageOf(error));
    });
    if (answer.reason !== undefined) throw wrong(reasonOf(answer.reason));
    return answer;
  };
}

/** Seconds for decoding so many bytes, with much to spare; a damaged file can make it endless. */
const secondsFor = (bytes: number): number => 60 + Math.round(bytes / 2 ** 20);

/** Bytes that are not text, or a struct of `bytes` and `path`. */
function holdsBytes({ children, type, converted, repeated }: ParquetField): boolean {
  if (children.length > 0) return children.some((child) => child.name === 'bytes' && holdsBytes(child));
  return type === 'BYTE_ARRAY' && !converted && !repeated;
}

const isSingle = ({ children, repeated }: ParquetField) => children.length === 0 && !repeated;

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

function reasonOf(text: string): string {
  const message = text.replace(/^parquet /, '').split('\n')[0]!;
  const codec = /unsupported compression codec: (\w+)/.exec(message)?.[1];
  if (codec === undefined) return message;
  const newer = codec === 'ZSTD' ? ' (ZSTD needs Node 22.15 or newer)' : '';
  return `it is compressed with ${codec}, which is not read${newer}: write it with compression='snappy'`;
}
