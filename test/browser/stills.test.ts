import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { jupyterEnvironment } from '../../src/cli/python';
import { projectFolder } from '../../src/core/paths';
import { openDataset } from '../../src/data/public';
import { displaySymbol, type MimeBundle } from '../../src/notebook';
import { chooseLearningRate, cleanLabels } from '../../src/widgets';
import { python } from '../kernel/session';
import { withFakeComms } from '../notebook/widget/fakeComms';
import { stripesFolder } from '../pictures';
import { chromiumArguments, complaintsOf, findChromium } from './lab';

const folder = join(projectFolder, 'build', 'browser-stills');
const view = 'application/vnd.jupyter.widget-view+json';

/** A notebook whose cells have shown these, as a kernel with widgets leaves it. */
function notebookOf(bundles: readonly MimeBundle[]): object {
  const cells = bundles.map((data, i) => {
    const output = { output_type: 'execute_result', execution_count: i + 1, data, metadata: {} };
    return { cell_type: 'code', id: `c${i}`, source: 'shown', metadata: {}, execution_count: i + 1, outputs: [output] };
  });
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  return { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

describe('widgets in a page of nbconvert, which GitHub and nbviewer use', function () {
  this.timeout(120_000);

  it('are shown by their pictures, without a kernel, a network, or anything broken', async function () {
    const executablePath = findChromium();
    if (!executablePath) return this.skip();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const steps = [1e-4, 1e-3, 1e-2].map((learningRate) => ({ learningRate, loss: 1, smoothed: 1 - learningRate }));
    const dataset = await openDataset(await stripesFolder(3));
    const suspects = [{ file: 'green/0.png', suggested: 'red', reason: 'predicted as red, 97%' }];
    await withFakeComms(async () => {
      const bundles = [
        await chooseLearningRate({ steps, valley: 0.001, steepest: 0.002 })[displaySymbol](),
        await (await cleanLabels(dataset, { suspects }))[displaySymbol](),
      ];
      assert.ok(bundles.every((bundle) => view in bundle));
      writeFileSync(join(folder, 'widgets.ipynb'), JSON.stringify(notebookOf(bundles)));
    });
    const parameters = ['-m', 'nbconvert', '--to', 'html', join(folder, 'widgets.ipynb')];
    const converted = spawnSync(python, parameters, { env: await jupyterEnvironment(), encoding: 'utf8' });
    assert.equal(converted.status, 0, converted.stderr);

    const browser = await chromium.launch({ executablePath, args: chromiumArguments });
    try {
      const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
      const complaints = complaintsOf(page);
      await page.route(/^https?:/, (route) => route.abort());
      await page.goto(pathToFileURL(join(folder, 'widgets.html')).href);
      const pictures = page.locator('.jp-OutputArea img');
      assert.equal(await pictures.count(), 2);
      const widths = await pictures.evaluateAll((all) => all.map((one) => (one as never as Picture).naturalWidth));
      assert.ok(
        widths.every((width) => width > 100),
        widths.join(),
      );
      await page.getByText('predicted as red, 97%').waitFor();
      assert.equal(await page.getByText(/widget|model not found|Error/i).count(), 0);
      await page.screenshot({ path: join(folder, 'page.png') });
      assert.deepEqual(
        complaints.filter((text) => !/net::ERR_FAILED|require is not defined|MathJax/i.test(text)),
        [],
      );
    } finally {
      await browser.close();
    }
  });
});

interface Picture {
  naturalWidth: number;
}
