import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from '../../src/core/paths';
import { load, node, removeFolders, setupFile, temporaryFolder } from './helpers';

interface PortsModule {
  isFree(port: number): Promise<boolean>;
  nextFree(first: number, tries?: number): Promise<number | undefined>;
}

/** Listen on any free port. */
async function takePort(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Start the lab and call a function when it is ready. */
async function withLab(use: (url: URL, child: ChildProcess) => Promise<void>, options: readonly string[] = []) {
  let used: Promise<void> | undefined;
  const start = performance.now();
  let seconds = 0;
  const ended = await node([setupFile('lab.mjs'), '--no-browser', ...options], {}, (child, printed) => {
    const address = /^JupyterLab is ready at (\S+)$/m.exec(printed)?.[1];
    if (!address || used) return;
    seconds = (performance.now() - start) / 1000;
    used = use(new URL(address), child).catch((error) => {
      child.kill('SIGINT');
      throw error;
    });
    used.catch(() => {});
  });
  assert.ok(used, `the lab was not ready: ${ended.stderr}`);
  await used;
  return { ...ended, seconds };
}

/** How many processes run this project's jupyter_lab.py on a port. */
function serversOn(port: string): number {
  const answer = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
  const script = setupFile('lib', 'jupyter_lab.py');
  return answer.split('\n').filter((line) => line.includes(script) && line.includes(`port=${port} `)).length;
}

describe('the lab', () => {
  it('answers on this machine only, requires its token, and ends at Ctrl+C', async () => {
    let port = '';
    const { code, stdout, stderr } = await withLab(async (url, child) => {
      port = url.port;
      assert.equal(url.hostname, '127.0.0.1');
      const api = new URL('/api/kernelspecs', url);
      assert.equal((await fetch(api)).status, 403);
      api.search = url.search;
      const specs = (await (await fetch(api)).json()) as { default: string };
      assert.equal(specs.default, 'tslab');
      const settings = new URL('/lab/api/settings/@jupyterlab/apputils-extension:notification', url);
      settings.search = url.search;
      const { schema } = (await (await fetch(settings)).json()) as {
        schema: { properties: Record<string, { default: unknown }> };
      };
      assert.equal(schema.properties.fetchNews?.default, 'false');
      assert.equal(schema.properties.checkForUpdates?.default, false);
      child.kill('SIGINT');
    });
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.match(stdout, /Ending JupyterLab\.\n$/);
    assert.equal(serversOn(port), 0);
  });

  it('listens on every address in a container, and still requires its token', async () => {
    await withLab(
      async (url, child) => {
        assert.equal(url.hostname, '127.0.0.1'); // the address that users open
        const api = new URL('/api/kernelspecs', url);
        api.hostname = '127.0.0.2'; // another address of this machine
        assert.equal((await fetch(api)).status, 403);
        api.search = url.search;
        assert.equal((await fetch(api)).status, 200);
        child.kill('SIGINT');
      },
      ['--ip', '0.0.0.0'],
    );
    const { code, stderr } = await node([setupFile('start.mjs'), '--ip', 'localhost']);
    assert.deepEqual([code, stderr], [1, "--ip takes an IP address like 127.0.0.1, not 'localhost'.\n"]);
  });

  it('hides its token and the keys of its kernels from other users of this machine', async () => {
    await withLab(async (url, child) => {
      const kernels = new URL('/api/kernels', url);
      kernels.search = url.search;
      assert.equal((await fetch(kernels, { method: 'POST', body: '{"name":"tslab"}' })).status, 201);
      const log = cacheFolder('logs', `jupyterlab-${url.port}.log`);
      assert.match(readFileSync(log, 'utf8'), /token=/); // the file contains the secret, so others must not read it
      const runtime = cacheFolder('jupyter', 'runtime');
      const files = readdirSync(runtime).map((name) => join(runtime, name));
      assert.ok(files.some((file) => /kernel-.*\.json$/.test(file)));
      assert.ok(files.some((file) => /jpserver-.*\.json$/.test(file)));
      const secrets = files.filter((file) => /\.json$|secret$/.test(file)); // JupyterLab's own page is protected by the folder's permissions
      const open = [cacheFolder('logs'), log, runtime, ...secrets].filter((file) => statSync(file).mode & 0o077);
      assert.deepEqual(open, []);
      child.kill('SIGINT');
    });
  });

  it('ends when the process that started it ends', async () => {
    let port = '';
    await withLab(async (url, child) => {
      port = url.port;
      child.kill('SIGKILL');
    });
    for (let i = 0; i < 100 && serversOn(port) > 0; i++) await sleep(100);
    assert.equal(serversOn(port), 0);
  });

  it('says in one line that the port it was given is taken', async () => {
    const { server, port } = await takePort();
    try {
      for (const entry of ['lab.mjs', 'start.mjs']) {
        const { code, stderr } = await node([setupFile(entry), '--no-browser', '--port', String(port)]);
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`^Port ${port} is taken .*Choose another with --port.*\n$`));
      }
    } finally {
      server.close();
    }
  });

  it('uses the next free port by default', async () => {
    const { isFree, nextFree } = await load<PortsModule>('lib', 'ports.mjs');
    const { server, port } = await takePort();
    try {
      assert.equal(await isFree(port), false);
      const next = await nextFree(port);
      assert.ok(next !== undefined && next > port && (await isFree(next)));
      assert.equal(await nextFree(port, 1), undefined);
    } finally {
      server.close();
    }
  });

  it('refuses an invalid port', async () => {
    for (const port of ['0', '70000', 'eight', '-1']) {
      const { code, stderr } = await node([setupFile('lab.mjs'), `--port=${port}`]);
      assert.equal(code, 1);
      assert.equal(stderr, `--port takes a number from 1 to 65535, not '${port}'.\n`);
    }
  });
});

describe('a file for secrets', () => {
  after(removeFolders);

  interface PrivateModule {
    openPrivateFile(file: string): number;
    makePrivateFolder(folder: string): void;
  }
  const mode = (file: string) => statSync(file).mode & 0o777;

  it('is private before anything is written, like its folder, even if they existed before', async () => {
    const { openPrivateFile } = await load<PrivateModule>('lib', 'private.mjs');
    const folder = join(temporaryFolder(), 'logs');
    openPrivateFile(join(folder, 'new.log'));
    assert.deepEqual([mode(folder), mode(join(folder, 'new.log'))], [0o700, 0o600]);

    const open = join(temporaryFolder(), 'logs');
    mkdirSync(open, { mode: 0o755 });
    writeFileSync(join(open, 'old.log'), 'old', { mode: 0o644 });
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, 'kept', { mode: 0o644 });
    symlinkSync(elsewhere, join(open, 'link.log'));
    for (const name of ['old.log', 'link.log']) writeFileSync(openPrivateFile(join(open, name)), 'secret');
    assert.deepEqual([mode(open), mode(join(open, 'old.log')), mode(join(open, 'link.log'))], [0o700, 0o600, 0o600]);
    assert.equal(readFileSync(elsewhere, 'utf8'), 'kept');
  });
});
