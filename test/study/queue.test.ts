import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/paths';
import { queueExecutor, type StudyConfiguration, type StudyResult, study } from '../../src/study';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { hasRedis, skipWithoutRedis, TestRedis } from './redis';
import { comparable } from './workers';

const tunebook = join(projectFolder, 'kernel-setup', 'tunebook.mjs');
const lines = (file: string) => readFileSync(file, 'utf8').trim().split('\n');

describe('a study through a queue', function () {
  this.timeout(180_000);
  let redis: TestRedis;
  let configuration: StudyConfiguration;
  let alone: StudyResult;
  const workers: TestWorker[] = [];

  before(async function () {
    if (!hasRedis) return skipWithoutRedis(this);
    configuration = {
      data: await stripesFolder(8),
      settings: { epochs: 20, inputSize: 64 },
      axes: { dropout: [0, 0.5] },
      seeds: 3,
    };
    alone = await study({ ...configuration, out: join(temporaryFolder(), 'alone') });
    redis = await TestRedis.start();
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  });
  after(async () => {
    await redis?.kill();
  });

  it('comes to the same table with two workers as without, each run landing once', async () => {
    const out = join(temporaryFolder(), 'study');
    workers.push(new TestWorker(redis.address), new TestWorker(redis.address));
    const result = await study({ ...configuration, out, executor: () => queueExecutor(redis.address) });
    assert.deepEqual(comparable(result.rows), comparable(alone.rows));
    assert.equal(lines(join(out, 'index.jsonl')).length, 6);
    const left = (await redis.keys()).filter((key) => !/^tunebook:runs:(id|events|meta|stalled-check)$/.test(key));
    assert.deepEqual(left, []);
  });
});

/** `tunebook worker` as a process of its own. */
class TestWorker {
  readonly process: ChildProcess;
  log = '';

  constructor(address: string, ...options: string[]) {
    this.process = spawn(process.execPath, [tunebook, 'worker', '--queue', address, '--lease', '2', ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) stream.on('data', (part) => (this.log += part));
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }
}
