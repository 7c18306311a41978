import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { table } from 'arquero';
import { type Browser, chromium, type Page } from 'playwright-core';
import * as charts from '../../src/charts';
import { projectFolder } from '../../src/core/paths';
import { readCorrections } from '../../src/data';
import { openDataset } from '../../src/data/public';
import { displaySymbol, type MimeBundle } from '../../src/notebook';
import { TrainingControls } from '../../src/notebook/trainingControls';
import { type TrainResult, train } from '../../src/training';
import {
  chooseLearningRate,
  cleanLabels,
  exploreAugmentation,
  exploreConfusion,
  interact,
  tryModel,
} from '../../src/widgets';
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

  it('interact says that it computes, and does not show what the slider has left', async () => {
    const waiting: (() => void)[] = [];
    const work = ({ step }: { step: number }) => {
      if (step === 0) return 'start';
      return new Promise((finish) => waiting.push(() => finish(`step ${step}`)));
    };
    const shown = await interact(work, { step: [0, 1, 2, 3] });
    await inPage(
      'interact',
      async () => shown,
      async (page) => {
        const says = page.getByRole('status');
        await page.getByRole('slider').focus();
        await page.keyboard.press('ArrowRight');
        await says.filter({ hasText: 'Computing…' }).waitFor();
        await page.locator('.outcome[aria-busy=true]', { hasText: 'start' }).waitFor();
        for (const key of ['ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
        waiting[0]!();
        while (waiting.length < 2) await page.waitForTimeout(20);
        waiting[1]!();
        await page.locator('.outcome[aria-busy=false]', { hasText: 'step 3' }).waitFor();
        assert.equal(await says.textContent(), '');
        assert.equal(waiting.length, 2);
      },
    );
  });

  it('HTML of a stranger runs nothing, loads nothing and covers nothing', async () => {
    const hostile = [
      '<script>globalThis.ran = 1</script><img src="x" onerror="globalThis.ran = 2" alt="broken">',
      '<svg width="20" height="20" onload="globalThis.ran = 3"><script>globalThis.ran = 4</script><circle r="9"/></svg>',
      '<a href="javascript:globalThis.ran = 5" onclick="globalThis.ran = 6">click</a><a href="https://example.org/a">link</a>',
      '<iframe srcdoc="<script>parent.ran = 7</script>"></iframe><form action="/sent"><button>send</button></form>',
      '<style>body { display: none }</style><link rel="stylesheet" href="/style.css"><img src="/secret.png" alt="secret">',
      '<p id="styled" class="card" data-x="1" style="color: rgb(1, 2, 3); background-image: url(/tracked.png)">styled</p>',
      '<div style="position: fixed; inset: 0; background: red">covers</div>',
      '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=globalThis.ran=8&gt;">',
    ].join('');
    const shown = await interact(
      () => ({ [displaySymbol]: () => ({ 'text/html': `<b>first</b>${hostile}`, 'text/plain': 'x' }) }),
      { i: [0] },
    );
    await inPage(
      'interact',
      async () => shown,
      async (page) => {
        const outcome = page.locator('.outcome');
        await outcome.getByText('first').waitFor();
        await outcome.getByText('click').dispatchEvent('click');
        await page.waitForTimeout(300);
        assert.equal(await page.evaluate('globalThis.ran'), undefined);
        const loaded = (await page.evaluate(
          "performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1))",
        )) as string[];
        const own = ['interact.mjs', 'safeHtml.mjs', 'shared.css', 'shared.mjs'];
        assert.deepEqual(loaded.filter((name) => name !== 'favicon.ico').sort(), own);
        assert.equal(
          await outcome.locator('script, style, iframe, form, button, link, svg, [onclick], [onerror]').count(),
          0,
        );
        const styled = await page.evaluate("[...document.querySelectorAll('p')].map((one) => one.outerHTML)");
        assert.deepEqual(styled, ['<p style="color: rgb(1, 2, 3);">styled</p>']);
        assert.equal(await outcome.getByRole('link', { name: 'link' }).getAttribute('href'), 'https://example.org/a');
        assert.equal(await outcome.locator('img[src^="data:image/svg+xml,"]').count(), 1);
        const [covering, area] = [await outcome.getByText('covers').boundingBox(), await outcome.boundingBox()];
        assert.ok(covering!.y >= area!.y && covering!.height <= area!.height, 'only its own area is covered');
        await page.getByRole('slider').click();
      },
    );
  });

  it('interact shows what the function returns, and says what failed', async () => {
    const record = {
      loss: 1,
      accuracy: 0.5,
      validationLoss: 1,
      validationAccuracy: 0.5,
      learningRate: 0.1,
      seconds: 1,
    };
    const history = [1, 2, 3].map((epoch) => ({ epoch, ...record, validationAccuracy: epoch / 4 }));
    const shown = await interact(
      ({ as }) => {
        if (as === 'error') throw new Error('there is no run with these values');
        if (as === 'table') return table({ class: ['<b>cat</b>', 'dog'], count: [3, 4] });
        return as === 'chart' ? charts.compareCurves({ '<script>alert(1)</script>': history }) : 'plain\n  text';
      },
      { as: ['text', 'chart', 'table', 'error'] },
      { title: 'Ways to show' },
    );
    await inPage(
      'interact',
      async () => shown,
      async (page) => {
        const slider = page.getByRole('slider', { name: 'as' });
        await page.locator('.outcome pre', { hasText: 'plain' }).waitFor();
        assert.equal(await slider.getAttribute('aria-valuetext'), 'text');
        await slider.focus();
        await page.keyboard.press('ArrowRight');
        const picture = page.locator('.outcome img');
        await picture.waitFor();
        assert.match((await picture.getAttribute('alt')) ?? '', /^Line charts that compare 1 trainings/);
        const { width, height } = (await picture.boundingBox())!;
        assert.ok(width > 300 && height > 200, `${width} x ${height}`);
        await page.locator('.tunebook').screenshot({ path: join(pictures, 'interact-chart.png') });
        await page.keyboard.press('End');
        await page.getByRole('alert').getByText('Nothing to show for as error: there is no run with these').waitFor();
        const { height: kept } = (await page.locator('.outcome').boundingBox())!;
        assert.ok(Math.abs(kept - height) < 1, `nothing moves: ${height}, then ${kept}`);
        await page.locator('.tunebook').screenshot({ path: join(pictures, 'interact-error.png') });
        await page.keyboard.press('ArrowLeft');
        await page.getByRole('cell', { name: '<b>cat</b>' }).waitFor();
        assert.deepEqual(shown.values, { as: 'table' });
        const focused = await page.evaluate("document.activeElement.getAttribute('aria-valuetext')");
        assert.equal(focused, 'table', 'the slider keeps the focus');
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
