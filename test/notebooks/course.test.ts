import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareJobs } from '../../src/cli/notebookJobs';
import { runJob } from '../../src/cli/notebooks';
import { projectFolder } from '../../src/paths';

describe('the course', () => {
  let out: string;
  before(() => {
    out = mkdtempSync(join(tmpdir(), 'tunebook-course-'));
  });
  after(() => rmSync(out, { recursive: true }));

  for (const job of prepareJobs(join(projectFolder, 'notebooks'), [], [], { quick: true })) {
    it(`runs ${job.name} from top to bottom with its quick values`, async function () {
      this.timeout(300_000);
      let printed = '';
      const keep = { write: (text: string) => (printed += text) };
      await runJob(job, { out }, { stdout: keep, stderr: keep }).catch((error: unknown) => {
        assert.fail(`${error}\n${printed}`);
      });
    });
  }
});
