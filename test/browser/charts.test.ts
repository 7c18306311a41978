import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { projectFolder } from '../../src/core/paths';
import { displayMetadata, toMimeBundle } from '../../src/notebook/mime';
import { examples } from '../charts/examples';
import { complaintsOf, labForSuite, withoutKernel } from './lab';

const folder = 'build/browser';
const name = 'charts.ipynb';

/** A notebook with every chart as the output of a cell, as `show` sends it. */
async function writeCharts(): Promise<void> {
  const cells = [];
  for (const [id, chart] of Object.entries(examples)) {
    const data = (await toMimeBundle(chart, { picture: false }))!;
    const output = { output_type: 'display_data', data, metadata: displayMetadata(data) };
    cells.push({ cell_type: 'code', id, source: `// ${id}`, metadata: {}, outputs: [output], execution_count: 1 });
  }
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  mkdirSync(join(projectFolder, folder), { recursive: true });
  writeFileSync(join(projectFolder, folder, name), JSON.stringify(notebook));
}

/** The parts of a canvas that the test uses; this project has no types for the browser. */
interface Canvas {
  width: number;
  height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, width: number, height: number): { data: number[] } };
}

/** Runs in the page: how many dark pixels a chart has, and how many are at its right edge, where a label would be cut off. */
function inkOf(mark: unknown): { all: number; atEdge: number } {
  const canvas = mark as Canvas;
  const { width, height } = canvas;
  const count = (x: number, across: number) => {
    const pixels = canvas.getContext('2d').getImageData(x, 0, across, height).data;
    let ink = 0;
    for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3]! > 0 && pixels[i]! < 200) ink++;
    return ink;
  };
  return { all: count(0, width), atEdge: count(width - 3, 3) };
}

describe('every chart in JupyterLab', function () {
  this.timeout(180_000);
  before(writeCharts);
  after(async () => {
    if (suite.lab) await chooseTheme('JupyterLab Light');
  });
  const suite = labForSuite();

  async function chooseTheme(theme: string): Promise<void> {
    const address = `${suite.lab.url}lab/api/settings/${encodeURIComponent('@jupyterlab/apputils-extension:themes')}?token=${suite.lab.token}`;
    const { ok, status } = await fetch(address, {
      method: 'PUT',
      body: JSON.stringify({ raw: JSON.stringify({ theme }) }),
    });
    assert.ok(ok, `JupyterLab does not take the theme: ${status}`);
  }

  async function draw(page: Page): Promise<string[]> {
    const complaints = complaintsOf(page);
    await page.goto(`${suite.lab.url}lab/tree/${folder}/${name}?reset&token=${suite.lab.token}`);
    const count = Object.keys(examples).length;
    await page
      .locator('.jp-NotebookPanel .vega-embed .marks')
      .nth(count - 1)
      .waitFor();
    return complaints;
  }

  for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
    it(`is drawn completely, without messages on the console, in the theme ${theme}`, async () => {
      await chooseTheme(theme);
      // tall enough for the whole notebook: JupyterLab draws what is in view
      const page = await suite.newPage(16_000);
      await withoutKernel(page);
      const complaints = await draw(page);
      const marks = page.locator('.jp-NotebookPanel .vega-embed .marks');
      assert.equal(await marks.count(), Object.keys(examples).length);
      for (const [i, id] of Object.keys(examples).entries()) {
        const box = await marks.nth(i).boundingBox();
        assert.ok(box && box.width > 100 && box.height > 60, `${id}: ${box?.width} x ${box?.height} pixels`);
        const { all, atEdge } = await marks.nth(i).evaluate(inkOf);
        assert.equal(atEdge, 0, `${id}: cut off at its right edge`);
        assert.ok(all > 500, `${id}: ${all} dark pixels are no chart`);
      }
      assert.equal(await page.locator('.jp-OutputArea .vega-embed .error').count(), 0);
      assert.deepEqual(complaints, []);
      const dark = await page.locator('body').getAttribute('data-jp-theme-light');
      assert.equal(dark, String(theme.endsWith('Light')));
      const file = theme.toLowerCase().replace(/\W+/g, '-');
      await page.screenshot({ path: join(projectFolder, folder, `charts-${file}.png`) });
      await page.close();
    });
  }
});
