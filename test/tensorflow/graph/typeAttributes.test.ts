import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFolder } from '../../../src/core/paths';
import table from '../../../src/tensorflow/graph/typeAttributes.json';

describe('the table of type attributes', () => {
  it("agrees with TensorFlow's own list of operations", function () {
    this.timeout(60_000);
    const script = join(projectFolder, 'test', 'tensorflow', 'graph', 'typeAttributes.py');
    const library = join(
      dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')),
      'deps',
      'lib',
      'libtensorflow_cc.so.2',
    );
    if (!existsSync(library)) this.skip();
    const output = execFileSync('python3', [script, library, ...Object.keys(table)], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(output), table);
  });
});
