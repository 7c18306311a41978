import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { jupyterEnvironment } from '../../src/cli/python';
import { projectFolder } from '../../src/core/paths';
import { python } from './session';

describe('the conformance suite of the Jupyter protocol', function () {
  this.timeout(180_000);

  it('passes, and nothing is skipped', async () => {
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
    const results = [...report.matchAll(/^test_(\w+) .*?\.\.\. (\w+)/gms)].map(([, name, result]) => ({
      name,
      result,
    }));
    assert.equal(results.length, Number(/Ran (\d+) tests/.exec(report)?.[1]), report);
    assert.ok(results.length >= 12, report);
    for (const { name, result } of results) console.log(`      ${name?.padEnd(32)} ${result}`);
    assert.ok(
      results.every(({ result }) => result === 'ok'),
      report,
    );
  });
});
