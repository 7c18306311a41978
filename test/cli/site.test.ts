import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSite } from '../../src/cli/site';
import { vegaForBrowsers } from '../../src/cli/siteCharts';
import { UserError } from '../../src/core/errors';
import { projectFolder } from '../../src/core/paths';

function writeNotebook(folder: string, name: string, title: string, executed = true): void {
  const outputs = [
    { output_type: 'execute_result', execution_count: 1, metadata: {}, data: { 'text/plain': 'forty-two' } },
  ];
  const cells = [
    {
      cell_type: 'markdown',
      id: 'a',
      metadata: {},
      source: `# ${title}\n\n**The question.** Why & *how*\nof ${title}?\n\nMore.`,
    },
    {
      cell_type: 'code',
      id: 'b',
      metadata: {},
      source: '6 * 7',
      execution_count: executed ? 1 : null,
      outputs: executed ? outputs : [],
    },
  ];
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  writeFileSync(
    join(folder, `${name}.ipynb`),
    JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
}

const documents = ['course.html', 'glossary.html', 'teaching.html', 'recipes.html'];

describe('buildSite', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    mkdirSync(join(projectFolder, 'build'), { recursive: true });
    folder = mkdtempSync(join(projectFolder, 'build', 'test site-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes a page per notebook, linked in order, and an index with the question of each', async () => {
    writeNotebook(folder, '01-b', 'Second');
    writeNotebook(folder, '00-a', 'First');
    writeNotebook(folder, '02-c', 'Third <b>');
    const out = join(folder, 'site');
    assert.deepEqual(await buildSite(folder, out), ['index.html', '00-a.html', '01-b.html', '02-c.html', ...documents]);
    const read = (page: string) => readFileSync(join(out, page), 'utf8');
    const index = read('index.html');
    assert.deepEqual(
      [...index.split('book-page')[1]!.matchAll(/href="(\d.*?)"/g)].map(([, page]) => page),
      ['00-a.html', '01-b.html', '02-c.html'],
    );
    assert.match(index, /Why &amp; how of First\?/);
    assert.match(index, /Third &lt;b&gt;/);
    const middle = read('01-b.html');
    assert.match(middle, /href="00-a.html">Previous: First/);
    assert.match(middle, /href="02-c.html">Next: Third/);
    assert.match(middle, /forty-two/);
    assert.doesNotMatch(middle, /<(script|link|img)[^>]*(src|href)="(https?:)?\/\//);
    assert.doesNotMatch(index, /api/);
  });

  it('finds the program that draws its charts in an installed package, too', async () => {
    const { isNeeded } = await import(
      pathToFileURL(join(projectFolder, 'kernel-setup', 'pack', 'needed-files.mjs')).href
    );
    const [, file = ''] = relative(projectFolder, vegaForBrowsers()).split(sep).join('/').split('node_modules/vega/');
    assert.ok(isNeeded('vega', file), file);
    assert.ok(!isNeeded('vega', 'build/vega.js'), 'but not each of its forms');
    assert.match(readFileSync(vegaForBrowsers(), 'utf8'), /^!?(function|\()/);
  });

  it('makes pages of the solutions, with links from each chapter to its solutions and back', async () => {
    writeNotebook(folder, '00-a', 'See [it](solutions/00-a.ipynb)');
    mkdirSync(join(folder, 'solutions'));
    writeNotebook(join(folder, 'solutions'), '00-a', 'Solutions');
    const out = join(folder, 'site');
    assert.deepEqual(await buildSite(folder, out), ['index.html', '00-a.html', 'solutions/00-a.html', ...documents]);
    assert.match(readFileSync(join(out, '00-a.html'), 'utf8'), /<a href="solutions\/00-a\.html">it<\/a>/);
    assert.match(readFileSync(join(out, 'solutions', '00-a.html'), 'utf8'), /<a href="\.\.\/00-a\.html">The chapter/);
    assert.doesNotMatch(readFileSync(join(out, 'index.html'), 'utf8'), /solutions\/00-a\.html/);
  });

  it('has a page for the glossary, to which the index and the chapters link', async () => {
    writeNotebook(folder, '00-a', 'See the [glossary](../docs/glossary.md)');
    const out = join(folder, 'site');
    await buildSite(folder, out);
    const read = (page: string) => readFileSync(join(out, page), 'utf8');
    assert.match(read('index.html'), /href="glossary\.html"/);
    assert.match(read('00-a.html'), /See the <a href="glossary\.html">glossary<\/a>/);
    assert.match(read('glossary.html'), /<td>backbone<\/td>/);
    assert.match(read('glossary.html'), /href="index\.html">Contents/);
    assert.match(read('course.html'), /<a href="recipes\.html">RECIPES<\/a>/);
    assert.match(read('course.html'), /<a href="00-quick-start\.html">/);
    for (const page of documents) assert.doesNotMatch(read(page), /href="[^"]*\.(md|ipynb)"/);
  });

  it('has the contents and a search beside each page, pictures as files, and the style once', async () => {
    writeNotebook(folder, '00-a', 'First');
    mkdirSync(join(folder, 'solutions'));
    writeNotebook(join(folder, 'solutions'), '00-a', 'Xylophones');
    const out = join(folder, 'site');
    const png = Buffer.from('not a real picture').toString('base64');
    const file = join(folder, '00-a.ipynb');
    const notebook = JSON.parse(readFileSync(file, 'utf8'));
    notebook.cells[1].outputs[0].data = { 'image/png': png };
    notebook.cells[1].outputs[0].metadata = { 'image/png': { alt: 'Loss & "gain"', width: 300, height: 200 } };
    notebook.cells[0].source += '\n\n## Part & piece\n\nAbout zebras.';
    writeFileSync(file, JSON.stringify(notebook));
    await buildSite(folder, out);
    const page = readFileSync(join(out, '00-a.html'), 'utf8');
    const [, picture = ''] = /loading="lazy" src="(pictures\/\w+\.png)"/.exec(page) ?? [];
    assert.equal(readFileSync(join(out, picture), 'utf8'), 'not a real picture');
    assert.match(page, /<img alt='Loss &amp; "gain"'[^>]* height="200" [^>]* width="300"/);
    assert.doesNotMatch(page, /<style|base64/);
    assert.ok(page.length < 30_000, `${page.length}`);
    assert.match(page, /<a href="#Part-&amp;-piece">Part &amp; piece<\/a>/);
    assert.equal(readdirSync(join(out, 'style')).length, 1);
    const answers = readFileSync(join(out, 'solutions', '00-a.html'), 'utf8');
    assert.match(answers, /href="\.\.\/style\/\w+\.css"/);
    assert.match(answers, /<script src="\.\.\/book\.js" defer>/);
    const search = readFileSync(join(out, 'search.js'), 'utf8');
    assert.match(
      search,
      /"page": "00-a\.html", "id": "Part-&-piece".*"title": "Part & piece", "text": "About zebras\."/,
    );
    assert.doesNotMatch(search, /Xylophones/);
  });

  it('needs few bytes before a page can be read: a small style sheet, and no script', async () => {
    writeNotebook(folder, '00-a', 'First');
    const out = join(folder, 'site');
    await buildSite(folder, out);
    const page = readFileSync(join(out, '00-a.html'), 'utf8');
    assert.deepEqual(page.match(/<script[^>]*>/g), ['<script src="book.js" defer>']);
    const [, style = ''] = /<link rel="stylesheet" href="([^"]+)">/.exec(page) ?? [];
    const css = readFileSync(join(out, style), 'utf8');
    assert.ok(css.length < 30_000, `${css.length} bytes of style`); // JupyterLab's has 260,000
    assert.ok(page.length < 10_000, `${page.length} bytes of page`);
    assert.match(css, /\.jp-RenderedHTMLCommon h1/);
    assert.match(css, /\.book-chart/, 'of a class that a script adds');
    assert.doesNotMatch(css, /\.jp-Dialog|--jp-icon-/);
    assert.match(css, /@media print/);
    const [read = [], set = []] = [/var\(\s*(--[\w-]+)/g, /[{;](--[\w-]+):/g].map((pattern) =>
      [...css.matchAll(pattern)].map(([, name]) => name),
    );
    assert.deepEqual(
      [...new Set(set)].filter((name) => !read.includes(name)),
      [],
    );
  });

  it('replaces an earlier book, and no other files', async () => {
    writeNotebook(folder, '00-a', 'First');
    const [out, other] = [join(folder, 'site'), join(folder, 'other')];
    await buildSite(folder, out);
    await buildSite(folder, out);
    mkdirSync(join(other, 'api'), { recursive: true });
    writeFileSync(join(other, 'index.html'), 'mine');
    await assert.rejects(buildSite(folder, other), /is not empty and holds no earlier book: give a new folder/);
    assert.deepEqual(readdirSync(other).sort(), ['api', 'index.html']);
  });

  it('refuses a folder without notebooks, and a notebook that was not run', async () => {
    await assert.rejects(buildSite(folder, join(folder, 'site')), /^UserError: no notebooks in/);
    writeNotebook(folder, '00-a', 'First', false);
    await assert.rejects(buildSite(folder, join(folder, 'site')), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /00-a\.ipynb has no outputs: run it first/);
      return true;
    });
  });
});
