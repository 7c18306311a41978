import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { forestPlot } from '../../src/charts';
import { buildSite } from '../../src/cli/site';
import { projectFolder } from '../../src/core/paths';
import { displayMetadata, toMimeBundle } from '../../src/notebook';
import { chromiumArguments, complaintsOf, findChromium } from './lab';

const folder = join(projectFolder, 'build', 'book');
const rows = [
  { head: 'dense', n: 5, difference: -0.08, 'difference low': -0.11, 'difference high': -0.04, verdict: 'worse' },
];

/** A chapter with a text of some pages, and a chart below it. */
async function writeChapter(): Promise<void> {
  const data = (await toMimeBundle(forestPlot(rows)))!;
  const output = { output_type: 'display_data', data, metadata: displayMetadata(data) };
  const text = `# A chapter\n\n**The question.** Why?\n\n${'A line of text.\n\n'.repeat(150)}`;
  const cells = [
    { cell_type: 'markdown', id: 'a', metadata: {}, source: text },
    { cell_type: 'code', id: 'b', metadata: {}, source: 'plot;', outputs: [output], execution_count: 1 },
  ];
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(join(folder, '00-a.ipynb'), JSON.stringify(notebook));
}

describe('the book in a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  const address = pathToFileURL(join(folder, 'site', '00-a.html')).href;
  before(async function () {
    const executablePath = findChromium();
    if (!executablePath) {
      console.log('      no Chromium here (apt-get install chromium): not tested');
      return this.skip();
    }
    await writeChapter();
    await buildSite(folder, join(folder, 'site'));
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
  });
  after(() => browser?.close());

  /** Open the page; `asked` gets the names of the scripts that it loads. */
  async function open(
    options: Parameters<Browser['newPage']>[0],
  ): Promise<{ page: Page; asked: string[]; complaints: string[] }> {
    const page = await browser.newPage(options);
    const complaints = complaintsOf(page);
    const asked: string[] = [];
    page.on('request', (request) => {
      assert.match(request.url(), /^file:/);
      if (request.url().includes('/charts/')) asked.push(request.url().split('/').at(-1)!);
    });
    await page.goto(address);
    return { page, asked, complaints };
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`is drawn when it comes into view, from files of the book only, and answers the pointer (${colorScheme})`, async () => {
      const { page, asked, complaints } = await open({ viewport: { width: 1400, height: 900 }, colorScheme });
      const [still, chart] = [page.locator('img[data-chart]'), page.locator('.book-chart svg')];
      assert.match(
        (await still.getAttribute('alt'))!,
        /^Forest plot of 1 difference of accuracy: dense -8\.0 \(-11\.0 to -4\.0\)\.$/,
      );
      assert.equal(asked.length, 0, 'nothing is loaded before');
      const size = [await still.getAttribute('width'), await still.getAttribute('height')].map(Number);
      await still.scrollIntoViewIfNeeded();
      await chart.waitFor();
      assert.equal(asked.length, 2);
      assert.ok(asked.includes('vega.js'));
      const box = (await chart.boundingBox())!;
      for (const [is, was] of [
        [box.width, size[0]!],
        [box.height, size[1]!],
      ] as const)
        assert.ok(Math.abs(is - was) < 40, `${is} pixels, the picture ${was}`);
      assert.equal(await still.isVisible(), false);
      await page.locator('.book-chart .mark-symbol path').first().hover();
      await page.waitForFunction("document.querySelector('.book-chart').title !== ''");
      assert.match((await page.locator('.book-chart').getAttribute('title'))!, /dense/);
      await page.screenshot({ path: join(folder, `book-${colorScheme}.png`) });
      await page.emulateMedia({ media: 'print' });
      assert.deepEqual([await still.isVisible(), await chart.isVisible()], [true, false], 'a picture is printed');
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }

  it('stays a picture without scripts, and on a page that is narrower', async () => {
    for (const options of [
      { javaScriptEnabled: false, viewport: { width: 1400, height: 900 } },
      { viewport: { width: 390, height: 800 } },
    ]) {
      const { page, asked } = await open(options);
      const still = page.locator('img[data-chart]');
      await still.scrollIntoViewIfNeeded();
      await page.waitForTimeout(500);
      assert.ok(await still.isVisible());
      const { x, width } = (await still.boundingBox())!;
      assert.ok(x >= 0 && x + width <= options.viewport.width, `${x} + ${width}`);
      assert.deepEqual(asked, []);
      await page.close();
    }
  });

  it('loads the text of the book when somebody searches, and shows where it was found', async () => {
    const { page, complaints } = await open({ viewport: { width: 1400, height: 900 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url().split('/').at(-1)!));
    const found = page.locator('#book-found');
    await page.locator('#book-search').fill('line of text');
    await found.locator('a').waitFor();
    assert.equal(await found.locator('a').getAttribute('href'), '00-a.html#A-chapter');
    assert.deepEqual(asked, ['search.js']);
    await page.locator('#book-search').fill('xylophone');
    await found.getByText('nothing found').waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('says so when the text cannot be loaded', async () => {
    const { page } = await open({ viewport: { width: 1400, height: 900 } });
    rmSync(join(folder, 'site', 'search.js'));
    await page.locator('#book-search').fill('text');
    await page.locator('#book-found').getByText('could not be loaded').waitFor();
    await page.close();
  });
});
