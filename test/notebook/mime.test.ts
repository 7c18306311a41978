import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';
import { confusionMatrixChart, pictureGrid, trainingCurves } from '../../src/charts';
import { projectFolder } from '../../src/core/paths';
import { displayMetadata, displaySymbol, toMimeBundle } from '../../src/notebook';

const vegaLite = 'application/vnd.vegalite.v5+json';
const chart = confusionMatrixChart({
  classes: ['cat', 'dog'],
  counts: [
    [3, 1],
    [0, 4],
  ],
});

describe('toMimeBundle', function () {
  this.timeout(60_000); // vega takes its time to load on a busy machine

  it('gives a chart as an object, as a picture of twice its size, and as text', async () => {
    const bundle = (await toMimeBundle(chart))!;
    assert.deepEqual(Object.keys(bundle).sort(), [vegaLite, 'image/png', 'text/plain'].sort());
    assert.equal(bundle[vegaLite], chart);
    assert.equal(bundle['text/plain'], chart.usermeta.text);
    const { format, width, height } = await sharp(Buffer.from(String(bundle['image/png']), 'base64')).metadata();
    assert.equal(format, 'png');
    assert.ok(width > 300 && height > 300, `${width} x ${height}`);
    assert.deepEqual(displayMetadata(bundle), {
      'image/png': { width: width / 2, height: height / 2, alt: chart.description },
    });
  });

  it('describes the picture of anything else, such as a widget, by the first line of its text', () => {
    const bundle = { 'image/png': 'iVBORw0KGgo=', 'text/plain': 'Loss while the rate rises\nvalley: 0.001' };
    assert.deepEqual(displayMetadata(bundle), { 'image/png': { alt: 'Loss while the rate rises' } });
    assert.deepEqual(displayMetadata({ 'image/png': 'iVBORw0KGgo=' }), {});
  });

  it("shows a widget's picture of twice the resolution at its size, and a photo of another resolution as it is", async () => {
    const size = async (density?: number) => {
      const picture = sharp({ create: { width: 60, height: 40, channels: 3, background: '#fff' } });
      const png = await (density ? picture.withMetadata({ density }) : picture).png().toBuffer();
      return displayMetadata({ 'image/png': png.toString('base64'), 'text/plain': 'white' })['image/png'];
    };
    assert.deepEqual(await size(144), { width: 30, height: 20, alt: 'white' });
    for (const other of [undefined, 72, 300]) assert.deepEqual(await size(other), { alt: 'white' });
  });

  it('leaves out the picture if it has to be quick', async () => {
    const bundle = (await toMimeBundle(chart, { picture: false }))!;
    assert.deepEqual(Object.keys(bundle).sort(), [vegaLite, 'text/plain'].sort());
    assert.deepEqual(displayMetadata(bundle), {});
  });

  it('draws every kind of chart to a picture that is not blank', async () => {
    const red = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    const url = `data:image/png;base64,${red.toString('base64')}`;
    const record = { epoch: 1, loss: 1, accuracy: 0.5, learningRate: 0.1, seconds: 1 };
    for (const each of [chart, trainingCurves([record]), pictureGrid([{ url, label: 'red' }])]) {
      const bundle = (await toMimeBundle(each))!;
      const { channels } = await sharp(Buffer.from(String(bundle['image/png']), 'base64')).stats();
      assert.ok(channels[0]!.stdev > 1, `blank: ${each.description}`);
    }
    const grid = (await toMimeBundle(pictureGrid([{ url, label: 'red' }])))!;
    const { data, info } = await sharp(Buffer.from(String(grid['image/png']), 'base64'))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const centre = 3 * (info.width * 100 + 100);
    assert.deepEqual([...data.subarray(centre, centre + 3)], [255, 0, 0], 'the picture itself is in the PNG');
  });

  it('draws a hundred pictures of 150 kB', async () => {
    const noise = await sharp({
      create: {
        width: 224,
        height: 224,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .png()
      .toBuffer();
    const picture = { url: `data:image/png;base64,${noise.toString('base64')}`, label: 'noise' };
    assert.ok(picture.url.length > 120_000);
    const bundle = (await toMimeBundle(pictureGrid(new Array(100).fill(picture), { size: 40 })))!;
    assert.ok('image/png' in bundle, String(bundle['text/plain']));
  });

  it("uses a value's display method, synchronous or asynchronous", async () => {
    const own = { 'text/html': '<b>me</b>' };
    assert.deepEqual(await toMimeBundle({ [displaySymbol]: () => own }), own);
    assert.deepEqual(await toMimeBundle({ [Symbol.for('Jupyter.display')]: async () => own }), own);
    class Picture {
      [displaySymbol]() {
        return { 'text/plain': this.constructor.name };
      }
    }
    assert.deepEqual(await toMimeBundle(new Picture()), { 'text/plain': 'Picture' });
  });

  it('is undefined for everything else', async () => {
    for (const value of [1, 'text', null, undefined, {}, [], () => 1, new Map(), { $schema: 7 }]) {
      assert.equal(await toMimeBundle(value), undefined);
    }
  });

  it('turns errors into text: a broken display method, a broken chart', async () => {
    const broken = {
      [displaySymbol]() {
        throw new Error('no luck');
      },
    };
    assert.deepEqual(await toMimeBundle(broken), { 'text/plain': 'This could not be shown: no luck' });
    assert.match(
      String((await toMimeBundle({ [displaySymbol]: () => 7 }))!['text/plain']),
      /returned 7, not a MIME bundle/,
    );
    const bundle = (await toMimeBundle({ $schema: chart.$schema, mark: 'nonsense', encoding: 3 }))!;
    assert.match(String(bundle['text/plain']), /could not be drawn/);
    assert.ok(!('image/png' in bundle));
  });

  it('loads neither vega nor sharp nor tslab before a chart is drawn', () => {
    const dist = join(projectFolder, 'dist', 'src');
    const script = `
      const { show } = require(${JSON.stringify(join(dist, 'notebook'))});
      const { trainingCurves } = require(${JSON.stringify(join(dist, 'charts'))});
      show(trainingCurves([])).then(() =>
        console.log('loaded', Object.keys(require.cache).filter((path) => /node_modules.(vega|sharp|tslab|arquero)/.test(path)).length));`;
    assert.match(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), /loaded 0\n/);
  });
});
