import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { projectFolder } from '../../src/paths';
import { chromiumArguments, findChromium, type Lab, startLab } from './lab';

interface Notebook {
  cells: { outputs?: { data?: Record<string, unknown> }[] }[];
}

const folder = 'build/browser/course';
const names = readdirSync(join(projectFolder, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
const isVegaLite = (type: string) => type.startsWith('application/vnd.vegalite.');

describe('the course in JupyterLab, as it is committed', function () {
  this.timeout(180_000);
  let browser: Browser | undefined;
  let lab: Lab | undefined;

  before(async function () {
    const executablePath = findChromium();
    if (!executablePath) {
      console.log('      no Chromium here (apt-get install chromium): the notebooks are not opened in a browser');
      this.skip();
    }
    rmSync(join(projectFolder, folder), { recursive: true, force: true });
    mkdirSync(join(projectFolder, folder), { recursive: true });
    // copies, as JupyterLab saves by itself
    for (const name of names) cpSync(join(projectFolder, 'notebooks', name), join(projectFolder, folder, name));
    lab = await startLab();
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
  });

  for (const name of names) {
    it(`draws every chart of ${name} from its outputs, without a complaint`, async () => {
      const { cells } = JSON.parse(readFileSync(join(projectFolder, 'notebooks', name), 'utf8')) as Notebook;
      const charts = cells
        .flatMap(({ outputs = [] }) => outputs)
        .filter(({ data = {} }) => Object.keys(data).some(isVegaLite)).length;
      // tall enough for the whole notebook: JupyterLab draws what is in view
      const page = await browser!.newPage({ viewport: { width: 1400, height: 14_000 } });
      const complaints: string[] = [];
      page.on('console', (message) => {
        // a missing favicon or a user's overrides that do not exist are JupyterLab's own
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
          complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(`${lab!.url}lab/tree/${folder}/${name}?reset&token=${lab!.token}`);
      const drawn = page.locator('.jp-NotebookPanel .vega-embed .marks');
      if (charts > 0) await drawn.nth(charts - 1).waitFor({ timeout: 120_000 });
      else await page.locator('.jp-NotebookPanel .jp-CodeCell').first().waitFor({ timeout: 120_000 });
      assert.equal(await drawn.count(), charts);
      for (const chart of await drawn.all()) {
        const box = await chart.boundingBox();
        assert.ok(box && box.width > 100 && box.height > 100, `a chart of ${box?.width} x ${box?.height} pixels`);
      }
      assert.deepEqual(complaints, []);
      await page.screenshot({ path: join(projectFolder, folder, name.replace('.ipynb', '.png')) });
      await page.close();
    });
  }
});
