import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { classReport, sliceAccuracy } from '../../src/metrics';
import { evaluationHtml } from '../../src/report';
import type { EvaluatedSlice, RunEvaluation } from '../../src/runs';
import { type Prediction, summarizePredictions } from '../../src/training';
import { madeUpModel } from '../charts/examples';
import { temporaryFolder } from '../folders';
import { stripes, writePicture } from '../pictures';
import { launch, open } from './browser';
import { writeRun } from './madeUpRun';

const hostile = ['<script>alert(1)</script>', 'a "quoted" & b, $& $1', 'Blüte 花'];

/** An evaluation of a made-up model on pictures that do not exist; every third group is of one camera. */
function madeUpEvaluation(classes: readonly string[], examples: number, folder = '/nowhere'): RunEvaluation {
  const { labels, predictions, probabilities } = madeUpModel(classes, examples, 0.9);
  const all = labels.map((label, i): Prediction & { camera: string } => ({
    ...{ file: `${i} <img src=x>.jpg`, label, predicted: predictions[i]!, probabilities: [...probabilities[i]!] },
    ...{ group: `thing ${i >> 1}`, camera: `camera <b>${(i >> 1) % 3}` },
  }));
  const { summary, confusion } = summarizePredictions(all, classes);
  const slices = sliceAccuracy(
    all.map((each) => ({ ...each })),
    'camera',
  ).map(
    (slice): EvaluatedSlice => ({
      ...slice,
      ...summarizePredictions(
        all.filter(({ camera }) => camera === slice.slice),
        classes,
      ),
    }),
  );
  return {
    ...{ run: writeRun(classes, []), folder, classes: [...classes], part: 'test', summary, confusion, slices },
    report: classReport(confusion),
    predictions: all.map(({ camera: _, ...prediction }) => prediction),
    skipped: [{ file: 'a <i>.jpg', reason: 'damaged <u>' }],
    ...{ seen: { training: ['1 <img src=x>.jpg'], validation: [] }, earlier: 2, reused: examples },
    warnings: ['the run was trained on 1 of these <em>pictures</em>'],
  };
}

/** The cells of the table under a heading. */
function rowsUnder(html: string, heading: string): string[][] {
  const section = html.split(`<h2>${heading}</h2>`)[1]?.split('</section>')[0] ?? '';
  return section.split('<tr>').map((row) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell]) => cell!));
}

/** The text of a page, to look for words in it. */
const textOf = (html: string) =>
  html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
const says = (html: string, words: RegExp) => assert.ok(words.test(textOf(html)), `no ${words} in the page`);

const numbersIn = (html: string) =>
  JSON.parse(/<script type="application\/json" id="evaluation">(.*?)<\/script>/.exec(html)![1]!);

describe('the report of an evaluation', function () {
  this.timeout(180_000);
  let browser: Browser | undefined;

  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  it('has the metrics with intervals beside the most frequent class, the warnings, and the numbers for scripts', async () => {
    const evaluation = madeUpEvaluation(hostile, 90);
    const said: string[] = [];
    const html = await evaluationHtml(evaluation, { say: (text) => said.push(text) });
    const { accuracy, baseline } = evaluation.summary;
    const rows = rowsUnder(html, 'Metrics');
    assert.deepEqual(
      rows.find(([name]) => name === 'accuracy'),
      ['accuracy', accuracy.estimate.toFixed(3), `${accuracy.low.toFixed(3)} to ${accuracy.high.toFixed(3)}`],
    );
    assert.ok(
      rows.some(
        ([name = '', value]) => name.startsWith('accuracy of always') && value === baseline.accuracy.toFixed(3),
      ),
    );
    says(html, /They are of 45 groups/);
    says(html, /Warning: the run was trained on 1 of these <em>pictures/);
    says(html, /1 picture could not be read, such as a <i>\.jpg: damaged <u>/);
    assert.deepEqual(said.length, 1);
    assert.match(said[0]!, /^90 of the 90 pictures are not files in '\/nowhere': the galleries are left out/);
    const { summary, predictions, earlier, slices, perClass } = numbersIn(html);
    assert.deepEqual([summary.accuracy.estimate, earlier, slices.length], [accuracy.estimate, 2, 3]);
    assert.deepEqual([predictions.length, perClass.length], [90, 3]);
    const classes = rowsUnder(html, 'Classes').filter((row) => row.length > 0);
    assert.equal(classes.length, 3);
    assert.match(textOf(classes[0]!.join(' ')), /^<script>.* \d+\.\d% \d+\.\d% to \d+\.\d% /);
    const cameras = rowsUnder(html, 'Accuracy on slices').filter((row) => row.length > 0);
    assert.deepEqual(
      cameras.map(([, slice]) => textOf(slice!)).sort(),
      [0, 1, 2].map((i) => `camera <b>${i}`),
    );
    says(html, /adjusted for all 3 comparisons \(Benjamini and Hochberg 1995\)/);
  });

  it('shows names as text, never as HTML, and asks for nothing elsewhere', async () => {
    const html = await evaluationHtml(madeUpEvaluation(hostile, 60));
    assert.ok(!/<script>alert|<img src=x>|<b>|<i>|<u>|<em>/.test(html));
    assert.ok(!/\b(?:src|href)="(?!data:|#)/.test(html.replaceAll('http://www.w3.org/', '')));
  });

  it('shows the most confident mistakes as pictures, of those in the folder only', async () => {
    const folder = temporaryFolder();
    const elsewhere = join(temporaryFolder(), 'private.png');
    writeFileSync(elsewhere, await stripes('black', 1));
    const evaluation = madeUpEvaluation(['red', 'blue'], 20, folder);
    for (const [i, prediction] of evaluation.predictions.entries()) {
      prediction.file = `red/${i}.png`;
      if (i > 1) writePicture(join(folder, prediction.file), await stripes(prediction.label === 0 ? 'red' : 'blue', i));
      if (i > 1) continue;
      mkdirSync(join(folder, 'red'), { recursive: true });
      if (i === 0) symlinkSync(elsewhere, join(folder, prediction.file));
      else prediction.file = elsewhere;
      Object.assign(prediction, { predicted: 1 - prediction.label, probabilities: prediction.label ? [1, 0] : [0, 1] });
    }
    const said: string[] = [];
    const html = await evaluationHtml(evaluation, { say: (text) => said.push(text) });
    assert.match(said[0]!, /^2 of the 20 pictures are not files in/);
    says(html, /Highest losses/);
    const thumbnails = [...html.matchAll(/<img src="data:image\/\w+;base64,([^"]+)"/g)].map(([, data]) => data!);
    assert.ok(thumbnails.length > 0);
    const gallery = html.split('<h2>Highest losses</h2>')[1]!;
    assert.doesNotMatch(gallery.split('</section>')[0]!, /loss 27\.63/); // a probability of 0, as those elsewhere have
    assert.ok(!html.includes(readFileSync(elsewhere).toString('base64').slice(100, 200)));
  });

  it('stays small with very many pictures and classes, and says what is left out', async () => {
    const classes = Array.from({ length: 300 }, (_, c) => `class ${c}`);
    const html = await evaluationHtml(madeUpEvaluation(classes, 600));
    assert.ok(html.length < 3e6, `${html.length} characters`);
    const { note, predictions, confusion } = numbersIn(html);
    assert.match(note, /^each prediction has the 5 largest of its 300 probabilities.*--predictions/);
    assert.deepEqual([predictions.length, confusion], [600, undefined]);
    says(html, /The 200 of 300 classes with the lowest F1/);
    says(html, /class 199, and 100 more/);
    const many = madeUpEvaluation(['cat', 'dog'], 60);
    many.predictions = Array.from({ length: 30_000 }, (_, i) => many.predictions[i % 60]!);
    many.slices = Array.from({ length: 5000 }, (_, i) => ({ ...many.slices![0]!, slice: `place ${i}` }));
    const long = await evaluationHtml(many);
    assert.ok(long.length < 4e6, `${long.length} characters`);
    assert.match(numbersIn(long).note, /^the first 20000 of 30000 predictions are here; all are in the file that/);
    const { predictions: some, slices, sliceCount } = numbersIn(long);
    assert.deepEqual([some.length, slices.length, sliceCount], [20_000, 500, 5000]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`opens without network, warnings or horizontal scrolling, ${colorScheme}`, async function () {
      if (!browser) this.skip();
      const folder = temporaryFolder();
      const evaluation = madeUpEvaluation(hostile, 60, folder);
      for (const [i, prediction] of evaluation.predictions.entries()) {
        prediction.file = `some/${i} <img src=x>.png`;
        writePicture(join(folder, prediction.file), await stripes(['red', 'green', 'blue'][prediction.label]!, i));
      }
      const page = await open(browser!, await evaluationHtml(evaluation), { colorScheme }, 'evaluation');
      assert.deepEqual([page.asked, page.complaints, page.cut, page.wider], [[], [], [], 0]);
      assert.equal(page.headings[0], 'Evaluation of run <b>');
      for (const heading of [
        'Metrics',
        'Confusion matrix',
        'Classes',
        'Accuracy on slices',
        'Most confident mistakes',
      ]) {
        assert.ok(page.headings.includes(heading), `${heading} of ${page.headings}`);
      }
    });
  }
});
