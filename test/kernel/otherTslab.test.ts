import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';

describe('a notebook in a project that has a tslab of its own', () => {
  it('gets this kernel, not that one', () => {
    const project = temporaryFolder();
    const other = join(project, 'node_modules', 'tslab', 'dist');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'main.js'), "exports.startKernel = () => console.log('another');");
    const notebooks = join(project, 'notebooks');
    mkdirSync(notebooks);
    const script = `
      const { loadTslab } = require(${JSON.stringify(join(projectFolder, 'kernel-setup/kernel/tslab.cjs'))});
      const { executor } = loadTslab();
      executor.createExecutor = () => {
        console.log('this');
        process.exit();
      };
      require(${JSON.stringify(join(projectFolder, 'node_modules/tslab/dist/main.js'))}).startKernel({});`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: notebooks, encoding: 'utf8' });
    assert.equal(stdout.trim(), 'this', stderr);
  });
});
