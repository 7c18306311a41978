import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { imageFolder } from '../../src/images';
import { projectFolder } from '../../src/paths';
import { reportHtml, reportText } from '../../src/report';
import { saveRun, study } from '../../src/study';
import { train } from '../../src/training';
import { chromiumArguments, findChromium } from '../browser/lab';
import { madeUpModel, overfitting } from '../charts/examples';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';

const hostile = ['<script>alert(1)</script>', 'a "quoted" & b, $& $1', 'Blüte 花'];

/** A run folder as `saveRun` writes it, of a model that was never trained; its pictures are gone. */
function writeRun(classes: readonly string[], examples: number): string {
  const folder = join(temporaryFolder(), 'run <b>');
  mkdirSync(folder);
  const { labels, predictions, probabilities } = madeUpModel(classes, examples, 0.9);
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = labels.map((label, i) =>
    [
      quoted(`${i} <img src=x>.jpg`),
      ...[classes[label]!, classes[predictions[i]!]!].map(quoted),
      ...probabilities[i]!,
    ].join(','),
  );
  const header = ['file', 'class', 'predicted', ...classes.map((name) => quoted(`probability of ${name}`))];
  writeFileSync(join(folder, 'predictions.csv'), `${[header.join(','), ...rows].join('\n')}\n`);
  const columns = ['epoch', 'loss', 'accuracy', 'validationLoss', 'validationAccuracy', 'learningRate', 'seconds'];
  const epochs = overfitting.map((record) => columns.map((name) => record[name as keyof typeof record]).join(','));
  writeFileSync(join(folder, 'history.csv'), `${[columns.join(','), ...epochs].join('\n')}\n`);
  writeFileSync(join(folder, 'metrics.json'), JSON.stringify({ seconds: { total: 12 }, trainingCounts: [] }));
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      settings: { backbone: 'efficientnet-lite0', variant: 'feature-extraction', epochs: 20 },
      classes,
      versions: { tunebook: '0.1.0' },
      device: { kind: 'CPU', name: 'a <processor>' },
      data: { folder: '/nowhere', fingerprint: 'abc', train: 200, validation: examples },
    }),
  );
  return folder;
}

/** Opens a page without a network. @returns requests for anything but the page itself, complaints, and the headings */
async function open(browser: Browser, html: string, colorScheme: 'light' | 'dark', picture: string) {
  const file = join(temporaryFolder(), 'page.html');
  writeFileSync(file, html);
  const context = await browser.newContext({ colorScheme, viewport: { width: 1000, height: 1400 }, offline: true });
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('data:') && !request.url().startsWith('file:')) asked.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(file).href);
  const headings = await page.locator('h1, h2').allTextContents();
  const figures = await page.locator('figure svg[role=img][aria-label]').count();
  const wider = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  mkdirSync(join(projectFolder, 'build', 'browser'), { recursive: true });
  await page.screenshot({
    path: join(projectFolder, 'build', 'browser', `${picture}-${colorScheme}.png`),
    fullPage: true,
  });
  await context.close();
  return { asked, complaints, headings, figures, wider };
}

describe('the report', function () {
  this.timeout(180_000);
  let browser: Browser | undefined;

  before(async () => {
    const executablePath = findChromium();
    if (executablePath) browser = await chromium.launch({ executablePath, args: chromiumArguments });
  });
  after(() => browser?.close());

  it('of a run shows names as they are, never as HTML, and keeps its numbers for scripts', async () => {
    const html = await reportHtml(writeRun(hostile, 60), { explain: false });
    assert.doesNotMatch(html, /<script>alert|<img src=x>|<b>/);
    assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    const [, json] = /<script type="application\/json" id="run">(.*?)<\/script>/.exec(html)!;
    const { classes, history, predictions } = JSON.parse(json!);
    assert.deepEqual(classes, hostile);
    assert.equal(history.length, overfitting.length);
    assert.equal(predictions.length, 60);
    assert.equal(predictions[7].file, '7 <img src=x>.jpg');
  });

  for (const [count, expected] of [
    [2, 8],
    [3, 7],
    [100, 7],
  ] as const) {
    it(`of a run with ${count} classes opens without network, complaint or sideways scrolling, light and dark`, async function () {
      if (!browser) {
        console.log('      no Chromium here (apt-get install chromium): the page is not opened in a browser');
        this.skip();
      }
      const classes = count === 3 ? hostile : Array.from({ length: count }, (_, c) => `class ${c}`);
      const html = await reportHtml(writeRun(classes, 3 * Math.max(count, 20)), { explain: false });
      for (const scheme of ['light', 'dark'] as const) {
        const { asked, complaints, headings, figures, wider } = await open(browser, html, scheme, `report-${count}`);
        assert.deepEqual([asked, complaints], [[], []]);
        assert.equal(headings[0], 'run <b>');
        assert.ok(
          ['Diagnosis', 'Training', 'What is taken for what', 'How it was made'].every((h) => headings.includes(h)),
        );
        assert.equal(headings.includes('Where to draw the line'), count === 2);
        assert.equal(figures, expected);
        assert.equal(wider, 0);
      }
    });
  }

  it('of a trained run has its pictures and where it looks; as text, numbers and diagnosis', async () => {
    const data = await stripesFolder(8);
    const folder = join(temporaryFolder(), 'run');
    await saveRun(await train(imageFolder(data), { seed: 3, epochs: 3, cache: false }), folder, data);
    const said: string[] = [];
    const html = await reportHtml(folder, { say: (text) => said.push(text) });
    assert.deepEqual(said, []);
    assert.match(html, /<h2>Where it looks<\/h2>/);
    assert.match(html, /<h2>Highest losses<\/h2>/);
    assert.ok((html.match(/<img src="data:image\//g) ?? []).length >= 6);
    assert.match(reportText(folder), /^Validation: \d of 6 right/);

    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), weightsHash: 'another' }));
    let left = '';
    const say = (text: string) => {
      left = text;
    };
    assert.doesNotMatch(await reportHtml(folder, { say }), /Where it looks/);
    assert.match(left, /no Grad-CAM in the report: '.*' was trained over other weights of EfficientNet-Lite0/);
  });

  it('of what is neither run nor study says so', async () => {
    await assert.rejects(reportHtml(temporaryFolder()), /is no run: there is no config\.json in it/);
  });

  it('of a study has its table with verdicts, charts, runs with links, and failed ones with their errors', async function () {
    const out = join(temporaryFolder(), 'study');
    const { rows } = await study({
      data: await stripesFolder(4),
      settings: { epochs: 2, inputSize: 64, optimizer: 'sgd', batchSize: 2 },
      axes: { learningRate: [0.01, 1e39], dropout: [0, 0.5] },
      seeds: 2,
      out,
    });
    const html = await reportHtml(out);
    const [, json] = /<script type="application\/json" id="study">(.*?)<\/script>/.exec(html)!;
    assert.deepEqual(JSON.parse(json!).rows, JSON.parse(JSON.stringify(rows)));
    assert.equal((html.match(/<a href="runs\//g) ?? []).length, 8);
    const text = reportText(out);
    assert.match(text, /^Most accurate: /);
    assert.match(text, /baseline/);
    assert.match(text, /8 runs of 4 configurations with 2 seeds/);
    if (!browser) this.skip();
    for (const scheme of ['light', 'dark'] as const) {
      const { asked, complaints, headings, figures, wider } = await open(browser, html, scheme, 'report-study');
      assert.deepEqual([asked, complaints, wider], [[], [], 0]);
      assert.ok(
        ['What it came to', 'Accuracy and time', 'Its runs', 'How it was made'].every((h) => headings.includes(h)),
      );
      assert.ok(figures >= 3, String(figures));
    }
  });
});
