import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DecoderThread } from '../../src/core/decoderThread';
import { temporaryFolder } from '../folders';

/** A thread that runs the given code, with `port` and `data`. */
function threadOf(code: string, data: unknown = null, megabytes = 64): DecoderThread<unknown> {
  const script = join(temporaryFolder(), 'script.js');
  writeFileSync(script, `const { parentPort: port, workerData: data } = require('node:worker_threads');\n${code}`);
  return new DecoderThread(script, data, { megabytes });
}

describe('a thread for a decoder', () => {
  it('answers once without a request, and then each request', async () => {
    const thread = threadOf("port.postMessage(data); port.on('message', (n) => port.postMessage(2 * n));", 'ready');
    assert.equal(await thread.next(60), 'ready');
    assert.equal(await thread.next(60, 4), 8);
    assert.equal(await thread.next(60, 5), 10);
    await thread.close();
  });

  const failures: [what: string, code: string, seconds: number, why: RegExp][] = [
    ['loops endlessly', 'for (;;) {}', 0.5, /^it is damaged: no end after 0\.5 seconds$/],
    [
      'takes too much memory',
      'const all = []; for (;;) all.push(new Array(1000).fill(0.5));',
      60,
      /^it is damaged \(.*memory/,
    ],
    ['throws an error', "throw new Error('no\\nsense')", 60, /^it is damaged \(no\)$/],
    ['ends', 'process.exit(3)', 60, /^it is damaged: reading it ended early$/],
  ];
  for (const [what, code, seconds, why] of failures) {
    it(`gives the reason if it ${what}, and this process goes on`, async () => {
      const thread = threadOf(code);
      await assert.rejects(thread.next(seconds), (error: Error) => {
        assert.match(error.message, why);
        return true;
      });
      await thread.close();
      await assert.rejects(thread.next(60, 'more'), /reading it ended early/);
    });
  }
});
