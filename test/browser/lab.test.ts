import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Job, prepareJobs } from '../../src/cli/notebookJobs';
import { projectFolder } from '../../src/core/paths';
import { labForSuite, OpenNotebook, PATIENCE, until } from './lab';

interface Notebook {
  cells: {
    cell_type: string;
    source: string | string[];
    execution_count: number | null;
    outputs: { output_type: string; data?: Record<string, unknown> }[];
  }[];
}

const folder = 'build/browser';
const inFolder = (file: string) => join(projectFolder, folder, file);
const vegaLite = 'application/vnd.vegalite.v5+json';

function readNotebook(file: string): Notebook {
  return JSON.parse(readFileSync(inFolder(file), 'utf8')) as Notebook;
}

function writeNotebook(file: string, sources: readonly string[]): void {
  const cells = sources.map((source, index) => {
    return { cell_type: 'code', id: `cell-${index}`, source, metadata: {}, outputs: [], execution_count: null };
  });
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  writeFileSync(inFolder(file), JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
}

describe('JupyterLab in a browser', function () {
  this.timeout(300_000);
  before(() => mkdirSync(join(projectFolder, folder), { recursive: true }));
  const suite = labForSuite();

  async function open(file: string, height: number): Promise<OpenNotebook> {
    return OpenNotebook.open(await suite.newPage(height), suite.lab, `${folder}/${file}`);
  }

  it('runs the quick start from top to bottom: curves, confusion matrix, tables, no error', async () => {
    const name = '00-quick-start.ipynb';
    // A copy, as JupyterLab saves by itself, with the values for a short run.
    const notebooks = join(projectFolder, 'notebooks');
    const [{ sources }] = prepareJobs(notebooks, [name], [], { quick: true }) as [Job];
    const copy = JSON.parse(readFileSync(join(notebooks, name), 'utf8')) as Notebook;
    for (const [index, source] of Object.entries(sources)) copy.cells[Number(index)]!.source = source;
    writeFileSync(inFolder(name), JSON.stringify(copy));
    const code = readNotebook(name).cells.filter(({ cell_type: type, source }) => type === 'code' && source.length > 0);
    // JupyterLab draws what is in view: little while cells run, as drawing takes the processor from them, and then all
    const notebook = await open(name, 900);
    await notebook.runAll();
    await notebook.finished(code.length - 1, PATIENCE);
    await notebook.page.setViewportSize({ width: 1400, height: 9000 });
    await notebook.save();

    const { cells } = readNotebook(name);
    const outputs = cells.flatMap((cell) => cell.outputs ?? []);
    assert.deepEqual(
      outputs.filter(({ output_type: type }) => type === 'error'),
      [],
    );
    const counts = cells.filter(({ cell_type: type }) => type === 'code').map((cell) => cell.execution_count);
    assert.deepEqual(
      counts.slice(0, code.length),
      Array.from(code, (_, i) => i + 1),
    );
    const charts = outputs.filter(({ data }) => data?.[vegaLite]).length;
    const tables = outputs.filter(({ data }) => String(data?.['text/html'] ?? '').includes('<table')).length;
    assert.ok(charts >= 2 && tables >= 1, `${charts} charts and ${tables} tables`);

    const { page } = notebook;
    await page
      .locator('.vega-embed .marks')
      .nth(charts - 1)
      .waitFor();
    assert.equal(await page.locator('.vega-embed .marks').count(), charts, 'every chart is drawn');
    const drawn = page.locator('.jp-OutputArea-output table:not(.tunebook table)');
    assert.equal(await drawn.count(), tables, 'every table is drawn');
    await page.locator('.tunebook table').waitFor(); // the confusion matrix, which is a widget
    assert.equal(await page.locator('.jp-OutputArea-output[data-mime-type*="stderr"]').count(), 0, 'nothing on stderr');
    await page.screenshot({ path: inFolder('00-quick-start.png') });
    assert.deepEqual(notebook.complaints, []);
    await page.close();
  });

  it('completes, explains, updates a progress bar in place and stops training with the stop button', async () => {
    const name = 'interactive.ipynb';
    rmSync(inFolder(name), { force: true });
    writeNotebook(name, [
      "import { display, progressBar } from 'tunebook';\nconst accuracy = { training: 1, validation: 2 };",
      [
        'const bar = progressBar();',
        'for (let done = 0; done <= 40; done++) {',
        "  bar.update({ task: 'decode', done, total: 40, unit: 'pictures' });",
        '  await new Promise((next) => setTimeout(next, 50));',
        '}',
        'await bar.end();',
      ].join('\n'),
      [
        'let batches = 0;',
        'await display.withStop(async (shouldStop) => {',
        "  console.log('training');",
        '  for (; batches < 3000 && !shouldStop(); batches++) await new Promise((next) => setTimeout(next, 20));',
        '});',
        "console.log(batches < 3000 ? 'kept what was learned' : 'never stopped');",
      ].join('\n'),
      "'the next cell'",
      'accuracy.',
    ]);
    const notebook = await open(name, 1400);
    const { page } = notebook;
    const run = async (index: number) => {
      await notebook.editEnd(index);
      await page.keyboard.press('Control+Enter');
    };

    await run(0);
    await notebook.finished(0, PATIENCE);

    await run(1);
    const value = () => notebook.output(1).locator('progress').getAttribute('value');
    await notebook.output(1).locator('progress').waitFor();
    const first = Number(await value());
    await page.waitForTimeout(700);
    const second = Number(await value());
    assert.ok(second > first, `the bar went from ${first} to ${second}`);
    assert.equal(await notebook.output(1).count(), 1, 'one output, updated in place');
    await page.screenshot({ path: inFolder('progress.png') });
    await notebook.finished(1, PATIENCE);
    assert.match((await notebook.output(1).textContent()) ?? '', /decode.*40/);

    await run(2);
    await notebook.output(2).filter({ hasText: 'training' }).waitFor();
    await page.locator('[data-command="notebook:interrupt-kernel"], [title*="Interrupt the kernel"]').first().click();
    await notebook.finished(2, PATIENCE);
    assert.match((await notebook.output(2).allTextContents()).join(''), /kept what was learned/);
    await page.screenshot({ path: inFolder('stopped.png') });
    await run(3);
    await notebook.finished(3, PATIENCE);
    assert.match((await notebook.output(3).textContent()) ?? '', /the next cell/);

    await notebook.editEnd(4);
    const offered = page.locator('.jp-Completer-item'); // a single one would be taken without a question
    await until('complete', () => page.keyboard.press('Tab'), offered.filter({ hasText: 'training' }));
    await offered.filter({ hasText: 'validation' }).click();
    await notebook.cell(4).locator('.cm-content', { hasText: 'accuracy.validation' }).waitFor();
    // it is there before its text is drawn
    const tooltip = page.locator('.jp-Tooltip').filter({ hasText: 'validation: number' });
    await until('explain', () => page.keyboard.press('Shift+Tab'), tooltip);
    assert.match((await tooltip.textContent()) ?? '', /validation: number/);
    await page.screenshot({ path: inFolder('tooltip.png') });
    assert.deepEqual(notebook.complaints, []);
    await page.close();
  });
});
