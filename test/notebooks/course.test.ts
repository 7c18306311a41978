import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Job, prepareJobs } from '../../src/cli/notebookJobs';
import { NotebookRunner } from '../../src/cli/notebooks';
import { cacheFolder, projectFolder } from '../../src/core/paths';

/** Kernels at a time, each of which takes the next notebook: much of a notebook's time uses a single thread. */
const KERNELS = 2;

/** Groups of a class that are kept of each sample: things in up to five styles, typefaces in print and as posters. */
const GROUPS = { emoji: 5, letters: 12 } as const;

/** The chapters that open the whole samples, as all do for a person. */
const WHOLE = ['00-quick-start', '03-augment'];

/** A folder with some of a sample's pictures: what the cells do is the same, and the features of all would take most of the time. */
function partOf(sample: keyof typeof GROUPS, root: string): string {
  const from = cacheFolder('samples', sample);
  const to = join(root, sample);
  const [header = '', ...rows] = readFileSync(join(from, 'labels.csv'), 'utf8').trimEnd().split('\n');
  const groups = new Map<string, Set<string>>();
  const kept = rows.filter((row) => {
    const [, label = '', group = ''] = row.split(',');
    const known = groups.get(label) ?? new Set<string>();
    groups.set(label, known);
    if (known.size < GROUPS[sample]) known.add(group);
    return known.has(group);
  });
  for (const file of kept.map((row) => row.split(',')[0]!)) cpSync(join(from, file), join(to, file));
  writeFileSync(join(to, 'labels.csv'), `${[header, ...kept].join('\n')}\n`);
  return to;
}

describe('the course', () => {
  const folder = join(projectFolder, 'notebooks');
  const notebooksIn = (below: string) =>
    readdirSync(join(folder, below))
      .filter((file) => file.endsWith('.ipynb'))
      .map((file) => join(below, file.slice(0, -'.ipynb'.length)));
  // the last ones first, as they take long: otherwise one kernel would be at work at the end and the other had nothing left
  const names = [...notebooksIn(''), ...notebooksIn('solutions')].reverse();
  let out: string;
  let workers: Promise<void>[] = [];
  /** by the notebook's name: the executed notebook, or why there is none */
  const ends = new Map<string, Promise<{ target: string; failure?: string }>>();

  before(() => {
    out = mkdtempSync(join(tmpdir(), 'tunebook-course-'));
    const parts = { emoji: partOf('emoji', join(out, 'data')), letters: partOf('letters', join(out, 'data')) };
    const jobs = names.flatMap((name) => {
      const code = textOf(join(folder, `${name}.ipynb`));
      const [, sample] = /^let data = '(emoji|letters)';/m.exec(code) ?? [];
      assert.ok(sample, `${name}: which sample?`);
      const values = WHOLE.includes(name) ? [] : [`data=${parts[sample as keyof typeof parts]}`];
      // not where a person's runs of the chapter are
      if (/^let folder = /m.test(code)) values.push(`folder=${join(out, 'runs', name)}`);
      return prepareJobs(folder, [name], values, { quick: true });
    });
    const waiting: ((runner: NotebookRunner) => Promise<void>)[] = [];
    for (const job of jobs)
      ends.set(job.name, new Promise((end) => waiting.push((runner) => run(job, runner).then(end))));
    const work = async () => {
      const runner = new NotebookRunner();
      for (let next = waiting.shift(); next; next = waiting.shift()) await next(runner);
      await runner.end();
    };
    workers = Array.from({ length: KERNELS }, work);
  });
  after(async () => {
    await Promise.all(workers);
    rmSync(out, { recursive: true });
  });

  async function run(job: Job, runner: NotebookRunner): Promise<{ target: string; failure?: string }> {
    let printed = '';
    const keep = { write: (text: string) => (printed += text) };
    const { target } = job;
    return runner.run(job, { out }, { stdout: keep, stderr: keep }).then(
      () => ({ target }),
      (error: unknown) => ({ target, failure: `${error}\n${printed}` }),
    );
  }

  for (const name of names) {
    it(`runs ${name} from top to bottom with its quick values, and finds the answers of solutions right`, async function () {
      this.timeout(600_000);
      const { target, failure } = (await ends.get(name))!;
      assert.equal(failure, undefined, failure);
      const { cells } = JSON.parse(readFileSync(join(out, target), 'utf8')) as {
        cells: { source: string | string[]; outputs?: unknown[] }[];
      };
      for (const { source, outputs } of cells) {
        if (!/check\.exercise\(/.test([source].flat().join(''))) continue;
        assert.match(JSON.stringify(outputs), /Exercise \d: right/, JSON.stringify(outputs));
      }
    });
  }
});

/** The text of a notebook's code. */
function textOf(file: string): string {
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as { cells: { source: string[]; cell_type: string }[] };
  return cells
    .filter(({ cell_type }) => cell_type === 'code')
    .map(({ source }) => source.join(''))
    .join('\n');
}
