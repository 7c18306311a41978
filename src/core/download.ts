import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, UserError } from './errors';
import { withFileLock } from './fileLock';
import { checkNumber, withDefaults } from './options';

export interface DownloadOptions {
  /** expected hash of the file in hexadecimal digits; without one any content is accepted */
  hash?: { algorithm: 'md5' | 'sha256'; value: string };
  /** called with the number of bytes received and in all; NaN when the server does not say */
  onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** attempts in a row without a new byte, after which it gives up; default 4 */
  attempts?: number;
  /** seconds without a byte after which a connection counts as broken; default 30 */
  idleSeconds?: number;
  /** seconds before the second attempt, doubled for each further one; default 1 */
  pauseSeconds?: number;
  /**
   * whether to accept only https, also after redirects, or a server on this machine: for files without a published hash; default
   * false
   */
  secure?: boolean;
  /** largest size of the file in bytes; default: no limit */
  largest?: number;
}

/** The downloaded file has another hash than expected. */
export class WrongHashError extends UserError {}

type Settings = Required<Omit<DownloadOptions, 'hash'>> & Pick<DownloadOptions, 'hash'>;

/**
 * Download a file, unless it exists. Interrupted downloads are resumed, also by a later call; the hash is checked; the file
 * appears under its name when it is complete and correct. Of several processes that need the same file, one downloads it and the
 * others wait.
 *
 * @throws {UserError} when the download fails (the received part is kept) or the content is not as expected (it is deleted)
 */
export async function download(address: string, file: string, options?: DownloadOptions): Promise<void> {
  const settings = withDefaults<Settings>('download', options, {
    ...{ hash: undefined, onProgress: () => {}, largest: Number.POSITIVE_INFINITY, secure: false },
    ...{ attempts: 4, idleSeconds: 30, pauseSeconds: 1 },
  });
  checkNumber('attempts', settings.attempts, { min: 1, integer: true });
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  await withFileLock(`${file}.lock`, async () => {
    if (existsSync(file)) return; // another process has downloaded it meanwhile
    const part = `${file}.part`;
    const resumed = await fetchWhole(address, part, settings);
    if (!(await hasHash(part, settings))) {
      // the pieces may be of two versions of the file: once more from the start
      if (resumed) await fetchWhole(address, removed(part), settings);
      if (!resumed || !(await hasHash(part, settings))) throw await wrongHash(address, part, settings);
    }
    renameSync(part, file);
    rmSync(tagOf(part), { force: true });
  });
}

/** File that holds the ETag of a partial download. */
const tagOf = (part: string): string => `${part}.tag`;

function removed(part: string): string {
  rmSync(part, { force: true });
  rmSync(tagOf(part), { force: true });
  return part;
}

/** Repeat attempts until the file is complete. @returns whether it came in more than one piece */
async function fetchWhole(address: string, part: string, settings: Settings): Promise<boolean> {
  for (let failed = 0; ; ) {
    const before = sizeOf(part);
    try {
      return (await fetchRest(address, part, settings)) > 0;
    } catch (error) {
      if (error instanceof UserError) throw error;
      const code = (error as NodeJS.ErrnoException).code;
      if (code && /^E(NOSPC|ACCES|ROFS|PERM|DQUOT|FBIG)$/.test(code))
        throw new UserError(`${part} cannot be written: ${messageOf(error)}`);
      failed = sizeOf(part) > before ? 1 : failed + 1;
      if (failed >= settings.attempts) throw new UserError(`${address} cannot be downloaded: ${reasonOf(error)}`);
      await new Promise((resolve) => setTimeout(resolve, settings.pauseSeconds * 1000 * 2 ** (failed - 1)));
    }
  }
}

/** Download the missing rest of a file. @returns the byte it began at */
async function fetchRest(address: string, part: string, settings: Settings): Promise<number> {
  const { idleSeconds, onProgress, hash, largest, secure } = settings;
  const tag = existsSync(tagOf(part)) ? readFileSync(tagOf(part), 'utf8') : '';
  let have = tag || hash ? sizeOf(part) : 0; // without ETag and hash it cannot be known whether the rest fits
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error(`no data for ${idleSeconds} seconds`)), idleSeconds * 1000);
  };
  alive();
  try {
    const headers: Record<string, string> = { 'Accept-Encoding': 'identity' };
    if (have > 0) headers.Range = `bytes=${have}-`;
    if (have > 0 && tag) headers['If-Range'] = tag;
    const response = await request(address, { headers, signal: abort.signal }, secure);
    if (response.status === 416) {
      // nothing is missing, or the file on the server has become shorter
      if (hash && (await hasHash(part, settings))) return have;
      removed(part);
      throw new Error('the server has no more bytes than are here already');
    }
    const again = response.status >= 500 || response.status === 408 || response.status === 429;
    if (!response.ok && !again) {
      throw new UserError(`${address} cannot be downloaded: the server answers ${response.status}`);
    }
    if (!response.ok || !response.body) throw new Error(`the server answers ${response.status}`);
    const resumed = response.status === 206 && startOf(response.headers.get('content-range')) === have;
    if (response.status === 206 && !resumed) throw new Error('the server sent another part than was asked for');
    if (!resumed) have = 0;
    const etag = response.headers.get('etag') ?? '';
    await writeFile(tagOf(part), etag.startsWith('W/') ? '' : etag); // a weak ETag does not guarantee equal bytes
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    let done = have;
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        alive();
        done += chunk.length;
        if (done > largest) throw new UserError(`${address} has more than the ${largest} bytes that were expected`);
        onProgress(done, have + length);
        yield chunk;
      }
    };
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, counted, createWriteStream(part, { flags: resumed ? 'a' : 'w' }));
    if (done !== have + length && !Number.isNaN(length)) throw new Error('the connection broke');
    return have;
  } finally {
    clearTimeout(timer);
  }
}

const MOST_REDIRECTS = 10;

/** As fetch, but redirects from https to http are refused, and with `secure` every address that is not https. */
async function request(address: string, options: RequestInit, secure: boolean): Promise<Response> {
  let url = new URL(address);
  for (let count = 0; count <= MOST_REDIRECTS; count++) {
    if (secure && !isSecure(url)) {
      throw new UserError(`${address} cannot be downloaded: it has no published hash, and ${url.origin} is not https`);
    }
    const response = await fetch(url, { ...options, redirect: 'manual' });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new UserError(`${address} cannot be downloaded: the server sends on to ${next.origin}, which is not https`);
    }
    url = next;
  }
  throw new UserError(`${address} cannot be downloaded: the server sends on more than ${MOST_REDIRECTS} times`);
}

/** Connections within this machine need no https. */
const isSecure = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));

const startOf = (range: string | null): number => Number(/^bytes (\d+)-/.exec(range ?? '')?.[1] ?? Number.NaN);
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

async function hasHash(file: string, { hash }: Settings): Promise<boolean> {
  return !hash || (await hashOfFile(file, hash.algorithm)) === hash.value.toLowerCase();
}

async function wrongHash(address: string, part: string, { hash }: Settings): Promise<WrongHashError> {
  const { algorithm, value } = hash!;
  const found = await hashOfFile(part, algorithm);
  removed(part);
  return new WrongHashError(
    `${address} is not the ${basename(part, '.part')} that was expected: its ${algorithm === 'md5' ? 'MD5' : 'SHA-256'} is ${found}, expected ${value}`,
  );
}

/** The message of `fetch` is 'fetch failed'; the reason is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause ?? error) || messageOf(error);
}

/** The hash of a file's content, in hexadecimal digits. */
export async function hashOfFile(file: string, algorithm: 'md5' | 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
