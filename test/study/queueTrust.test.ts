import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type StudyResult, study } from '../../src/study';
import { type Executor, inThisProcess } from '../../src/study/executor';
import type { RunTask } from '../../src/study/plan';
import { connect } from '../../src/study/queue/connection';
import { JobQueues } from '../../src/study/queue/jobQueues';
import { studies, workers } from '../../src/study/queue/presence';
import { executorOf } from '../../src/study/queue/queueExecutor';
import { workAt } from '../../src/study/queue/queueWorker';
import { ownRelease, queueOf, type Release } from '../../src/study/queue/release';
import { checkOptions } from '../../src/study/queue/workerOptions';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { plannedTasks } from './plannedTasks';
import { until } from './queueWorkers';
import { hasRedis, skipWithoutRedis, TestRedis } from './redis';

const newer: Release = { ...ownRelease, tunebook: '9.9.9' };

describe('a queue that others write to', function () {
  this.timeout(120_000);
  let redis: TestRedis;
  let configuration: { data: string; settings: { epochs: number; inputSize: number }; seeds: number };
  let task: RunTask;
  let queue: string;
  let stop: boolean;
  const begun: Promise<unknown>[] = [];

  before(async function () {
    if (!hasRedis) return skipWithoutRedis(this);
    redis = await TestRedis.start();
    configuration = { data: await stripesFolder(4), settings: { epochs: 1, inputSize: 64 }, seeds: 1 };
    [task] = (await plannedTasks(configuration)) as [RunTask];
    queue = queueOf(ownRelease, task.dataFingerprint);
  });
  beforeEach(async () => {
    await redis.clear();
    stop = false;
  });
  afterEach(async () => {
    stop = true;
    await Promise.all(begun.splice(0));
  });
  after(async () => {
    await redis?.kill();
  });

  /** A worker in this process that makes no runs but claims that it does. */
  function worker(made: string[], { release = ownRelease, data = [configuration.data] } = {}): string[] {
    const messages: string[] = [];
    const pool: Executor = { ...inThisProcess, run: async (order) => void made.push(order.task.id) };
    const options = checkOptions({ data, onMessage: (text) => messages.push(text), shouldStop: () => stop });
    begun.push(workAt(redis.address, options, { pool, release }));
    return messages;
  }

  function queued(messages: string[] = [], { release = ownRelease, seeds = 1 } = {}): Promise<StudyResult> {
    const making = study({
      ...{ ...configuration, seeds, out: join(temporaryFolder(), 'study') },
      executor: () => executorOf(redis.address, release),
      listener: { onMessage: (text) => messages.push(text), shouldStop: () => stop },
    });
    begun.push(making);
    return making;
  }

  /** Take the study's jobs like a worker, and send any answers. */
  async function rogue(answer: (client: Redis, key: string) => Promise<unknown>, taken: string[] = []): Promise<void> {
    const client = await connect(redis.address, { patient: true });
    const working = (async () => {
      const queues = new JobQueues(client, 30, () => {});
      await queues.serve(queue);
      while (!stop) {
        const job = await queues.take();
        if (!job) await new Promise((resolve) => setTimeout(resolve, 50));
        else {
          taken.push(job.id);
          await answer(client, `tunebook:answer:${job.id}`);
          await job.done();
        }
      }
      await queues.close();
      client.disconnect();
    })();
    begun.push(working);
  }

  const good = () => ({
    ...{
      id: task.id,
      hash: task.hash,
      axes: {},
      seed: 1,
      state: 'done',
      error: null,
      accuracy: 0.9,
      loss: 0.1,
      epochs: 1,
    },
    ...{
      pictures: { train: 9, validation: 3 },
      curve: [0.9],
      trainedParameters: 1,
      memory: 1,
      seconds: 1,
      host: 'rogue',
    },
    ...{ started: new Date().toISOString(), ended: new Date().toISOString() },
  });
  const files = { key: `tunebook:files:${'0'.repeat(36)}`, bytes: 5, sha256: '0'.repeat(64) };
  const answers: [string, (client: Redis, key: string) => Promise<unknown>, RegExp][] = [
    [
      'an accuracy of 7',
      (c, key) => c.set(key, JSON.stringify({ record: { ...good(), accuracy: 7 }, files })),
      /its record has 7 as accuracy/,
    ],
    ['no JSON', (c, key) => c.set(key, '{not json'), /its answer is invalid: it is no JSON/],
    ['no record', (c, key) => c.set(key, '{"record": null}'), /its record has null, expected an object$/],
    [
      'files of another run',
      async (c, key) => {
        await c.set(files.key, 'files');
        await c.set(key, JSON.stringify({ record: good(), files }));
      },
      /its files have another SHA-256 than it states$/,
    ],
  ];
  for (const [name, answer, why] of answers) {
    it(`records an answer with ${name} as one failed run with its reason, and does not repeat the run`, async () => {
      const taken: string[] = [];
      await rogue(answer, taken);
      const { records } = await queued();
      assert.equal(records.length, 1);
      assert.equal(records[0]!.state, 'failed');
      assert.match(records[0]!.error!, why);
      assert.equal(taken.length, 1);
    });
  }

  it('records a run as failed if it is repeatedly reported as done without an answer', async () => {
    const taken: string[] = [];
    await rogue(async () => {}, taken);
    const { records } = await queued();
    assert.equal(records[0]!.error, '3 times it was made, and Redis did not hold all of the answer');
    assert.equal(taken.length, 3);
  });

  it('records an invalid job as failed, which does not end the worker or delete its files', async () => {
    const made: string[] = [];
    const victim = join(temporaryFolder(), 'precious');
    mkdirSync(victim);
    writeFileSync(join(victim, 'file'), 'mine');
    await redis.with(async (client) => {
      await studies.announce(client, 'rogue', {
        release: ownRelease,
        data: task.data,
        dataFingerprint: task.dataFingerprint,
      });
      const jobs = new Queue(queue, { connection: { url: redis.address }, prefix: 'tunebook' });
      const order = { task, cache: false, pruneBelow: [] };
      const path = `../../../../../../../..${victim}`;
      const bad: [string, unknown, string][] = [
        ['garbage', { nonsense: 1 }, "the job's run must be an object, got undefined"],
        [path, order, 'expected that of its run'],
        ['other', { ...order, task: { ...task, id: path } }, 'the run has the id'],
      ];
      const messages = worker(made);
      for (const [id, data, why] of bad) {
        await jobs.add('run', data, { jobId: id, attempts: 3 });
        await until(async () => (await jobs.getJob(id))?.isFailed() ?? false);
        const reason = (await jobs.getJob(id))!.failedReason;
        assert.match(reason, /^the worker on \S+ refuses it: /);
        assert.ok(reason.includes(why), reason);
        assert.ok(messages.includes(reason), messages.join('\n'));
      }
      await jobs.close();
    });
    assert.deepEqual(made, []);
    assert.deepEqual(readdirSync(victim), ['file']);
    stop = true;
    await begun[0]; // it ends on request, without an error
  });

  it('gives runs only to workers of the same version, and both sides report other versions', async () => {
    const made: string[] = [];
    const said = worker(made);
    const messages: string[] = [];
    queued(messages, { release: newer });
    await until(() => messages.some((text) => /another version/.test(text)) && said.length > 0);
    const own = ownRelease.tunebook.replaceAll('.', '\\.');
    assert.match(
      messages.find((text) => /another version/.test(text))!,
      new RegExp(
        `workers of another version of tunebook get no runs, as their results may differ \\(\\S+: ${own}; the study's: 9\\.9\\.9\\)`,
      ),
    );
    assert.match(
      said.join('\n'),
      new RegExp(
        `a study of tunebook 9\\.9\\.9 waits for workers of its version: this worker has version ${own}, and its results may differ`,
      ),
    );
    assert.deepEqual(made, []);
    const right: string[] = [];
    worker(right, { release: newer });
    await until(() => right.length > 0);
    assert.deepEqual(made, []);
  });

  it('is read without harm if it contains anything else', async () => {
    await redis.with(async (client) => {
      const good = { release: ownRelease, data: '/x', dataFingerprint: 'a'.repeat(64) };
      await studies.announce(client, 'good', good);
      const odd = ['{', 'null', '3', '{}', JSON.stringify({ ...good, release: 'x', at: 1e12 }), `"${'x'.repeat(1e5)}"`];
      for (const [i, text] of odd.entries()) {
        await client.hset('tunebook:studies', `odd ${i}`, text);
        await client.hset('tunebook:workers', `odd ${i}`, text);
      }
      assert.deepEqual(
        (await studies.list(client)).map(({ id }) => id),
        ['good'],
      );
      assert.deepEqual(await workers.list(client), []);
      assert.equal(await client.hlen('tunebook:studies'), 1);
    });
    assert.ok(!existsSync('/x'));
  });
});
