import assert from 'node:assert/strict';
import { clearOutput } from '../../src/notebook';
import { printed } from './fakeKernel';

describe('clearOutput', () => {
  it('does nothing outside a notebook, and refuses what it does not know', async () => {
    assert.deepEqual(await printed('log', async () => clearOutput()), []);
    assert.throws(() => clearOutput({ later: true } as never), /unknown option 'later'/);
  });
});
