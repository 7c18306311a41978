import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { reportHtml } from '../../src/report';
import { temporaryFolder } from '../folders';
import { writePicture } from '../pictures';
import { type MadeUpPrediction, writeRun } from './madeUpRun';

const classes = ['cat', 'dog'];

/** Forty pictures in two folders per class; the dark ones are predicted wrongly, and the tall ones are dark. */
async function writePictures(data: string): Promise<MadeUpPrediction[]> {
  const predictions: MadeUpPrediction[] = [];
  for (let i = 0; i < 40; i++) {
    const dark = i % 4 === 0;
    const [width, height] = dark ? [16, 24] : i % 2 === 0 ? [24, 16] : [20, 20];
    const gray = (dark ? 20 : 120) + i;
    const picture = sharp({ create: { width, height, channels: 3, background: { r: gray, g: gray, b: gray } } });
    const file = join(classes[i % 2]!, i < 20 ? 'indoors' : 'outdoors', `${i}.${i % 3 === 0 ? 'jpg' : 'png'}`);
    writePicture(join(data, file), await (i % 3 === 0 ? picture.jpeg() : picture.png()).toBuffer());
    const predicted = dark ? 1 - (i % 2) : i % 2;
    predictions.push({ file, label: i % 2, predicted, probabilities: predicted === 0 ? [0.9, 0.1] : [0.1, 0.9] });
  }
  return predictions;
}

/** The rows of the table under a heading, as lists of cells. */
function rowsUnder(html: string, heading: string): string[][] {
  const section = html.split(`<h2>${heading}</h2>`)[1]?.split('</section>')[0] ?? '';
  const body = section.split('<tbody>')[1]?.split('</tbody>')[0] ?? '';
  return body.split('<tr>').flatMap((row) => {
    const cells = [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell]) => cell!);
    return cells.length > 0 ? [cells] : [];
  });
}

describe('the slices in which a run is weak', function () {
  this.timeout(60_000);
  const heading = 'Accuracy on slices';

  it('are shown by shape, brightness, size, file type and folder, the worst slice first, with its interval', async () => {
    const data = temporaryFolder();
    const html = await reportHtml(writeRun(classes, await writePictures(data), data), { explain: false });
    const rows = rowsUnder(html, heading);
    assert.deepEqual(
      rows
        .slice(0, 2)
        .map(([by, , accuracy, , n]) => [by, accuracy, n])
        .sort(),
      [
        ['brightness, 0 to 1', '0.0%', '10'],
        ['shape', '0.0%', '10'],
      ],
    );
    assert.deepEqual(
      rows.find(([, slice]) => slice === 'tall'),
      ['shape', 'tall', '0.0%', '0.0% to 27.8%', '10', '100.0%', 'below 0.001', 'lower'],
    );
    const accuracies = rows.map(([, , accuracy]) => Number.parseFloat(accuracy!));
    assert.deepEqual(
      accuracies,
      accuracies.toSorted((a, b) => a - b),
    );
    assert.ok(rows.length <= 12);
    const kinds = new Set(rows.map(([by]) => by));
    assert.deepEqual([...kinds].sort(), [
      ...['brightness, 0 to 1', 'file type', 'folder', 'shape', 'shorter side in pixels'],
    ]);
    assert.match(html, /beside the overall accuracy of 75\.0%/);
    const count = Number(/(\d+) slices of at least 5 pictures/.exec(html)![1]);
    assert.match(html, new RegExp(`adjusted for all ${count} comparisons \\(Benjamini and Hochberg 1995\\)`));
    const folder = rows.find(([by]) => by === 'folder')!;
    assert.equal(folder.at(-1), 'may be chance');
  });

  it('have intervals that know groups', async () => {
    const data = temporaryFolder();
    const run = writeRun(classes, await writePictures(data), data);
    const tall = (html: string) => rowsUnder(html, heading).find(([, slice]) => slice === 'tall')!;
    const metrics = join(run, 'metrics.json');
    const groups = Array.from({ length: 40 }, (_, i) => `thing ${Math.floor(i / 20)}`);
    writeFileSync(metrics, JSON.stringify({ ...JSON.parse(readFileSync(metrics, 'utf8')), validationGroups: groups }));
    const html = await reportHtml(run, { explain: false });
    assert.equal(tall(html)[3], '0.0% to 65.8%'); // ten pictures of two things: Wilson's interval of two
    assert.match(html, /The intervals allow for groups\./);
  });

  it('are shown only by folder and file type if the pictures are missing', async () => {
    const data = temporaryFolder();
    const predictions = await writePictures(data);
    rmSync(data, { recursive: true });
    const rows = rowsUnder(await reportHtml(writeRun(classes, predictions, data), { explain: false }), heading);
    assert.deepEqual([...new Set(rows.map(([by]) => by))].sort(), ['file type', 'folder']);
    assert.deepEqual(rows.map(([, slice, , , n]) => `${slice} ${n}`).sort(), [
      ...['cat/indoors 10', 'cat/outdoors 10', 'dog/indoors 10', 'dog/outdoors 10', 'jpeg 14', 'png 26'],
    ]);
  });

  it('do not include slices of fewer than five pictures, or properties that all pictures share', async () => {
    const data = temporaryFolder();
    const few = (await writePictures(data)).slice(0, 4);
    const html = await reportHtml(writeRun(classes, few, data), { explain: false });
    assert.ok(!html.includes(heading));
  });
});
