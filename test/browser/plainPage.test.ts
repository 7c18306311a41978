import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { projectFolder } from '../../src/core/paths';
import { readCorrections } from '../../src/data';
import { openDataset } from '../../src/data/public';
import { displaySymbol, type MimeBundle } from '../../src/notebook';
import { TrainingControls } from '../../src/notebook/trainingControls';
import { type TrainResult, train } from '../../src/training';
import { chooseLearningRate, cleanLabels, exploreAugmentation, exploreConfusion, tryModel } from '../../src/widgets';
import { type FakeComms, withFakeComms } from '../notebook/widget/fakeComms';
import { stripes, stripesFolder } from '../pictures';
import { chromiumArguments, complaintsOf, findChromium } from './lab';
import { openPage, servePages } from './plainPage';

const pictures = join(projectFolder, 'build', 'plain-page');

describe('widgets in a plain page, without Jupyter', function () {
  this.timeout(120_000);
  let browser: Browser;
  let server: Server;
  let url: string;
  let folder: string;
  let run: TrainResult;
  before(async function () {
    const executablePath = findChromium();
    if (!executablePath) {
      console.log('      no Chromium here (apt-get install chromium): not tested');
      return this.skip();
    }
    rmSync(pictures, { recursive: true, force: true });
    mkdirSync(pictures, { recursive: true });
    folder = await stripesFolder(8);
    const options = {
      backbone: 'mobilenet-v1-0.25',
      weights: 'random',
      inputSize: 64,
      epochs: 1,
      cache: false,
    } as const;
    [browser, { url, server }, run] = await Promise.all([
      chromium.launch({ executablePath, args: chromiumArguments }),
      servePages(),
      openDataset(folder).then((dataset) => train(dataset, options)),
    ]);
  });
  after(async () => {
    run?.dispose();
    await browser?.close();
    server?.close();
  });

  /** Show a widget, operate it, photograph it in light and dark, and look for complaints and for what has no name. */
  async function inPage(
    name: string,
    show: (comms: FakeComms) => Promise<{ [displaySymbol](): Promise<MimeBundle> }>,
    operate: (page: Page) => Promise<void>,
  ): Promise<void> {
    await withFakeComms(async (comms) => {
      await (await show(comms))[displaySymbol]();
      const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, colorScheme: 'light' });
      const complaints = complaintsOf(page);
      await openPage(page, url, name, comms);
      await operate(page);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator('.tunebook').screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
      }
      assert.deepEqual(await nameless(page), [], 'every control has a name');
      await page.evaluate('window.end()');
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }

  /** The controls that a screen reader could not name, and pictures without an alternative text. */
  const nameless = (page: Page): Promise<string[]> =>
    page.evaluate(`[...document.querySelectorAll('button, input, select, img, [role=slider], svg[tabindex]')]
      .filter((one) => one.checkVisibility())
      .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.length || one.hasAttribute('alt')))
      .map((one) => one.outerHTML.slice(0, 100))`);

  it('chooseLearningRate takes the rate under the pointer', async () => {
    const steps = Array.from({ length: 40 }, (_, i) => {
      return { learningRate: 1e-5 * 10 ** (i / 8), loss: 2 - i / 40, smoothed: 2 - i / 40 };
    });
    const choice = chooseLearningRate({ steps, valley: 0.003, steepest: 0.02 });
    await inPage(
      'learningRate',
      async () => choice,
      async (page) => {
        await page.getByText('Chosen: 0.003.').waitFor();
        const box = (await page.locator('svg').boundingBox())!;
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
        await page.getByText('Chosen: 0.003.').waitFor({ state: 'detached' });
        const clicked = choice.learningRate;
        assert.ok(clicked > 1e-5 && clicked < 1 && clicked !== 0.003, `${clicked}`);
        await page.getByRole('slider').focus();
        await page.keyboard.press('End');
        await page.getByText(/^Chosen: 0\.75\.$/).waitFor();
        assert.equal(choice.learningRate, 0.75);
      },
    );
  });

  it('exploreAugmentation draws the pictures again', async () => {
    const explorer = await exploreAugmentation(await openDataset(folder), { start: 'none' });
    await inPage(
      'augmentation',
      async () => explorer,
      async (page) => {
        await page.getByLabel('Rotation').focus();
        await page.keyboard.press('End');
        await page.getByText(/augment\.rotation\(\{ degrees: \d+, fill/).waitFor();
        assert.equal(await page.locator('.pictures img').count(), 8);
        assert.match(explorer.augmentation?.name ?? '', /rotation/);
      },
    );
  });

  it('exploreConfusion shows the pictures of a cell', async () => {
    const explorer = await exploreConfusion(run);
    await inPage(
      'confusion',
      async () => explorer,
      async (page) => {
        const cell = page.locator('.matrix tbody button').first();
        await cell.focus();
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Enter');
        await page.locator('h4[role=status]', { hasText: 'predicted as' }).waitFor();
        await page.getByRole('slider').focus();
        await page.keyboard.press('Home');
        await page.getByText(/from 0\.00 on: precision/).waitFor();
        assert.equal(explorer.threshold, 0);
        await page.locator('.cards img[src^="blob:"]').first().waitFor();
      },
    );
  });

  it('cleanLabels saves what is decided', async () => {
    const suspects = [0, 1, 2].map((i) => ({
      file: `green/${i}.png`,
      suggested: 'red',
      reason: 'predicted as red, 97%',
    }));
    await inPage(
      'cleanLabels',
      async () => cleanLabels(await openDataset(folder), { suspects }),
      async (page) => {
        await page.locator('.card[data-name="green/0.png"]').focus();
        await page.keyboard.press('s');
        await page.getByText('green/0.png: relabelled as red. Saved.').waitFor();
        await page.keyboard.press('x');
        await page.getByText('green/1.png: left out. Saved.').waitFor();
        assert.deepEqual(
          readCorrections({ folder }).map(({ file, action }) => `${file} ${action}`),
          ['green/0.png relabel', 'green/1.png leave out'],
        );
        await page.locator('.card img[src^="blob:"]').first().waitFor();
      },
    );
  });

  it('tryModel predicts a chosen photo', async () => {
    const trial = await tryModel(run);
    await inPage(
      'tryModel',
      async () => trial,
      async (page) => {
        const buffer = await stripes('red', 33, 200);
        await page.locator('input[type=file]').setInputFiles({ name: 'own.png', mimeType: 'image/png', buffer });
        await page.getByText(/^own\.png: (red|green|blue), \d+\.\d%$/).waitFor();
        assert.equal(trial.last?.name, 'own.png');
        assert.equal(await page.locator('.near img[src^="blob:"]').count(), 5);
      },
    );
  });

  it('they are dark where JupyterLab or VS Code is, whatever the system prefers', async () => {
    const choice = () =>
      chooseLearningRate({ steps: [{ learningRate: 1, loss: 1, smoothed: 1 }], valley: null, steepest: null });
    await inPage(
      'learningRate',
      async () => choice(),
      async (page) => {
        const schemes = await page.evaluate(`(async () => {
        const found = [];
        for (const [name, value] of [['jpThemeLight', 'false'], ['jpThemeLight', 'true'], ['vscodeThemeKind', 'vscode-dark'],
          ['vscodeThemeKind', 'vscode-light'], ['vscodeThemeKind', 'vscode-high-contrast']]) {
          document.body.dataset[name] = value;
          await new Promise((next) => setTimeout(next, 0));
          found.push(document.querySelector('.tunebook').style.colorScheme);
          delete document.body.dataset[name];
        }
        return found.join();
      })()`);
        assert.equal(schemes, 'dark,light,dark,light,dark');
      },
    );
  });

  it('the buttons of a training reach it', async () => {
    const controls = new TrainingControlsOfTest();
    await inPage(
      'training',
      async () => controls.shown(),
      async (page) => {
        await page.getByRole('button', { name: 'Pause' }).click();
        await page.getByText('Pausing after this batch.').waitFor();
        await page.getByRole('button', { name: 'Halve the learning rate' }).focus();
        await page.keyboard.press('Enter');
        await page.getByText(/halved once/).waitFor();
        assert.equal(controls.made?.rateFactor(), 0.5);
        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByText(/^Stopping after this batch/).waitFor();
        assert.equal(controls.made?.shouldStop(), true);
      },
    );
  });
});

/** Controls are made in a kernel, so after the comms are there. */
class TrainingControlsOfTest {
  made: TrainingControls | undefined;

  shown() {
    this.made = new TrainingControls();
    this.made.setLine('epoch 3 of 20: loss 0.412, validation accuracy 87.5%');
    return this.made.withLine('epoch 3 of 20') as { [displaySymbol](): Promise<MimeBundle> };
  }
}
