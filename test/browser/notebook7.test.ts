import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { jupyterEnvironment } from '../../src/cli/python';
import { cacheFolder, projectFolder } from '../../src/core/paths';
import { python } from '../kernel/session';
import { choose, chromiumArguments, end, findChromium, type Lab, OpenNotebook, PATIENCE } from './lab';
import { outputsOf, writeNotebook } from './notebookFile';

const folder = 'build/browser-notebook7';
const inFolder = (...parts: string[]) => join(projectFolder, folder, ...parts);
/** Made by kernel-setup/steps/notebook7.mjs. */
const packages = cacheFolder('notebook7');
const extensions = join(projectFolder, 'kernel-setup', 'labextensions');

/** What Jupyter Notebook 7.6.5 itself complains about, also without these widgets. */
const own = /Cannot read properties of undefined \(reading 'schema'\)/;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Start Jupyter Notebook 7 with the project's kernel and the widgets of its JupyterLab. */
async function startNotebook(): Promise<Lab> {
  const environment = await jupyterEnvironment();
  const token = randomUUID();
  const port = await freePort();
  const child: ChildProcess = spawn(
    python,
    [
      ...['-m', 'notebook', '--no-browser', '--allow-root', '--ServerApp.ip=127.0.0.1', `--ServerApp.port=${port}`],
      `--ServerApp.root_dir=${projectFolder}`,
      ...['JupyterNotebookApp', 'LabApp'].map((app) => `--${app}.extra_labextensions_path=${extensions}`),
      '--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate',
    ],
    {
      cwd: projectFolder,
      env: {
        ...environment,
        PYTHONPATH: packages,
        JUPYTER_PATH: [environment.JUPYTER_PATH, join(packages, 'share', 'jupyter')].join(delimiter),
        JUPYTERLAB_DIR: join(packages, 'share', 'jupyter', 'lab'),
        JUPYTER_TOKEN: token,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let log = '';
  await new Promise<void>((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`Jupyter Notebook ended with ${code}: ${log}`)));
    child.stderr?.on('data', (data: Buffer) => {
      log += data.toString();
      if (log.includes(`http://127.0.0.1:${port}/`)) ready();
    });
  });
  return { url: `http://127.0.0.1:${port}/`, token, stop: () => end(child) };
}

describe('widgets in Jupyter Notebook 7', function () {
  this.timeout(300_000);
  let server: Lab;
  let browser: Browser;
  before(async function () {
    const executablePath = findChromium();
    if (!executablePath || !existsSync(packages)) {
      console.log('      no Chromium or no Jupyter Notebook here (.cache/notebook7; npm test brings it): not tested');
      return this.skip();
    }
    rmSync(inFolder(), { recursive: true, force: true });
    mkdirSync(inFolder(), { recursive: true });
    [server, browser] = await Promise.all([
      startNotebook(),
      chromium.launch({ executablePath, args: chromiumArguments, timeout: PATIENCE }),
    ]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('answer to mouse and keyboard, are there after a reload, and leave their picture without the kernel', async () => {
    const name = 'rate.ipynb';
    writeNotebook(inFolder(name), [
      [
        "import { chooseLearningRate } from 'tunebook/widgets';",
        'const steps = Array.from({ length: 40 }, (_, i) => ({ learningRate: 1e-5 * 10 ** (i / 8), loss: 2 - i / 40, smoothed: 2 - i / 40 }));',
        'const choice = chooseLearningRate({ steps, valley: 0.003, steepest: 0.02 });',
        'choice',
      ].join('\n'),
      'choice.learningRate',
    ]);
    const page = await browser.newPage({ viewport: { width: 1200, height: 1200 } });
    page.setDefaultTimeout(PATIENCE);
    const notebook = await OpenNotebook.inNotebook7(page, server, `${folder}/${name}`);
    const run = async (index: number) => {
      await notebook.editEnd(index);
      await page.keyboard.press('Control+Enter');
      await notebook.finished(index, PATIENCE);
    };
    await run(0);
    const shown = notebook.cell(0).locator('.tunebook');
    await shown.getByText('Chosen: 0.003.').waitFor();
    await shown.getByRole('button', { name: 'Take steepest' }).click();
    await shown.getByText('Chosen: 0.02.').waitFor();
    await shown.getByRole('slider').focus();
    await page.keyboard.press('ArrowLeft');
    await shown.getByText('Chosen: 0.0133.').waitFor();
    // changes that follow each other quickly are sent one after the other
    for (let i = 0; i < 40 && (i === 0 || (await notebook.output(1).textContent()) !== '0.0133'); i++) {
      await page.waitForTimeout(500);
      await run(1);
    }
    assert.equal(await notebook.output(1).textContent(), '0.0133');
    await page.screenshot({ path: inFolder('widget.png') });
    await notebook.save();
    await page.reload();
    await shown.getByText('Chosen: 0.0133.').waitFor();
    assert.deepEqual(
      notebook.complaints.filter((text) => !own.test(text)),
      [],
    );
    const types = outputsOf(inFolder(name)).flatMap(({ data = {} }) => Object.keys(data));
    assert.ok(types.includes('image/png'), types.join());

    await Promise.all([
      page.waitForResponse(
        (answer) => answer.request().method() === 'DELETE' && answer.url().includes('/api/sessions/'),
      ),
      choose(page, 'Kernel', 'Shut Down Kernel'),
    ]);
    // shown until the page is connected with its new kernel, which does not have the widget, and also after that
    const picture = notebook.cell(0).locator('img[src^="data:image/png"]');
    const missed = page.waitForEvent('console', (message) => message.text().includes('widget model not found'));
    await Promise.all([page.reload(), picture.waitFor(), missed]);
    await picture.waitFor();
    await shown.waitFor({ state: 'detached' });
    assert.equal(await notebook.cell(0).getByText('Error displaying widget').count(), 0);
    await page.screenshot({ path: inFolder('still.png') });
    await page.close();
  });
});
