import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../src/cli/main';
import { checkTargets, prepareJobs } from '../../src/cli/notebookJobs';
import { NotebookRunner } from '../../src/cli/notebooks';
import { UserError } from '../../src/core/errors';
import { projectFolder } from '../../src/core/paths';

interface Output {
  output_type: string;
  text?: string | string[];
  ename?: string;
  data?: Record<string, unknown>;
}
interface Notebook {
  metadata: object;
  cells: { cell_type: string; source: string | string[]; execution_count?: number | null; outputs: Output[] }[];
}

/** A folder inside the project, where cells can import the project's packages. */
function temporaryFolder(): string {
  const build = join(projectFolder, 'build');
  mkdirSync(build, { recursive: true });
  return mkdtempSync(join(build, 'test notebooks ä '));
}

function writeNotebook(folder: string, name: string, sources: readonly string[], quick?: object): void {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    source,
    metadata: index === 0 ? { tags: ['parameters'], ...(quick && { tunebook: { quick } }) } : {},
    outputs: [],
    execution_count: null,
  }));
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(join(folder, `${name}.ipynb`), JSON.stringify(notebook));
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Notebook;
const textOf = ({ text = '' }: Output) => (Array.isArray(text) ? text.join('') : text);

/** Run notebooks of a folder; returns the output and the error. */
async function run(folder: string, names: string | string[], assignments: string[] = [], html = false) {
  const printed = { stdout: '', stderr: '' };
  const keep = (stream: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      printed[stream] += text;
    },
  });
  const terminal = { stdout: keep('stdout'), stderr: keep('stderr') };
  const out = join(folder, 'out');
  const errors: unknown[] = [];
  const runner = new NotebookRunner();
  for (const job of prepareJobs(folder, [names].flat(), assignments)) {
    await runner.run(job, { out, html }, terminal).catch((thrown: unknown) => errors.push(thrown));
  }
  await runner.end();
  return { ...printed, error: errors[0], errors, out };
}

describe('where executed notebooks go', () => {
  it('is below the output folder, also for a notebook from elsewhere, and is never that of the notebook itself', () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeNotebook(folder, 'one', ['1']);
    writeNotebook(elsewhere, 'one', ['1']);
    const [own, other] = [prepareJobs(folder, ['one'], []), prepareJobs(folder, [join(elsewhere, 'one')], [])];
    assert.deepEqual([own[0]!.target, other[0]!.target], ['one.ipynb', 'one.ipynb']);
    checkTargets(other, join(folder, 'out', 'deep', 'er'));
    assert.throws(() => checkTargets(own, folder), /would be overwritten: give another --out, or --in-place/);
    assert.throws(() => checkTargets(other, elsewhere), /would be overwritten/);
    checkTargets(own, folder, { inPlace: true });
    assert.throws(() => checkTargets([...own, ...other], join(folder, 'out')), /would both be written to/);
    const out = join(elsewhere, 'copies');
    mkdirSync(out);
    writeNotebook(out, 'one', ['1']); // an executed copy
    checkTargets(own, out);
    writeNotebook(out, 'one', ['1', "'what a student wrote'"]);
    assert.throws(
      () => checkTargets(own, out),
      /has other cells than one, and would be overwritten: give another --out/,
    );
    checkTargets(own, out, { isOwn: true });
    for (const each of [folder, elsewhere]) rmSync(each, { recursive: true });
  });
});

describe('the command notebooks', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('runs a notebook on the kernel with other parameters, reports progress and keeps the original', async () => {
    writeNotebook(folder, 'one', ['let epochs = 20; // passes', 'console.log(epochs * 2);', '1 + 1']);
    const original = readFileSync(join(folder, 'one.ipynb'), 'utf8');
    const { stdout, error, out } = await run(folder, 'one', ['epochs=4'], true);
    assert.equal(error, undefined);
    assert.match(
      stdout,
      /^one\n {2}\[1\/3\] let epochs = 4; .* s\n {2}\[2\/3\] console.* s\n {2}\[3\/3\] 1 \+ 1 .* s\n/,
    );
    const { cells } = read(join(out, 'one.ipynb'));
    assert.equal(String(cells[0]?.source), 'let epochs = 4; // passes');
    assert.equal(textOf(cells[1]?.outputs[0] as Output), '8\n');
    assert.deepEqual(
      cells.map((cell) => cell.execution_count),
      [1, 2, 3],
    );
    assert.equal(cells[2]?.outputs[0]?.output_type, 'execute_result');
    assert.match(readFileSync(join(out, 'one.html'), 'utf8'), /console/);
    assert.deepEqual(readdirSync(out).sort(), ['one.html', 'one.ipynb']);
    assert.equal(readFileSync(join(folder, 'one.ipynb'), 'utf8'), original);
  });

  it('runs each of several notebooks on a kernel without values, whatever became of the one before', async () => {
    writeNotebook(folder, 'a', [
      'let own = 1;',
      "import { from } from 'arquero';",
      'own',
      'throw new Error("no")',
      'own',
    ]);
    writeNotebook(folder, 'b', ['let other = typeof own;', 'process.exit(3)']);
    writeNotebook(folder, 'c', ["let last = 'own' in globalThis;", 'setInterval(() => console.log("tick"), 20);']);
    writeNotebook(folder, 'd', ['let fourth = 4;', 'await new Promise((next) => setTimeout(next, 200));', 'own']);
    const { stdout, stderr, errors, out } = await run(folder, ['a', 'b', 'c', 'd']);
    assert.deepEqual(
      errors.map((error) => (error as Error).message.replace(/ failed.*/, '')),
      ['a: cell 4 of 5', 'b: cell 1 of 2', 'd: cell 3 of 3'],
    );
    assert.match(stderr, /Cannot find name 'own'/);
    assert.equal(stdout.match(/ wrote /g)?.length, 4);
    const counts = (name: string) => read(join(out, `${name}.ipynb`)).cells.map((cell) => cell.execution_count ?? null);
    assert.deepEqual(counts('a'), [1, 2, 3, 4, null]);
    assert.deepEqual(counts('c'), [1, 2]);
    assert.deepEqual(read(join(out, 'd.ipynb')).cells[1]?.outputs, []);
  });

  it('goes on with the next notebook if the kernel ended in one', async () => {
    writeNotebook(folder, 'a', ['let own = 1;', 'process.exit(3)']);
    writeNotebook(folder, 'b', ['let other = 2;', 'other']);
    const { errors, out } = await run(folder, ['a', 'b']);
    assert.equal(errors.length, 1);
    assert.equal(String(read(join(out, 'b.ipynb')).cells[1]?.outputs[0]?.data?.['text/plain']), '2');
  });

  it('runs widgets without a browser, and shows their pictures in the page', async () => {
    writeNotebook(folder, 'widgets', [
      "import { widget } from 'tunebook/widgets'; const count = widget({ esm: 'export default {};', state: { n: 1 }, still: () => '<p>a still picture</p>' });",
      'count',
      'count.set({ n: 2 }); count.state.n',
    ]);
    const { error, out } = await run(folder, 'widgets', [], true);
    assert.equal(error, undefined);
    const notebook = read(join(out, 'widgets.ipynb'));
    assert.ok(!('widgets' in notebook.metadata), 'the state of widgets differs in every run');
    const { data } = notebook.cells[1]!.outputs[0]!;
    assert.deepEqual(Object.keys(data!).sort(), [
      'application/vnd.jupyter.widget-view+json',
      'text/html',
      'text/plain',
    ]);
    assert.match(readFileSync(join(out, 'widgets.html'), 'utf8'), /<p>a still picture<\/p>/);
  });

  it('stops at the first error, shows its traceback, and writes the cells that ran', async () => {
    writeNotebook(folder, 'bad', ['1', "throw new Error('on purpose');", "console.log('not reached');"]);
    const { stderr, stdout, error, out } = await run(folder, 'bad');
    assert.ok(error instanceof UserError);
    assert.equal(error.message, 'bad: cell 2 of 3 failed with Error');
    assert.match(stderr, /Error: on purpose\n> 1 \| throw/);
    assert.match(stdout, /\[2\/3\] .*error after/);
    assert.doesNotMatch(stdout, /\[3\/3\]/);
    const { cells } = read(join(out, 'bad.ipynb'));
    assert.equal(cells[1]?.outputs[0]?.ename, 'Error');
    assert.deepEqual(cells[2]?.outputs, []);
  });

  it('says that a cell ended the kernel, and how', async () => {
    writeNotebook(folder, 'dead', ['process.exit(3);']);
    const { error, stderr } = await run(folder, 'dead');
    assert.ok(error instanceof UserError);
    assert.equal(error.message, 'dead: cell 1 of 1 failed with KernelEnded');
    assert.match(stderr, /a cell called process\.exit\(3\)/);
  });

  it('refuses a notebook or a parameter that does not exist and lists those that do', () => {
    writeNotebook(folder, '00-start', ['let epochs = 1;']);
    writeNotebook(folder, '01-more', ['let seeds = [1];']);
    assert.throws(
      () => prepareJobs(folder, ['2-none'], []),
      new UserError("no notebook '2-none'; the notebooks are 00-start, 01-more"),
    );
    assert.throws(
      () => prepareJobs(folder, [], ['epoch=1']),
      new UserError("--set: unknown parameter 'epoch'; the parameters are epochs, seeds (did you mean 'epochs'?)"),
    );
    assert.throws(() => prepareJobs(folder, [], ['epochs']), new UserError("--set: expected name=value, got 'epochs'"));
    assert.equal(existsSync(join(folder, 'out')), false);
  });

  it("runs with a notebook's quick values, unless --set gives others", () => {
    writeNotebook(folder, 'one', ["let epochs = 20;\nlet seeds = [1, 2, 3];\nlet data = 'emoji';"], {
      epochs: 2,
      seeds: [1],
    });
    const source = (assignments: string[], quick: boolean) =>
      prepareJobs(folder, ['one'], assignments, { quick })[0]!.sources[0];
    assert.equal(source([], true), "let epochs = 2;\nlet seeds = [1];\nlet data = 'emoji';");
    assert.equal(source(['epochs=3'], true), "let epochs = 3;\nlet seeds = [1];\nlet data = 'emoji';");
    assert.equal(source([], false), undefined);
  });

  it('runs all notebooks in order when none is named, and sets a parameter in those that have it', () => {
    writeNotebook(folder, '01-more', ['let seeds = [1];']);
    writeNotebook(folder, '00-start', ['let epochs = 1;']);
    const jobs = prepareJobs(folder, [], ['epochs=7']);
    assert.deepEqual(
      jobs.map(({ name, sources }) => [name, sources]),
      [
        ['00-start', { 0: 'let epochs = 7;' }],
        ['01-more', {}],
      ],
    );
    assert.equal(prepareJobs(folder, ['01-more.ipynb'], [])[0]?.name, '01-more');
  });

  it('finds a notebook in a subfolder, and all notebooks of a subfolder', () => {
    writeNotebook(folder, '00-start', ['let epochs = 1;']);
    mkdirSync(join(folder, 'solutions'));
    writeNotebook(join(folder, 'solutions'), '00-start', ['let epochs = 2;']);
    writeNotebook(join(folder, 'solutions'), '01-more', ['let epochs = 3;']);
    const names = (asked: string[]) => prepareJobs(folder, asked, []).map(({ name }) => name);
    assert.deepEqual(names([]), ['00-start']);
    assert.deepEqual(names(['solutions']), ['solutions/00-start', 'solutions/01-more']);
    assert.deepEqual(names(['solutions/01-more', 'notebooks/00-start.ipynb']), ['solutions/01-more', '00-start']);
    assert.throws(
      () => prepareJobs(folder, ['solutions/02'], []),
      /no notebook 'solutions\/02'; the notebooks are 00-start/,
    );
  });

  it('refuses to compare with a folder in which a notebook is missing, before it runs any', async () => {
    assert.equal(await main(['notebooks', '00-quick-start', '--compare', folder]), 1);
  });
});
