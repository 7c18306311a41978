import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Job, prepareJobs } from '../../src/cli/notebookJobs';
import { runJob } from '../../src/cli/notebooks';
import { projectFolder } from '../../src/core/paths';

/** Kernels at a time, each of which takes the next notebook: much of a notebook's time uses a single thread. */
const KERNELS = 2;

describe('the course', () => {
  const folder = join(projectFolder, 'notebooks');
  const quick = { quick: true };
  // the last ones first, as they take long: otherwise one kernel would be at work at the end and the other had nothing left
  const jobs = [...prepareJobs(folder, [], [], quick), ...prepareJobs(folder, ['solutions'], [], quick)].reverse();
  let out: string;
  /** errors by the notebook's name */
  const ends = new Map<string, Promise<string | undefined>>();

  before(() => {
    out = mkdtempSync(join(tmpdir(), 'tunebook-course-'));
    const waiting: (() => Promise<void>)[] = [];
    for (const job of jobs) ends.set(job.name, new Promise((end) => waiting.push(() => run(job).then(end))));
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await next();
    };
    for (let i = 0; i < KERNELS; i++) void work();
  });
  after(async () => {
    await Promise.all(ends.values());
    rmSync(out, { recursive: true });
  });

  async function run(job: Job): Promise<string | undefined> {
    let printed = '';
    const keep = { write: (text: string) => (printed += text) };
    return runJob(job, { out }, { stdout: keep, stderr: keep }).then(
      () => undefined,
      (error: unknown) => `${error}\n${printed}`,
    );
  }

  for (const { name, target } of jobs) {
    it(`runs ${name} from top to bottom with its quick values, and finds the answers of solutions right`, async function () {
      this.timeout(600_000);
      const failure = await ends.get(name);
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
