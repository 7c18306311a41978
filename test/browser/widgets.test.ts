import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { labForSuite, OpenNotebook } from './lab';

const folder = 'build/browser-widgets';
const inFolder = (...parts: string[]) => join(projectFolder, folder, ...parts);

function writeNotebook(file: string, sources: readonly string[]): void {
  const cells = sources.map((source, index) => {
    return { cell_type: 'code', id: `cell-${index}`, source, metadata: {}, outputs: [], execution_count: null };
  });
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  writeFileSync(inFolder(file), JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
}

/** What JupyterLab itself complains about when a notebook has widgets of a kernel that has ended. */
const known = /model not found|Could not create a model|widget model/i;

describe('widgets in JupyterLab', function () {
  this.timeout(300_000);
  before(() => {
    rmSync(inFolder(), { recursive: true, force: true });
    mkdirSync(inFolder(), { recursive: true });
  });
  const suite = labForSuite();

  async function open(file: string, height = 1300): Promise<OpenNotebook> {
    const page = await suite.browser.newPage({ viewport: { width: 1400, height } });
    return OpenNotebook.open(page, suite.lab, `${folder}/${file}`);
  }

  /** Run a cell, and wait for its end. */
  async function run(notebook: OpenNotebook, index: number, timeout = 60_000): Promise<void> {
    await notebook.editEnd(index);
    await notebook.page.keyboard.press('Control+Enter');
    await notebook.finished(index, timeout);
  }

  /** Load the page again, with the kernel that runs. */
  async function reload(notebook: OpenNotebook): Promise<void> {
    await notebook.save();
    await notebook.page.reload();
    await notebook.page.getByText(/^TypeScript.* \| Idle$/).waitFor({ timeout: 60_000 });
  }

  it("share their state with a cell's code, are there after the page was loaded again, and leave their picture", async () => {
    const name = 'own.ipynb';
    writeNotebook(name, [
      [
        "import { widget } from 'tunebook/widgets';",
        'const counter = widget({',
        '  esm: `export default { render({ model, el }) {',
        "    const button = document.createElement('button');",
        "    button.className = 'own';",
        "    const draw = () => { button.textContent = 'clicked ' + model.get('count'); };",
        "    button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };",
        "    model.on('change:count', draw); draw(); el.append(button);",
        '  } };`,',
        '  state: { count: 0 },',
        '  still: () => \'<p class="picture">the picture of a counter</p>\',',
        '});',
        "counter.onChange(({ count }) => console.log('now', count));",
        'counter',
      ].join('\n'),
      'counter.set({ count: counter.state.count * 10 }); counter.state.count',
    ]);
    const notebook = await open(name);
    const { page } = notebook;
    await run(notebook, 0);
    const button = notebook.cell(0).locator('button.own');
    await button.click();
    await notebook.output(0).filter({ hasText: 'now 1' }).waitFor();
    await button.focus();
    await page.keyboard.press('Enter');
    await notebook.output(0).filter({ hasText: 'now 2' }).waitFor();
    await run(notebook, 1);
    await button.filter({ hasText: 'clicked 20' }).waitFor();
    assert.match((await notebook.output(1).textContent()) ?? '', /20/);
    await reload(notebook);
    await button.filter({ hasText: 'clicked 20' }).waitFor({ timeout: 30_000 });
    await button.click();
    await button.filter({ hasText: 'clicked 21' }).waitFor();
    assert.deepEqual(notebook.complaints, []);

    // without the kernel that had it, the picture is shown
    await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Kernel$/ }).click();
    await page.locator('.lm-Menu-itemLabel', { hasText: /^Shut Down Kernel$/ }).click();
    await page
      .getByText(/No Kernel|Unknown/)
      .first()
      .waitFor();
    await page.reload();
    await notebook.cell(0).locator('p.picture', { hasText: 'the picture of a counter' }).waitFor({ timeout: 60_000 });
    await page.screenshot({ path: inFolder('own-still.png') });
    assert.deepEqual(
      notebook.complaints.filter((text) => !known.test(text)),
      [],
    );
    await page.close();
  });
});
