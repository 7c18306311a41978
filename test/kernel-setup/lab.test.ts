import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { load, node, setupFile } from './helpers';

interface PortsModule {
  isFree(port: number): Promise<boolean>;
  nextFree(first: number, tries?: number): Promise<number | undefined>;
}

/** Take some free port. */
async function takePort(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Start the lab and, when it is ready, do something with it. */
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

/** How many processes run jupyter_lab.py on a port. */
function serversOn(port: string): number {
  const answer = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
  return answer.split('\n').filter((line) => line.includes('jupyter_lab.py') && line.includes(`port=${port} `)).length;
}

describe('the lab', () => {
  it('answers on this machine only, to those who have its token, and ends with Ctrl+C', async () => {
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

  it('listens on every address in a container, and still asks for its token', async () => {
    await withLab(
      async (url, child) => {
        assert.equal(url.hostname, '127.0.0.1'); // the one that a person opens
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

  it('does not outlive the process that started it', async () => {
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
        assert.match(stderr, new RegExp(`^Port ${port} is taken .*Give another with --port.*\n$`));
      }
    } finally {
      server.close();
    }
  });

  it('takes the next free port when it was given none', async () => {
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

  it('refuses what is no port', async () => {
    for (const port of ['0', '70000', 'eight', '-1']) {
      const { code, stderr } = await node([setupFile('lab.mjs'), `--port=${port}`]);
      assert.equal(code, 1);
      assert.equal(stderr, `--port takes a number from 1 to 65535, not '${port}'.\n`);
    }
  });
});
