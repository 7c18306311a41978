import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { jupyterEnvironment } from '../../src/cli/python';
import { projectFolder } from '../../src/core/paths';
import { python } from './session';

describe('the conformance suite of the Jupyter protocol', function () {
  this.timeout(180_000);

  it('passes, except for clear_output, for which TypeScript has no function', async () => {
    const script = join(projectFolder, 'test', 'kernel', 'conformance.py');
    const suite = spawn(python, [script], { env: await jupyterEnvironment(), cwd: join(projectFolder, 'test') });
    let report = '';
    suite.stdout.on('data', (data: Buffer) => {
      report += data.toString();
    });
    suite.stderr.on('data', (data: Buffer) => {
      report += data.toString();
    });
    const code = await new Promise((done) => suite.once('close', done));
    assert.equal(code, 0, report);
    const ran = Number(/Ran (\d+) tests/.exec(report)?.[1]);
    const skipped = Number(/skipped=(\d+)/.exec(report)?.[1] ?? 0);
    assert.ok(ran >= 12, report);
    assert.equal(skipped, 1, report);
    console.log(`      jupyter_kernel_test: ${ran} tests, ${ran - skipped} passed, ${skipped} skipped`);
  });
});
