import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DownloadOptions, download } from '../../src/core/download';
import { temporaryFolder } from '../folders';
import { type ServeOptions, serve, type TestServer } from '../server';

const content = randomBytes(300_000);
const hashOf = (bytes: Buffer, algorithm: 'md5' | 'sha256' = 'md5') => ({
  algorithm,
  value: createHash(algorithm).update(bytes).digest('hex'),
});
const quick: DownloadOptions = { pauseSeconds: 0.01, hash: hashOf(content) };

describe('download', () => {
  let server: TestServer;
  let file: string;
  const start = async (options?: ServeOptions, bytes = () => content) => {
    server = await serve(bytes, options);
  };

  beforeEach(() => {
    file = join(temporaryFolder(), 'deep', 'file.bin');
  });
  afterEach(() => server?.close());

  it('fetches a file, reports bytes, and leaves nothing else behind', async () => {
    await start();
    const seen: [number, number][] = [];
    await download(`${server.address}/file`, file, { ...quick, onProgress: (...args) => seen.push(args) });
    assert.deepEqual(readFileSync(file), content);
    assert.deepEqual(seen.at(-1), [content.length, content.length]);
    assert.deepEqual(readdirSync(dirname(file)), ['file.bin']);
  });

  it('does not fetch what is there', async () => {
    await start();
    await download(`${server.address}/file`, file, quick);
    await download(`${server.address}/file`, file, quick);
    assert.equal(server.requests.length, 1);
  });

  it('continues after a broken connection', async () => {
    await start({ breaks: [100_000, 50_000], etag: '"one"' });
    await download(`${server.address}/file`, file, quick);
    assert.deepEqual(readFileSync(file), content);
    const starts = server.requests.map(({ from }) => from);
    assert.equal(starts.length, 3);
    assert.ok(starts[0] === 0 && starts[1]! > 0 && starts[2]! > starts[1]!, String(starts));
  });

  it('continues an unfinished download of an earlier run', async () => {
    await start({ breaks: [100_000, 0, 0], etag: '"one"' });
    await assert.rejects(download(`${server.address}/file`, file, { ...quick, attempts: 2 }), /cannot be downloaded/);
    assert.equal(existsSync(file), false);
    const before = server.requests.length;
    await download(`${server.address}/file`, file, quick);
    assert.deepEqual(readFileSync(file), content);
    assert.ok(server.requests[before]!.from > 0);
  });

  it('starts again if the file on the server has changed', async () => {
    await start({ breaks: [100_000], etag: '"old"' }, () => randomBytes(300_000));
    await assert.rejects(download(`${server.address}/file`, file, { ...quick, attempts: 1 }));
    server.close();
    await start({ etag: '"new"' });
    await download(`${server.address}/file`, file, quick);
    assert.deepEqual(readFileSync(file), content);
  });

  it('starts again if parts of two versions were combined, which can happen with a server without ETags', async () => {
    await start({ breaks: [100_000] }, () => randomBytes(300_000));
    await assert.rejects(download(`${server.address}/file`, file, { ...quick, attempts: 1 }));
    server.close();
    await start();
    await download(`${server.address}/file`, file, quick);
    assert.deepEqual(readFileSync(file), content);
    assert.deepEqual(
      server.requests.map(({ from }) => from > 0),
      [true, false],
    );
  });

  it('starts again if the server does not support ranges', async () => {
    await start({ ranges: false, breaks: [100_000], etag: '"one"' });
    await download(`${server.address}/file`, file, quick);
    assert.deepEqual(readFileSync(file), content);
  });

  it('does not combine parts if neither an ETag nor a hash shows that they fit', async () => {
    await start({ breaks: [100_000] });
    await download(`${server.address}/file`, file, { pauseSeconds: 0.01 });
    assert.deepEqual(readFileSync(file), content);
    assert.deepEqual(
      server.requests.map(({ from }) => from),
      [0, 0],
    );
  });

  it('is complete if all bytes were received and only the renaming was missing', async () => {
    await start();
    mkdirSync(dirname(file));
    writeFileSync(`${file}.part`, content);
    await download(`${server.address}/file`, file, quick);
    assert.deepEqual(readFileSync(file), content);
  });

  it('refuses a file with another hash and keeps nothing of it', async () => {
    await start({}, () => content.subarray(0, 299_999));
    await assert.rejects(
      download(`${server.address}/file`, file, { ...quick, hash: hashOf(content, 'sha256') }),
      /is not the file\.bin that was expected: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/,
    );
    assert.deepEqual(readdirSync(dirname(file)), []);
  });

  it('stops if a file is larger than it may be', async () => {
    await start();
    await assert.rejects(download(`${server.address}/file`, file, { ...quick, largest: 1000 }), /more than the 1000/);
  });

  it('tries again if the server is busy, and gives up at once if it refuses', async () => {
    await start({ statuses: [503, 429] });
    await download(`${server.address}/file`, file, quick);
    assert.equal(server.requests.length, 3);
    server.close();
    await start({ statuses: [404] });
    await assert.rejects(download(`${server.address}/file`, `${file}2`, quick), /the server answers 404/);
    assert.equal(server.requests.length, 1);
  });

  it('counts a connection without data as broken', async () => {
    await start({ silent: 1, etag: '"one"' });
    await download(`${server.address}/file`, file, { ...quick, idleSeconds: 0.2 });
    assert.deepEqual(readFileSync(file), content);
  });

  it('says why the network cannot be used', async () => {
    await start();
    const { address } = server;
    server.close();
    await assert.rejects(
      download(`${address}/file`, file, { ...quick, attempts: 2 }),
      /cannot be downloaded: .*REFUSED/,
    );
  });

  it('fetches once for several callers and several processes', async () => {
    await start({ delay: 300, etag: '"one"' });
    const call = `require(${JSON.stringify(require.resolve('../../src/core/download'))}).download(${JSON.stringify(`${server.address}/file`)}, ${JSON.stringify(file)})`;
    const processes = [1, 2, 3].map(
      () =>
        new Promise<number | null>((resolve) => {
          spawn(process.execPath, ['-e', call], { stdio: 'inherit' }).on('close', resolve);
        }),
    );
    const here = [1, 2].map(() => download(`${server.address}/file`, file, quick));
    await Promise.all(here);
    assert.deepEqual(await Promise.all(processes), [0, 0, 0]);
    assert.deepEqual(readFileSync(file), content);
    assert.equal(server.requests.length, 1);
  });

  it('continues after a process that was killed during a download', async () => {
    await start({ silent: 1, etag: '"one"' });
    const call = `require(${JSON.stringify(require.resolve('../../src/core/download'))}).download(${JSON.stringify(`${server.address}/file`)}, ${JSON.stringify(file)})`;
    const child = spawn(process.execPath, ['-e', call]);
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    await download(`${server.address}/file`, file, quick);
    assert.deepEqual(readFileSync(file), content);
  });
});
