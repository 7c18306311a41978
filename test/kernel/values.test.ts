import assert from 'node:assert/strict';
import { Session } from './session';

describe('the last expression of a cell', function () {
  this.timeout(60_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());

  const text = async (code: string) => (await session.run(code)).result?.['text/plain'];

  it('is shown as text', async () => {
    assert.equal(await text('1 + 2'), '3');
    assert.equal(await text("({ a: [1, 'x'] })"), "{ a: [ 1, 'x' ] }");
    assert.equal(await text("'two\\nlines'"), 'two\nlines');
    assert.equal(await text('const silent = 1;'), undefined);
    assert.equal(await text('undefined'), undefined);
    assert.equal(await text('false'), 'false');
  });

  it('is awaited if it is a promise', async () => {
    assert.equal(await text('new Promise((done) => setTimeout(() => done(7), 50))'), '7');
    const failed = await session.run("(async () => { throw new Error('settled badly'); })()");
    assert.equal(failed.error?.evalue, 'settled badly');
  });

  it('is shown by its display method, which may be asynchronous', async () => {
    const { result, messages } = await session.run(
      [
        'class Badge {',
        "  async [Symbol.for('Jupyter.display')]() {",
        '    await new Promise((done) => setTimeout(done, 50));',
        "    return { 'text/html': '<b>badge</b>', 'text/plain': 'badge' };",
        '  }',
        '}',
        'new Badge()',
      ].join('\n'),
    );
    assert.deepEqual(result, { 'text/html': '<b>badge</b>', 'text/plain': 'badge' });
    assert.equal(messages.at(-1)?.content.execution_state, 'idle');
  });

  it('is drawn if it is a Vega-Lite chart', async () => {
    const { result } = await session.run(
      [
        'const chart = {',
        "  $schema: 'https://vega.github.io/schema/vega-lite/v5.json',",
        '  data: { values: [{ x: 1, y: 2 }, { x: 2, y: 3 }] },',
        "  mark: 'line',",
        "  encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },",
        '};',
        'chart',
      ].join('\n'),
    );
    assert.equal((result?.['application/vnd.vegalite.v5+json'] as { mark?: string } | undefined)?.mark, 'line');
    const png = Buffer.from(String(result?.['image/png']), 'base64');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
  });

  it('is an HTML table if it is an arquero table', async () => {
    const { result } = await session.run(
      "import * as aq from 'arquero';\naq.table({ seed: [1, 2], accuracy: [0.5, 0.75] })",
    );
    assert.match(String(result?.['text/html']), /<table/);
    assert.match(String(result?.['text/html']), /accuracy/);
    assert.match(String(result?.['text/plain']), /accuracy/);
  });
});

describe('a cell', function () {
  this.timeout(60_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());

  it('may use await at the top level, with any expression', async () => {
    const { stdout, reply } = await session.run(
      [
        'const a = await Promise.resolve(1);',
        'const b = await (async () => a + 1)();',
        'const [c] = await [3];',
        'for await (const d of [4]) console.log(a, b, c, d);',
      ].join('\n'),
    );
    assert.equal(stdout, '1 2 3 4\n', JSON.stringify(reply));
  });

  it('can use the variables and types of earlier cells, and change the variables', async () => {
    await session.run('interface Point { x: number }\nlet point: Point = { x: 1 };');
    await session.run('point = { x: 2 };');
    assert.equal((await session.run('const copy: Point = point; copy.x')).result?.['text/plain'], '2');
  });

  it('imports tunebook by its name, arquero and sharp', async () => {
    const { reply, stdout } = await session.run(
      [
        "import * as tunebook from 'tunebook';",
        "import { table } from 'arquero';",
        "import sharp from 'sharp';",
        "const picture = sharp({ create: { width: 4, height: 3, channels: 3, background: 'red' } });",
        'const { width } = await picture.png().toBuffer({ resolveWithObject: true }).then((made) => made.info);',
        'console.log(Object.keys(tunebook).length > 0, table({ a: [1, 2] }).numRows(), width);',
      ].join('\n'),
    );
    assert.equal(stdout, 'true 2 4\n', JSON.stringify(reply));
  });

  it('refuses a misspelled name of tunebook before the cell runs, and takes one from a typed parameter of another cell', async () => {
    const use = (options: string) => `console.log('ran'); const options: TrainOptions = ${options}; options.backbone`;
    await session.run("import type { BackboneName } from 'tunebook';\nlet backbone: BackboneName | 'auto' = 'auto';");
    await session.run("import { type TrainOptions, defaultBackbone } from 'tunebook';");
    for (const [wrong, name] of [
      ["{ augment: 'strnog' }", 'strnog'],
      ["{ backbone: 'resnet-50' }", 'resnet-50'],
      ["{ variant: 'hybird' }", 'hybird'],
    ] as const) {
      const { reply, stdout } = await session.run(use(wrong));
      assert.equal(reply.status, 'error', wrong);
      assert.match(String(reply.evalue), new RegExp(`Type '"${name}"' is not assignable to type`));
      assert.equal(stdout, '');
    }
    await session.run("const pretrained = backbone === 'auto' ? await defaultBackbone({ kind: 'CPU' }) : backbone;");
    const { reply, result } = await session.run(use("{ backbone: pretrained, variant: 'from-scratch' }"));
    assert.equal(reply.status, 'ok', JSON.stringify(reply));
    assert.equal(result?.['text/plain'], 'efficientnet-lite0');
  });
});
