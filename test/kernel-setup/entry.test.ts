import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf, load, node, removeFolders, setupFile, temporaryFolder } from './helpers';

const ENTRIES = ['start.mjs', 'setup.mjs', 'doctor.mjs', 'lab.mjs', 'test.mjs', 'tunebook.mjs'];

describe('the files that users start', () => {
  after(removeFolders);

  it('know which versions of Node are supported', async () => {
    const { nodeServes } = await load<{ nodeServes(version: string): boolean }>('lib', 'entry.mjs');
    const serves = ['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.1.0', '26.0.0'];
    const tooOld = ['14.21.3', '16.20.2', '18.20.4', '20.18.3', '21.7.3', '22.11.0'];
    assert.deepEqual(serves.filter(nodeServes), serves);
    assert.deepEqual(tooOld.filter(nodeServes), []);
  });

  for (const entry of ENTRIES) {
    it(`${entry} says in one line that Node is too old`, async () => {
      const fake = join(temporaryFolder(), 'old.cjs');
      writeFileSync(
        fake,
        "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '16.20.2' } });\n",
      );
      const { code, stdout, stderr } = await node(['-r', fake, setupFile(entry)]);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.equal(linesOf(stderr).length, 1);
      assert.match(stderr, /^tunebook needs Node 22\.12 or newer; this is Node 16\.20\.2 .*Install Node 24/);
    });
  }

  it('restore the functions of util that Node 23 removed', async () => {
    const script = `
      const util = require('node:util');
      delete util.isArray; delete util.isNullOrUndefined;
      require(${JSON.stringify(setupFile('lib', 'node-shims.cjs'))});
      console.log(util.isArray([]), util.isArray({}), util.isNullOrUndefined(null), util.isNullOrUndefined(0));`;
    assert.equal((await node(['-e', script])).stdout, 'true false true false\n');
  });
});
