import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../folders';
import { runCommand } from './runCommand';

describe('work that is to be continued', () => {
  it('is said to begin if its folder does not exist, whose name may be misspelled', async () => {
    const there = temporaryFolder();
    const missing = join(there, 'mispelled');
    const study = join(there, 'study.json');
    writeFileSync(study, '{ "data": "/no/such" }');
    const commands = [
      ['train', '--data', '/no/such', '--checkpoint'],
      ['auto', '--data', '/no/such', '--out'],
      ['study', study, '--out'],
    ];
    for (const command of commands) {
      const { stderr } = await runCommand(...command, missing, '--resume');
      assert.match(stderr, /mispelled' does not exist: there is nothing to continue, and (the|a) \w+ begins\n/);
      assert.match(stderr, /no folder '\/no\/such'/);
      for (const others of [[missing], [there, '--resume']]) {
        assert.doesNotMatch((await runCommand(...command, ...others)).stderr, /nothing to continue/);
      }
    }
  });
});
