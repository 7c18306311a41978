import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process whose work continues for `keeping` milliseconds after it was asked to stop. */
async function begin(keeping: number): Promise<ChildProcess> {
  const stop = JSON.stringify(join(__dirname, '..', '..', 'src', 'cli', 'stop.js'));
  const script = `
    const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    require(${stop}).interruptible(async (shouldStop) => {
      process.stdout.write('begun');
      while (!shouldStop()) await sleep(5);
      await sleep(${keeping});
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child.stdout!, 'data');
  return child;
}

describe('work that can be asked to stop', function () {
  this.timeout(30_000);

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`keeps its results after ${signal}, also if npx sends the same signal again`, async () => {
      const child = await begin(300);
      const exit = once(child, 'exit');
      child.kill(signal);
      await once(child.stderr!, 'data');
      child.kill(signal);
      assert.deepEqual(await exit, [0, null]);
    });

    it(`ends at the second ${signal}`, async () => {
      const child = await begin(60_000);
      const exit = once(child, 'exit');
      child.kill(signal);
      await once(child.stderr!, 'data');
      await new Promise((resolve) => setTimeout(resolve, 1200));
      child.kill(signal);
      assert.deepEqual(await exit, [code, null]);
    });
  }
});
