import assert from 'node:assert/strict';
import { pictureGrid } from '../../src/charts';
import { UserError } from '../../src/core/errors';
import { checkChart, scene } from './scene';

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const pictures = (count: number, detail?: string) =>
  Array.from({ length: count }, (_, i) => ({ url: pixel, label: `picture ${i}`, detail }));

describe('pictureGrid', function () {
  this.timeout(60_000); // vega takes its time to load on a busy machine

  it('draws each picture with its label and detail, row by row', async () => {
    const chart = pictureGrid(pictures(5, '87%'), { columns: 3, size: 50 });
    checkChart(chart);
    const drawn = await scene(chart);
    assert.deepEqual(drawn.warnings, []);
    const images = drawn.marks('image');
    assert.deepEqual(
      images.map(({ url }) => url),
      new Array(5).fill(pixel),
    );
    assert.deepEqual(
      images.map(({ x }) => x),
      [0, 62, 124, 0, 62],
    );
    assert.equal(images[0]!.y, images[2]!.y);
    assert.ok(images[3]!.y! >= images[0]!.y! + 50 + 30, 'there is space for two lines of text before the next row');
    assert.deepEqual(drawn.texts().filter((text) => text === '87%').length, 5);
    assert.ok(drawn.texts().includes('picture 4'));
  });

  it('puts as many pictures into a row as fit into 840 pixels', async () => {
    const images = (await scene(pictureGrid(pictures(20)))).marks('image');
    assert.equal(new Set(images.map(({ x }) => x)).size, 6);
    assert.ok(Math.max(...images.map(({ x }) => x!)) + 112 <= 840);
  });

  it('says so if there are no pictures', async () => {
    const chart = pictureGrid([]);
    checkChart(chart);
    assert.deepEqual((await scene(chart)).texts(), ['no pictures']);
  });

  it('lists the labels as text and shortens the description of many', () => {
    const chart = pictureGrid(pictures(30, '9%'), { title: 'Mammals' });
    assert.match(chart.usermeta.text, /^Mammals\n {2}picture 0 \(9%\)\n/);
    assert.match(chart.description, /^Mammals: picture 0 .* and 10 more$/);
  });

  it('refuses pictures that are not data URIs, and impossible options', () => {
    const web = [{ url: 'https://example.org/cat.png', label: 'cat' }];
    assert.throws(
      () => pictureGrid(web),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /picture 0 \(cat\) must be a data URI .* got 'https:\/\/example\.org\/cat\.png'/);
        return true;
      },
    );
    assert.throws(() => pictureGrid(pictures(1), { size: 4 }), UserError);
    assert.throws(() => pictureGrid(pictures(1), { columns: 1.5 }), UserError);
  });
});
