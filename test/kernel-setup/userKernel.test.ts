import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { load, removeFolders, setupFile, temporaryFolder } from './helpers';

interface UserKernelModule {
  kernelFolder(options: { name?: string; prefix?: string }, environment: NodeJS.ProcessEnv, platform: string): string;
}

/** Starts a kernel by name, as JupyterLab and VS Code do, and prints what a cell prints. */
const RUN = `
import sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name=sys.argv[1], startup_timeout=100)
try:
    client.execute_interactive(sys.argv[2], timeout=100)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
`;

describe("the kernel in the user's own Jupyter", function () {
  this.timeout(150_000);
  afterEach(removeFolders);

  /** The environment of a terminal in which nothing of the project is set. */
  function outside(): NodeJS.ProcessEnv {
    const home = temporaryFolder();
    const plain = Object.entries(process.env).filter(
      ([name]) => !/^(?:JUPYTER|IPYTHON|XDG_|TUNEBOOK_KERNEL)/.test(name),
    );
    return { ...Object.fromEntries(plain), HOME: home, XDG_DATA_HOME: join(home, 'data') };
  }
  const run = (environment: NodeJS.ProcessEnv, ...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [setupFile('tunebook.mjs'), 'kernel', ...words], {
      env: environment,
      encoding: 'utf8',
      cwd: environment.HOME,
    });
    return { status, text: `${stdout}${stderr}`.trim() };
  };

  it('can be started by a Jupyter that is not ours, in any folder, and removed again', () => {
    const environment = outside();
    const folder = join(environment.XDG_DATA_HOME!, 'jupyter', 'kernels', 'tslab');
    const installed = run(environment, 'install', '--user');
    assert.equal(installed.status, 0);
    assert.match(installed.text, /pip install anywidget/);
    assert.deepEqual(run(environment, 'install').status, 0); // again
    const python = cacheFolder('python', 'bin', 'python');
    const cell = `import { variants } from 'tunebook';
import { table } from 'arquero'; // as the course does
console.log('variants:', Object.keys(variants).length, 'rows:', table({ a: [1, 2] }).numRows());`;
    const { stdout, stderr } = spawnSync(python, ['-c', RUN, 'tslab', cell], {
      env: environment,
      encoding: 'utf8',
      cwd: environment.HOME,
    });
    assert.match(stdout, /^variants: 7 rows: 2$/m, stderr);
    assert.match(run(environment, 'uninstall').text, /^removed .*tslab$/);
    assert.ok(!existsSync(folder));
    assert.match(run(environment, 'uninstall').text, /^tunebook: there is no kernel in '.*tslab'$/);
  });

  it('leaves a kernel of somebody else, and files that were added to it, as they are', () => {
    const environment = outside();
    const folder = join(environment.XDG_DATA_HOME!, 'jupyter', 'kernels', 'tslab');
    mkdirSync(folder, { recursive: true });
    const theirs = JSON.stringify({ argv: ['tslab', 'kernel'], display_name: 'TypeScript' });
    writeFileSync(join(folder, 'kernel.json'), theirs);
    for (const command of ['install', 'uninstall']) {
      const { status, text } = run(environment, command);
      assert.equal(status, 1);
      assert.match(text, /^tunebook: '.*tslab' is another kernel, which stays as it is/);
    }
    assert.equal(readFileSync(join(folder, 'kernel.json'), 'utf8'), theirs);
    const own = join(environment.XDG_DATA_HOME!, 'jupyter', 'kernels', 'mine');
    assert.equal(run(environment, 'install', '--name', 'mine').status, 0);
    writeFileSync(join(own, 'logo-64x64.png'), '');
    assert.equal(run(environment, 'uninstall', '--name', 'mine').status, 0);
    assert.deepEqual(readdirSync(own), ['logo-64x64.png']);
  });

  it('refuses names that lead elsewhere, and a Python environment that is not there', () => {
    const environment = outside();
    assert.match(
      run(environment, 'install', '--name', '../x').text,
      /^tunebook: '..\/x' cannot be the name of a kernel/,
    );
    assert.match(run(environment, 'install', '--name', '..').text, /cannot be the name of a kernel/);
    assert.match(
      run(environment, 'install', '--prefix', join(environment.HOME!, 'none')).text,
      /^tunebook: no folder '.*none': give the folder of a Python environment$/,
    );
    assert.deepEqual(readdirSync(environment.HOME!), []);
  });

  it("is written where Jupyter looks on each system, not into the project's own folder", async () => {
    const { kernelFolder } = await load<UserKernelModule>('lib', 'user-kernel.mjs');
    const places: [object, NodeJS.ProcessEnv, string, RegExp][] = [
      [{}, {}, 'linux', /\/\.local\/share\/jupyter\/kernels\/tslab$/],
      [{}, { XDG_DATA_HOME: '/d' }, 'linux', /^\/d\/jupyter\/kernels\/tslab$/],
      [{}, { XDG_DATA_HOME: 'relative' }, 'linux', /\/\.local\/share\/jupyter\/kernels\/tslab$/],
      [{}, {}, 'darwin', /\/Library\/Jupyter\/kernels\/tslab$/],
      [{}, { JUPYTER_DATA_DIR: '/j' }, 'linux', /^\/j\/kernels\/tslab$/],
      [{}, { JUPYTER_DATA_DIR: cacheFolder('jupyter', 'data') }, 'linux', /\/\.local\/share\/jupyter\/kernels\/tslab$/],
      [{ prefix: '/venv', name: 'mine' }, {}, 'linux', /^\/venv\/share\/jupyter\/kernels\/mine$/],
    ];
    for (const [options, environment, platform, place] of places)
      assert.match(kernelFolder(options, environment, platform), place);
  });
});
