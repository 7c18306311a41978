import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeStarter } from '../../src/cli/new';
import { prepareJobs } from '../../src/cli/notebookJobs';
import { NotebookRunner } from '../../src/cli/notebooks';
import { UserError } from '../../src/core/errors';
import { projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';

interface Cell {
  cell_type: string;
  source: string[];
}
const cellsOf = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { cells: Cell[] }).cells;

describe('tunebook new', () => {
  it('writes a notebook with the name as its title and the folder as its data', async () => {
    const project = temporaryFolder();
    const photos = await stripesFolder(1);
    const file = writeStarter('my-photos', photos, project);
    assert.equal(file, join(project, 'notebooks', 'own', 'my-photos.ipynb'));
    const [first, parameters] = cellsOf(file);
    assert.match(first!.source.join(''), /^# My photos\n/);
    assert.match(parameters!.source[1]!, /^let data = '\.\.\/.*tunebook-test-/);
    for (const line of parameters!.source) assert.match(line, /^import type |^let \w+(: \w+)? = .+; \/\/ \S/);
  });

  it('does not change an existing notebook', () => {
    const project = temporaryFolder();
    const file = writeStarter('mine', 'flowers', project);
    const before = readFileSync(file, 'utf8');
    assert.throws(() => writeStarter('mine', 'emoji', project), /exists and is not overwritten/);
    assert.equal(readFileSync(file, 'utf8'), before);
  });

  it('refuses an invalid name and a missing folder before it writes', () => {
    const project = temporaryFolder();
    for (const name of ['', '../up', 'a b', '.hidden', 'x'.repeat(65), 'notebook.ipynb']) {
      assert.throws(() => writeStarter(name, 'emoji', project), UserError, name);
    }
    assert.throws(() => writeStarter('mine', 'no such folder', project), /no folder 'no such folder'/);
    assert.equal(existsSync(join(project, 'notebooks')), false);
  });

  it('writes a notebook that runs from top to bottom and saves a run with a report', async function () {
    this.timeout(120_000);
    const name = `test-${process.pid}`;
    const runs = join(projectFolder, 'build', 'runs', name);
    const file = writeStarter(name, await stripesFolder());
    let printed = '';
    const keep = { write: (text: string) => (printed += text) };
    try {
      const jobs = prepareJobs(join(projectFolder, 'notebooks'), [`own/${name}`], [], { quick: true });
      const out = temporaryFolder();
      const runner = new NotebookRunner();
      const running = runner.run(jobs[0]!, { out }, { stdout: keep, stderr: keep });
      await running
        .finally(() => runner.end())
        .catch((error: unknown) => {
          assert.fail(`${error}\n${printed}`);
        });
      assert.match(readFileSync(join(runs, 'report.html'), 'utf8'), /Validation/);
      // the command at its end works in any folder
      assert.ok(
        readFileSync(join(out, `own/${name}.ipynb`), 'utf8').includes(`npx tunebook predict --model '${runs}'`),
      );
    } finally {
      rmSync(file, { force: true });
      rmSync(runs, { recursive: true, force: true });
    }
  });
});
