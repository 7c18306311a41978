import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { projectFolder } from '../../src/core/paths';
import { closeNotebooks, complaintsOf, labForSuite, openFile, withoutKernel } from './lab';

interface Notebook {
  cells: { outputs?: { data?: Record<string, unknown> }[] }[];
}

const folder = 'build/browser/course';
const names = readdirSync(join(projectFolder, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
const isVegaLite = (type: string) => type.startsWith('application/vnd.vegalite.');

describe('the course in JupyterLab, as it is committed', function () {
  this.timeout(180_000);
  const suite = labForSuite();

  /** One page for all notebooks, as loading JupyterLab takes most of the time of a test. */
  let page: Page;
  let complaints: string[];
  before(async () => {
    rmSync(join(projectFolder, folder), { recursive: true, force: true });
    mkdirSync(join(projectFolder, folder), { recursive: true });
    // copies, as JupyterLab saves by itself
    for (const name of names) cpSync(join(projectFolder, 'notebooks', name), join(projectFolder, folder, name));
    // tall enough for the longest notebook: JupyterLab draws what is in view
    page = await suite.newPage(14_000);
    await withoutKernel(page);
    complaints = complaintsOf(page);
    await page.goto(`${suite.lab.url}lab/tree/${folder}?reset&token=${suite.lab.token}`);
  });

  /** Also after a failure, so that the next notebook is alone in the page. */
  afterEach(() => closeNotebooks(page));

  for (const name of names) {
    it(`draws every chart of ${name} from its outputs, all code in view, without messages on the console`, async () => {
      const { cells } = JSON.parse(readFileSync(join(projectFolder, 'notebooks', name), 'utf8')) as Notebook;
      const charts = cells
        .flatMap(({ outputs = [] }) => outputs)
        .filter(({ data = {} }) => Object.keys(data).some(isVegaLite)).length;
      await openFile(page, name);
      const drawn = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .vega-embed .marks');
      if (charts > 0) await drawn.nth(charts - 1).waitFor();
      // JupyterLab hides cells that are out of view, perhaps the first one
      else await page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell:visible').first().waitFor();
      assert.equal(await drawn.count(), charts);
      for (const chart of await drawn.all()) {
        const box = await chart.boundingBox();
        assert.ok(box && box.width > 100 && box.height > 100, `a chart of ${box?.width} x ${box?.height} pixels`);
      }
      const cut =
        await page.evaluate(`[...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .cm-scroller')]
        .filter((editor) => editor.scrollWidth > editor.clientWidth + 1)
        .map((editor) => editor.textContent)`);
      assert.deepEqual(cut, []);
      assert.deepEqual(complaints, []);
      await page.screenshot({ path: join(projectFolder, folder, name.replace('.ipynb', '.png')) });
    });
  }
});
