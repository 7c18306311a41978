import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { parseSafetensors } from '../../src/models';
import { type StudyConfiguration, type StudyResult, study } from '../../src/study';
import { queueExecutor } from '../../src/study/queue';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { LEASE, startWorker, TestProcess, until } from './queueWorkers';
import { hasRedis, skipWithoutRedis, TestRedis } from './redis';
import { comparable, wait, workerProcesses } from './workers';

/** The path of the state in the checkpoint of a run with one stage. */
const CHECKPOINT = 'stage-1/last.safetensors';

const lines = (file: string) => readFileSync(file, 'utf8').trim().split('\n');

describe('a study through a queue', function () {
  this.timeout(180_000);
  let redis: TestRedis;
  let configuration: StudyConfiguration;
  let alone: StudyResult;
  const processes: TestProcess[] = [];
  const worker = (...options: string[]) => {
    const started = startWorker(redis.address, ...(options.length > 0 ? options : ['--data', configuration.data]));
    processes.push(started);
    return started;
  };
  const begun: { stop: boolean }[] = [];
  const queued = (options: Partial<StudyConfiguration> & { out: string }, messages: string[] = []) => {
    const own = { stop: false };
    begun.push(own);
    return study({
      ...configuration,
      ...options,
      executor: () => queueExecutor(redis.address),
      listener: { onMessage: (text) => messages.push(text), shouldStop: () => own.stop },
    });
  };
  /** A study whose runs are long enough that Redis can be stopped before its end, and its result without a queue. */
  const longer = { settings: { epochs: 100, inputSize: 64 } };
  let longerAlone: Promise<StudyResult> | undefined;
  const makeLongerAlone = () => {
    longerAlone ??= study({ ...configuration, ...longer, out: join(temporaryFolder(), 'longer') });
    return longerAlone;
  };
  /** One run that takes some seconds. */
  const long = { axes: {}, seeds: 1, settings: { epochs: 300, inputSize: 64 } };

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
  beforeEach(async () => {
    await redis.clear(); // an answer of the previous test would fit the same run
  });
  afterEach(async () => {
    for (const own of begun.splice(0)) own.stop = true; // a study that a failed test left over would take part in the next test
    await Promise.all(processes.splice(0).map((process) => process.kill()));
  });
  after(async () => {
    await redis?.kill();
  });

  it('gives the same table with two workers as without a queue, and leaves nothing in Redis', async () => {
    const out = join(temporaryFolder(), 'study');
    worker();
    worker();
    const result = await queued({ out });
    assert.deepEqual(comparable(result.rows), comparable(alone.rows));
    assert.equal(lines(join(out, 'index.jsonl')).length, 6);
    assert.deepEqual(await leftovers(redis), []);
    for (const run of readdirSync(join(out, 'runs'))) {
      const names = ['config.json', 'history.csv', 'metrics.json', 'predictions.csv', 'run.json', 'tensorboard'];
      assert.deepEqual(readdirSync(join(out, 'runs', run)).sort(), names);
    }
  });

  it('chooses configurations by results and continues paused runs where they ended', async () => {
    const axes: StudyConfiguration['axes'] = {
      dropout: { min: 0, max: 0.8 },
      learningRate: { min: 1e-5, max: 1e-2, scale: 'log' },
    };
    const chosen = { axes, seeds: 1, design: 'tpe', configurations: 8, budget: { pruning: 'asha' } } as const;
    const made = worker();
    const result = await queued({ ...chosen, out: join(temporaryFolder(), 'study') });
    assert.deepEqual([result.rows.length, result.left, result.failed], [8, 0, 0]);
    const complete = result.records.filter(({ state }) => state === 'done');
    assert.ok(complete.length >= 2 && complete.length <= 5, `${complete.length} complete`);
    assert.match(made.log, /continues after epoch \d+/);
    // the same as without a pause
    const [{ axes: best, loss }] = complete.slice(-1) as [StudyResult['records'][number]];
    const { dropout, learningRate } = best as { dropout: number; learningRate: number };
    const settings = { ...configuration.settings, dropout, learningRate };
    const single = await study({
      ...configuration,
      axes: {},
      settings,
      seeds: 1,
      out: join(temporaryFolder(), 'single'),
    });
    assert.equal(single.records[0]!.loss, loss);
  });

  it('lets one worker make a run that takes longer than its lease, because it sends heartbeats', async () => {
    const workers = [worker(), worker()];
    const began = performance.now();
    await queued({ ...long, settings: { epochs: 1500, inputSize: 64 }, out: join(temporaryFolder(), 'study') });
    assert.ok(performance.now() - began > 1500 * LEASE, 'it took longer than the lease');
    const begun = workers
      .map(({ log }) => log)
      .join('')
      .match(/: (starts|continues)/g);
    assert.equal(begun?.length, 1);
  });

  it('continues the run of a killed worker from its checkpoint, on another machine, too', async () => {
    const whole = await study({ ...configuration, ...long, out: join(temporaryFolder(), 'whole') });
    const out = join(temporaryFolder(), 'study');
    rmSync(cacheFolder('queue'), { recursive: true, force: true });
    const first = worker();
    const making = queued({ ...long, out });
    const halted = await haltAfter(10, first);
    let epochs: { seconds: number }[] = [];
    await until(async () => {
      epochs = await sharedHistory(redis);
      return epochs.length > 10;
    });
    await first.kill();
    for (const pid of halted) process.kill(pid, 'SIGKILL');
    rmSync(cacheFolder('queue'), { recursive: true, force: true }); // another machine does not have it
    const second = worker();
    const result = await making;
    assert.match(second.log, /continues after epoch \d+/);
    assert.deepEqual(comparable(result.rows), comparable(whole.rows));
    // the times of epochs always differ, so these are the killed worker's epochs
    const [run] = readdirSync(join(out, 'runs'));
    const history = lines(join(out, 'runs', run!, 'history.csv')).map((line) => Number(line.split(',').at(-1)));
    assert.deepEqual(
      history.slice(1, 1 + epochs.length),
      epochs.map(({ seconds }) => seconds),
    );
    assert.equal(history.length, 301);
    assert.deepEqual(await leftovers(redis), []);
  });

  it('gives up a run during which three workers have ended, and makes the others', async () => {
    const making = queued({
      axes: { epochs: [1000, 2] },
      settings: { inputSize: 64 },
      seeds: 1,
      out: join(temporaryFolder(), 'study'),
    });
    for (let i = 0; i < 3; i++) {
      const victim = worker();
      await victim.says(/1000-seed1\S*: (starts|continues)/);
      await victim.kill();
    }
    worker();
    const { runs, failed } = await making;
    assert.equal(failed, 1);
    const [poison, other] = runs.objects() as { state: string; error: string | null }[];
    assert.equal(poison!.error, '3 workers were lost over it');
    assert.equal(other!.state, 'done');
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`continues the run of a worker that is ended by ${signal} immediately`, async () => {
      rmSync(cacheFolder('queue'), { recursive: true, force: true });
      const first = worker();
      const making = queued({ ...long, out: join(temporaryFolder(), 'study') });
      const halted = await haltAfter(0, first);
      first.process.kill(signal);
      // Ctrl+C and Slurm signal its child processes, too
      for (const pid of halted) process.kill(pid, signal);
      await first.says(/stopping after this batch/);
      for (const pid of halted) process.kill(pid, 'SIGCONT');
      await until(() => first.ended);
      assert.equal(first.process.exitCode, 0, first.log);
      const second = worker();
      await making;
      assert.match(second.log, /continues after epoch \d+/);
    });
  }

  it('ends a worker on request even if Redis is unreachable during its run', async () => {
    const asked = worker();
    const making = queued({ ...long, out: join(temporaryFolder(), 'study') });
    await asked.says(/: starts/);
    await redis.kill();
    await asked.kill('SIGTERM');
    assert.equal(asked.process.exitCode, 0, asked.log);
    for (const own of begun) own.stop = true;
    await redis.start();
    assert.equal((await making).left, 1);
  });

  for (const empty of [false, true]) {
    it(`loses nothing if Redis is stopped for a while and restarted ${empty ? 'without' : 'with'} its data`, async () => {
      const out = join(temporaryFolder(), 'study');
      const messages: string[] = [];
      const workers = [worker(), worker()];
      let ended = false;
      const making = queued({ out, ...longer }, messages).finally(() => {
        ended = true;
      });
      // a worker that has not connected yet ends if it finds no Redis, so wait for it
      await Promise.all(workers.map((one) => one.says(/: (starts|continues)/)));
      await until(() => countRuns(out) > 0);
      await redis.kill();
      await until(() => ended || messages.some((text) => /does not answer .*: waiting for it/.test(text)));
      assert.ok(!ended, 'it ended before Redis was gone');
      await wait(1000);
      await redis.start({ empty });
      const result = await making;
      const whole = await makeLongerAlone();
      assert.deepEqual(comparable(result.rows), comparable(whole.rows));
      assert.equal(lines(join(out, 'index.jsonl')).length, 6);
      assert.ok(
        messages.some((text) => /answers again/.test(text)),
        messages.join('\n'),
      );
    });
  }

  it('is resumed after kill -9, with the runs that the workers made in the meantime', async () => {
    const file = join(temporaryFolder(), 'study.json');
    const out = join(temporaryFolder(), 'study');
    writeFileSync(file, JSON.stringify(configuration));
    worker();
    const parameters = ['study', file, '--queue', redis.address, '--out', out, '--json'];
    const killed = new TestProcess(parameters);
    processes.push(killed);
    const answers = async () => (await redis.keys()).filter((key) => key.includes(':answer:')).length;
    // at the first run, because all six may end between two checks of the study
    await until(async () => (await answers()) > 0 || countRuns(out) > 0 || killed.ended);
    await killed.kill();
    const before = countRuns(out);
    assert.ok(before < 6, 'it ended before it was killed');
    await until(async () => (await answers()) >= 6 - before);
    const resumed = new TestProcess([...parameters, '--resume']);
    processes.push(resumed);
    await until(() => resumed.ended);
    assert.equal(resumed.process.exitCode, 0, resumed.log);
    const { table, runs } = JSON.parse(resumed.log.trim().split('\n').at(-1)!);
    assert.equal(runs, 6);
    const accuracies = (rows: readonly { accuracy: unknown }[]) => rows.map(({ accuracy }) => accuracy);
    assert.deepEqual(accuracies(table), accuracies(alone.rows));
    assert.equal(lines(join(out, 'index.jsonl')).length, 6);
    assert.deepEqual(await leftovers(redis), []);
  });

  it('says which pictures no worker has, lets the workers make another study, and continues when one has the pictures', async () => {
    const other = await stripesFolder(2);
    const messages: string[] = [];
    const making = queued({ seeds: 1, out: join(temporaryFolder(), 'study') }, messages);
    const wrong = worker('--data', other);
    await until(() => messages.some((text) => text.includes('no worker has the pictures')));
    const said = messages.find((text) => text.includes('no worker has the pictures'))!;
    assert.ok(said.includes(`no worker has the pictures in "${configuration.data}" (`), said);
    assert.match(
      said,
      /: not below its --data\): start `tunebook worker --data FOLDER` with the folder that holds them/,
    );
    const others = await queued({ data: other, axes: {}, seeds: 1, out: join(temporaryFolder(), 'other') });
    assert.equal(others.runs.numRows() - others.failed, 1);
    assert.match(wrong.log, /a study is waiting, but its pictures \(".*"\) are not below the folders that it may read/);
    assert.ok(!wrong.ended, wrong.log);
    worker();
    assert.equal((await making).failed, 0);
    assert.ok(!wrong.ended, wrong.log);
  });

  it('says that the queue has no workers', async () => {
    const messages: string[] = [];
    const making = queued({ seeds: 1, out: join(temporaryFolder(), 'study') }, messages);
    await until(() =>
      messages.some((text) => /no worker is connected to the queue at redis:.*: start `tunebook worker`/.test(text)),
    );
    worker();
    await making;
  });
});

/** The keys in Redis without the workers' list and the queue's own keys, whose number does not depend on the runs. */
async function leftovers(redis: TestRedis): Promise<string[]> {
  const usual = /^tunebook:(workers|runs-[^:]+:(id|events|meta|stalled-check|marker))$/;
  return (await redis.keys()).filter((key) => !usual.test(key));
}

function countRuns(study: string): number {
  try {
    return lines(join(study, 'index.jsonl')).length;
  } catch {
    return 0;
  }
}

/** Halt the processes of a worker's only run after a number of epochs, so that their speed does not matter. */
async function haltAfter(epochs: number, worker: TestProcess): Promise<number[]> {
  const made = () => {
    const [run] = existsSync(cacheFolder('queue')) ? readdirSync(cacheFolder('queue')) : [];
    const file = join(cacheFolder('queue'), run ?? '', CHECKPOINT);
    return existsSync(file) ? historyIn(readFileSync(file), file).length : 0;
  };
  await until(() => made() > epochs || worker.ended);
  const processes = workerProcesses(worker.process.pid);
  for (const pid of processes) process.kill(pid, 'SIGSTOP');
  return processes;
}

function historyIn(content: Buffer, file: string): { seconds: number }[] {
  return JSON.parse(parseSafetensors(content, file).notes.state!).history;
}

/** The epochs of the checkpoint in Redis. */
async function sharedHistory(redis: TestRedis): Promise<{ seconds: number }[]> {
  return redis.with(async (client) => {
    const [key] = await client.keys('tunebook:checkpoint:*');
    const content = key && (await client.hgetBuffer(key, CHECKPOINT));
    return content ? historyIn(content, key) : [];
  });
}
