import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { imageFolder } from '../../src/data';
import { reportHtml, reportText } from '../../src/report';
import { saveRun } from '../../src/runs';
import { type StudyResult, study } from '../../src/study';
import { settingsTable, train } from '../../src/training';
import { overfitting } from '../charts/examples';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { launch, open } from './browser';
import { madeUpPredictions, writeRun } from './madeUpRun';

/** A run of which only the numbers exist. */
const numbersOf = (classes: readonly string[], examples: number) =>
  writeRun(classes, madeUpPredictions(classes, examples));
const hostile = ['<script>alert(1)</script>', 'a "quoted" & b, $& $1', 'Blüte 花'];

describe('the report', function () {
  this.timeout(180_000);
  let browser: Browser | undefined;

  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  it('of a run shows names as text, never as HTML, and contains its numbers for scripts', async () => {
    const html = await reportHtml(numbersOf(hostile, 60), { explain: false });
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
    it(`of a run with ${count} classes opens without network, warnings or horizontal scrolling, light and dark`, async function () {
      if (!browser) {
        console.log('      no Chromium here (apt-get install chromium): the page is not opened in a browser');
        this.skip();
      }
      const classes = count === 3 ? hostile : Array.from({ length: count }, (_, c) => `class ${c}`);
      const html = await reportHtml(numbersOf(classes, 3 * Math.max(count, 20)), { explain: false });
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open(browser, html, { colorScheme }, `report-${count}`);
        const { asked, complaints, headings, figures, wider, cut } = page;
        assert.deepEqual([asked, complaints, cut], [[], [], []]);
        assert.equal(headings[0], 'run <b>');
        assert.ok(['Diagnosis', 'Training', 'Confusion matrix', 'Settings'].every((h) => headings.includes(h)));
        assert.equal(headings.includes('Decision threshold'), count === 2);
        assert.equal(figures, expected);
        assert.equal(wider, 0);
      }
    });
  }

  it('of a run with very many classes shows the most important ones, and says which, and where the rest is', async () => {
    const count = 300;
    const classes = Array.from({ length: count }, (_, c) => `class ${c}`);
    const html = await reportHtml(numbersOf(classes, 2 * count), { explain: false });
    assert.ok(html.length < 3e6, `${html.length} characters`);
    assert.match(html, /the 100 of 300 classes that are confused most often/);
    assert.match(html, /the 100 of 300 classes with the lowest F1; the text lists all/);
    assert.match(html, /the 50 with the lowest F1, of 300/);
    const [, json] = /<script type="application\/json" id="run">(.*?)<\/script>/.exec(html)!;
    const { note, predictions } = JSON.parse(json!);
    assert.match(note, /5 largest of its 300 probabilities.* predictions\.csv/);
    assert.equal(predictions.length, 2 * count);
    const likeliest: [number, number][] = predictions[0].likeliest;
    assert.equal(likeliest.length, 5);
    assert.equal(likeliest[0]![0], predictions[0].predicted);
    assert.deepEqual(
      likeliest.map(([, probability]) => probability),
      likeliest.map(([, probability]) => probability).sort((a, b) => b - a),
    );
  });

  it('of a trained run has pictures and Grad-CAM; as text it has numbers and the diagnosis', async () => {
    const data = await stripesFolder(8);
    const folder = join(temporaryFolder(), 'run');
    await saveRun(await train(imageFolder(data), { seed: 3, epochs: 3, cache: false }), folder);
    const said: string[] = [];
    const html = await reportHtml(folder, { say: (text) => said.push(text) });
    assert.deepEqual(said, []);
    for (const heading of ['Grad-CAM', 'Occlusion', 'Embedding of the features'])
      assert.match(html, new RegExp(`<h2>${heading}</h2>`));
    assert.match(html, /<h2>Highest losses<\/h2>/);
    assert.ok((html.match(/<img src="data:image\//g) ?? []).length >= 6);
    assert.match(reportText(folder), /^Validation: \d of 6 right/);

    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), weightsHash: 'another' }));
    let left = '';
    const say = (text: string) => {
      left = text;
    };
    assert.doesNotMatch(await reportHtml(folder, { say }), /<h2>Grad-CAM<\/h2>/);
    assert.match(
      left,
      /no Grad-CAM, occlusion and embedding in the report: '.*' was trained with other weights of EfficientNet-Lite0/,
    );
  });

  it('of a run whose pictures are missing says how many, and where they were', async () => {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const html = await reportHtml(numbersOf(['cat', 'dog'], 60), { say });
    assert.equal(said.length, 1);
    assert.match(
      said[0]!,
      /^missing from '.*nowhere': 60 of the 60 validation pictures; galleries and Grad-CAM are left out/,
    );
    assert.match(html, /<p class="note">missing from &#39;.*nowhere&#39;: 60 of the 60 validation pictures/);
    assert.doesNotMatch(html, /Highest losses|<h2>Grad-CAM<\/h2>/);

    const data = await stripesFolder(2);
    const files = ['red/0.png', 'red/1.png', 'blue/0.png', 'blue/gone.png'];
    const predictions = files.map((file, i) => ({ file, label: i >> 1, predicted: 0, probabilities: [0.8, 0.2] }));
    const some = await reportHtml(writeRun(['red', 'blue'], predictions, data), { explain: false, say });
    assert.match(said[1]!, /^missing from '.*': 1 of the 4 validation pictures; galleries show the other 3: put/);
    assert.match(some, /<p class="note">missing from .*: 1 of the 4/);
    assert.match(some, /Highest losses/);
    assert.equal(said.length, 2);
  });

  it('of a run also says in the page why there is no Grad-CAM, unless it was switched off', async () => {
    const data = await stripesFolder(2);
    const predictions = [{ file: 'red/0.png', label: 0, predicted: 1, probabilities: [0.2, 0.8] }];
    const folder = writeRun(['red', 'blue'], predictions, data); // without a model
    assert.match(
      await reportHtml(folder),
      /<p class="note">no Grad-CAM, occlusion and embedding in the report: &#39;.*it has no model/,
    );
    assert.doesNotMatch(await reportHtml(folder, { explain: false }), /Grad-CAM/);
  });

  it('shows a diverged training', async () => {
    const data = await stripesFolder(2);
    const files = ['red/0.png', 'red/1.png', 'blue/0.png', 'blue/1.png'];
    const unknown = { predicted: 0, probabilities: [Number.NaN, Number.NaN] };
    const predictions = files.map((file, i) => ({ file, label: i >> 1, ...unknown }));
    const folder = writeRun(['red', 'blue'], predictions, data);
    const history = join(folder, 'history.csv');
    const [header, ...epochs] = readFileSync(history, 'utf8').trimEnd().split('\n');
    const last = '20,NaN,0.5,Infinity,0.5,0.001,1';
    writeFileSync(history, `${[header, ...epochs.slice(0, -1), last].join('\n')}\n`);
    const html = await reportHtml(folder);
    assert.match(html, /the loss is not a finite number at epoch 20/);
    assert.match(html, /<p class="note">the probabilities of 4 of the 4 validation pictures are not finite/);
    assert.doesNotMatch(html, /Reliability diagram/);
  });

  const trained = [
    { variant: 'hybrid', stages: 1 },
    { variant: 'fine-tune-all' },
    { variant: 'two-phase', headEpochs: 1, epochs: 2 },
    { variant: 'feature-extraction', classes: 2 },
  ] as const;
  for (const { variant, ...rest } of trained) {
    const [classes, settings] = 'classes' in rest ? [2, {}] : [3, rest];
    it(`of a trained run shows all sections: ${variant}, ${classes} classes`, async () => {
      const data = await stripesFolder(classes === 2 ? 8 : 4);
      if (classes === 2) rmSync(join(data, 'blue'), { recursive: true });
      const folder = join(temporaryFolder(), 'run');
      const small = { recipe: 'none', seed: 1, epochs: 1, inputSize: 64, batchSize: 4, cache: false } as const;
      await saveRun(await train(imageFolder(data), { ...small, variant, ...settings }), folder);
      const said: string[] = [];
      const html = await reportHtml(folder, { say: (text) => said.push(text) });
      assert.deepEqual(said, []);
      assert.ok(html.includes(`efficientnet-lite0, ${variant}: `), 'the summary');
      assert.ok(
        html.includes(
          `<tr><th scope="row">variant</th><td>${variant}</td><td>${settingsTable.variant.sentence}</td></tr>`,
        ),
        'the settings',
      );
      for (const part of ['Training', 'Confusion matrix', 'Highest losses', 'Grad-CAM', 'Embedding of the features']) {
        assert.ok(html.includes(`<h2>${part}</h2>`), part);
      }
      assert.equal(html.includes('<h2>Decision threshold</h2>'), classes === 2);
      assert.match(reportText(folder), new RegExp(`of ${classes} classes`));
    });
  }

  it('of a run with 100 classes is printed on A4 in light colours, whatever the theme of the screen is', async function () {
    if (!browser) this.skip();
    const classes = Array.from({ length: 100 }, (_, c) => `class ${c}`);
    const html = await reportHtml(numbersOf(classes, 300), { explain: false });
    const [onScreen, light, dark] = [
      await open(browser, html, { colorScheme: 'dark' }, 'report-100'),
      await open(browser, html, { colorScheme: 'light', print: true }, 'report-100'),
      await open(browser, html, { colorScheme: 'dark', print: true }, 'report-100'),
    ];
    assert.deepEqual([light.cut, light.wider, dark.cut, dark.wider], [[], 0, [], 0]);
    assert.deepEqual(dark.colors, light.colors);
    assert.equal(light.colors.filter((color, i) => color === onScreen.colors[i]).length, 0, onScreen.colors.join());
  });

  it('of a folder that is neither a run nor a study says so', async () => {
    await assert.rejects(reportHtml(temporaryFolder()), /is not a run folder: it has no config\.json/);
  });

  describe('of a study', () => {
    let out = '';
    let result: StudyResult;

    before(async () => {
      out = join(temporaryFolder(), 'a study #1');
      result = await study({
        data: await stripesFolder(4),
        settings: { epochs: 2, inputSize: 64, optimizer: 'sgd', batchSize: 2 },
        axes: { learningRate: [0.01, 1e39], dropout: [0, 0.5] },
        seeds: 2,
        out,
      });
    });

    it('has its table with verdicts, charts, runs with links, and failed ones with their errors', async function () {
      const html = await reportHtml(out);
      const [, json] = /<script type="application\/json" id="study">(.*?)<\/script>/.exec(html)!;
      assert.deepEqual(JSON.parse(json!).rows, JSON.parse(JSON.stringify(result.rows)));
      assert.equal((html.match(/<a href="runs\//g) ?? []).length, 8);
      assert.match(html, /The verdict corrects for all comparisons in the table/);
      assert.match(html, /<th scope="row">versions<\/th><td>tunebook .*<th scope="row">device<\/th>/s);
      const text = reportText(out);
      assert.match(text, /^Most accurate: /);
      assert.match(text, /baseline/);
      assert.match(text, /8 runs of 4 configurations with 2 seeds/);
      assert.match(text, /Accuracy of every run: 4 runs of 2 configurations/);
      if (!browser) this.skip();
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [800, 1280]) {
          const page = await open(browser, html, { colorScheme, width }, 'report-study');
          const { asked, complaints, headings, figures, wider, cut } = page;
          assert.deepEqual([asked, complaints, wider, cut], [[], [], 0, []]);
          assert.ok(
            ['Results', 'Every run', 'Accuracy and time', 'Runs', 'Settings'].every((heading) =>
              headings.includes(heading),
            ),
          );
          assert.ok(figures >= 4, String(figures));
        }
      }
      const { cut, wider } = await open(browser, html, { colorScheme: 'dark', print: true }, 'report-study');
      assert.deepEqual([cut, wider], [[], 0]);
    });

    it('links to its runs wherever the page is written', async () => {
      const pages = [
        join(out, 'report.html'),
        join(out, 'pages', 'deep', 'a page.html'),
        join(dirname(out), 'beside.html'),
        join(temporaryFolder(), 'page.html'),
      ];
      for (const page of pages) {
        const html = await reportHtml(out, { page });
        const links = [...html.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => new URL(href!, pathToFileURL(page)));
        assert.equal(links.length, 8);
        for (const link of links) assert.ok(existsSync(join(fileURLToPath(link), 'run.json')), String(link));
      }
    });

    it('explains a verdict that seems to contradict its interval, and only then in a terminal', async () => {
      const copy = join(temporaryFolder(), 'copy');
      cpSync(out, copy, { recursive: true });
      const done = result.records.filter(({ state }) => state === 'done');
      assert.equal(done.length, 4);
      for (const { id, axes, seed } of done) {
        const file = join(copy, 'runs', id, 'run.json');
        const accuracy = axes.dropout === 0 ? 0.5 : seed === done[0]!.seed ? 0.6 : 0.6133; // p of 0.04
        const pictures = { train: 9, validation: 10_000 };
        writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), accuracy, pictures }));
      }
      const explained = "So it may be 'cannot tell' beside an interval that excludes 0.";
      const text = reportText(copy);
      assert.match(text, /\+10\.7 +\+2\.2 to \+19\.1 +cannot tell with 2 seeds/);
      assert.ok(text.includes(explained));
      assert.ok(!reportText(out).includes(explained));
    });

    it('leaves out the curves of a run that cannot be read, and says which', async () => {
      const copy = join(temporaryFolder(), 'copy');
      cpSync(out, copy, { recursive: true });
      const best = result.records.find(({ state }) => state === 'done')!;
      writeFileSync(join(copy, 'runs', best.id, 'history.csv'), '');
      const said: string[] = [];
      const html = await reportHtml(copy, { say: (text) => said.push(text) });
      assert.equal(said.length, 1);
      assert.match(
        said[0]!,
        /^no curves of learningRate 0\.01, .* in the report: the run in .* its history\.csv is empty/,
      );
      assert.match(html, /<p class="note">no curves of /);
      assert.match(reportText(copy), /no curves of /);
    });
  });
});
