import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DecoderProcess } from '../../src/core/decoderProcess';
import { temporaryFolder } from '../folders';

/** A module whose `decode` has the given body. */
function scriptOf(body: string): string {
  const script = join(temporaryFolder(), 'script.js');
  writeFileSync(script, `exports.decode = async (data) => {\n${body}\n};`);
  return script;
}

const decoderOf = (body: string, data: unknown = null, megabytes = 64): DecoderProcess<unknown> =>
  new DecoderProcess(scriptOf(body), data, { megabytes });

describe('a process for a decoder', () => {
  it('answers once without a request, and then each request', async () => {
    const decoder = decoderOf('return { answer: data, next: async (n) => 2 * n };', 'ready');
    assert.equal(await decoder.next(60), 'ready');
    assert.equal(await decoder.next(60, 4), 8);
    assert.equal(await decoder.next(60, 5), 10);
    await decoder.close();
  });

  it('gives back arrays, maps, dates and large integers as they are', async () => {
    const data = {
      arrays: [new Float32Array([1.5, -2]), new Uint8Array([7]), new Float64Array(200_000).fill(0.1)],
      others: [new Map([['a', new Date(0)]]), 2n ** 60n, undefined],
    };
    const decoder = decoderOf('return { answer: data };', data);
    assert.deepEqual(await decoder.next(60), data);
    await decoder.close();
  });

  const failures: [what: string, body: string, seconds: number, why: RegExp][] = [
    ['loops endlessly', 'for (;;) {}', 0.5, /^it is damaged: no end after 0\.5 seconds$/],
    [
      'takes too much memory',
      'const all = []; for (;;) all.push(new Array(1000).fill(0.5));',
      60,
      /^it is damaged \(reading it takes more than 64 MB of memory\)$/,
    ],
    ['throws an error', "throw new Error('no\\nsense')", 60, /^it is damaged \(no\)$/],
    [
      'throws an error later',
      "setTimeout(() => { throw new Error('late'); }); return new Promise(() => {});",
      60,
      /^it is damaged \(late\)$/,
    ],
    ['ends', 'process.exit(3)', 60, /^it is damaged: reading it ended early$/],
    ['crashes', "process.kill(process.pid, 'SIGSEGV')", 60, /^it is damaged: reading it ended early$/],
  ];
  for (const [what, body, seconds, why] of failures) {
    it(`gives the reason if it ${what}, and this process goes on`, async () => {
      const decoder = decoderOf(body);
      await assert.rejects(decoder.next(seconds), (error: Error) => {
        assert.match(error.message, why);
        return true;
      });
      await decoder.close();
      await assert.rejects(decoder.next(60, 'more'), /^Error: it is damaged/);
    });
  }

  it('has a process group of its own, so Ctrl-C does not end it', async () => {
    const decoder = decoderOf('return { answer: process.kill(-process.pid, 0) };'); // an error, if there is no such group
    assert.equal(await decoder.next(60), true);
    await decoder.close();
  });

  it('is what Linux ends first if the memory of the machine is used up', async function () {
    if (process.platform !== 'linux') this.skip();
    const decoder = decoderOf(
      "return { answer: require('node:fs').readFileSync('/proc/self/oom_score_adj', 'utf8') };",
    );
    assert.equal(await decoder.next(60), '1000\n');
    await decoder.close();
  });

  it('says so if no process can be started', async () => {
    const { execPath } = process;
    process.execPath = join(temporaryFolder(), 'missing');
    try {
      const decoder = decoderOf('return { answer: 1 };');
      await assert.rejects(
        decoder.next(60),
        /^Error: no process could be started to read it \(spawn .*missing ENOENT\)$/,
      );
      await decoder.close();
    } finally {
      process.execPath = execPath;
    }
  });

  it('ends when the process that started it is killed, also in an endless loop', async () => {
    const sign = join(temporaryFolder(), 'sign');
    const loop = scriptOf(
      "for (;;) { require('node:fs').appendFileSync(data, '.'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); }",
    );
    const starter = join(temporaryFolder(), 'starter.js');
    const module = JSON.stringify(require.resolve('../../src/core/decoderProcess'));
    writeFileSync(
      starter,
      `const { DecoderProcess } = require(${module});\nnew DecoderProcess(${JSON.stringify(loop)}, ${JSON.stringify(sign)}).next(600);`,
    );
    const parent = fork(starter, { execArgv: [] });
    while (!existsSync(sign)) await wait(20);
    parent.kill('SIGKILL');
    let before = -1;
    for (let size = 0; size > before; size = statSync(sign).size) {
      before = size;
      await wait(1500); // it looks twice a second for its parent
    }
  });
});
