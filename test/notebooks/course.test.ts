import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Job, prepareJobs } from '../../src/cli/notebookJobs';
import { runJob } from '../../src/cli/notebooks';
import { projectFolder } from '../../src/core/paths';

/** Kernels at a time: starting a kernel and compiling cells uses a single thread, so several can run in parallel. */
const KERNELS = 2;

describe('the course', () => {
  const folder = join(projectFolder, 'notebooks');
  const quick = { quick: true };
  const jobs = [...prepareJobs(folder, [], [], quick), ...prepareJobs(folder, ['solutions'], [], quick)];
  let out: string;
  /** errors by the notebook's name */
  const ends = new Map<string, Promise<string | undefined>>();

  before(() => {
    out = mkdtempSync(join(tmpdir(), 'tunebook-course-'));
    const lanes = Array.from({ length: KERNELS }, () => Promise.resolve<string | undefined>(undefined));
    jobs.forEach((job, i) => {
      const end = lanes[i % KERNELS]!.then(() => run(job));
      lanes[i % KERNELS] = end;
      ends.set(job.name, end);
    });
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

  for (const { name } of jobs) {
    it(`runs ${name} from top to bottom with its quick values`, async function () {
      this.timeout(600_000);
      const failure = await ends.get(name);
      assert.equal(failure, undefined, failure);
    });
  }
});
