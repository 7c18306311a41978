import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { UserError } from '../../src/core/errors';
import { executeRun, failed } from '../../src/study/execute';
import type { RunTask } from '../../src/study/plan';
import { receiveAnswer, removeAnswer, sendAnswer } from '../../src/study/queue/answers';
import { checkRecordOf } from '../../src/study/queue/checkAnswer';
import type { RunRecord } from '../../src/study/runRecord';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { plannedTasks } from './plannedTasks';
import { hasRedis, sendingTwice, skipWithoutRedis, TestRedis } from './redis';

describe('the answer of a worker', function () {
  this.timeout(60_000);
  let redis: TestRedis;
  let task: RunTask;
  let record: RunRecord;
  let run: string;

  before(async function () {
    if (!hasRedis) return skipWithoutRedis(this);
    redis = await TestRedis.start();
    const configuration = { data: await stripesFolder(8), settings: { epochs: 2, inputSize: 64 }, seeds: 1 };
    task = (await plannedTasks(configuration))[0]!;
    run = join(temporaryFolder(), 'run');
    record = (await executeRun(task, run, {}))!;
    assert.equal(record.state, 'done', record.error ?? '');
  });
  beforeEach(() => redis.clear());
  after(async () => {
    await redis?.kill();
  });

  const target = () => join(temporaryFolder(), 'run');

  it('counts if it is the first of two, and is removed with its files', () =>
    redis.with(async (client) => {
      await sendAnswer(client, 'one', { ...record, host: 'first' }, run);
      await sendAnswer(client, 'one', { ...record, host: 'second' }, run);
      assert.equal((await client.keys('*')).length, 2);
      const folder = target();
      assert.equal((await receiveAnswer(client, 'one', task, folder))?.host, 'first');
      assert.deepEqual(readdirSync(folder).sort(), readdirSync(run).sort());
      await removeAnswer(client, 'one');
      assert.deepEqual(await client.keys('*'), []);
      assert.equal(await receiveAnswer(client, 'one', task, folder), undefined);
    }));

  it('keeps its files if a lost connection makes the client send it again', () =>
    redis.with(async (client) => {
      await sendAnswer(sendingTwice(client), 'one', record, run);
      assert.deepEqual(await receiveAnswer(client, 'one', task, target()), record);
    }));

  it('is saved with the name and axes that the run has in this study, also in its run.json', () =>
    redis.with(async (client) => {
      await sendAnswer(client, 'one', { ...record, id: 'there', axes: { theirs: 1 } }, run);
      const folder = target();
      const received = await receiveAnswer(client, 'one', { ...task, id: 'here', axes: { ours: 2 } }, folder);
      assert.deepEqual(received, { ...record, id: 'here', axes: { ours: 2 } });
      assert.deepEqual(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')), received);
    }));

  it('may report a run that failed, in one line, or was given up', () => {
    const lost = failed(task, 'no space', temporaryFolder());
    assert.deepEqual(checkRecordOf(task, { ...lost, error: 'no\u001b[31m\nspace' }), {
      ...lost,
      error: 'no [31m space',
    });
    assert.equal(checkRecordOf(task, { ...lost, error: 'x'.repeat(9000) }).error!.length, 503);
    const paused = { ...record, state: 'pruned' };
    assert.equal(checkRecordOf(task, paused).state, 'pruned');
    assert.equal(checkRecordOf({ ...task, pauseAfter: 2 }, paused).state, 'pruned');
    const early = { ...paused, epochs: 1, curve: [0.5], curves: {} }; // it would be asked for again and again
    assert.throws(
      () => checkRecordOf({ ...task, pauseAfter: 2 }, early),
      /says pruned after 1 epochs, of 2 that were asked for/,
    );
    assert.equal(checkRecordOf(task, { ...record, loss: null }).loss, null); // it diverged
  });

  it('contains nothing that is not part of a record', () => {
    assert.deepEqual(checkRecordOf(task, { ...record, more: '<script>' }), record);
  });

  const bad: [string, unknown, RegExp][] = [
    ['null', null, /its record has null, expected an object/],
    ['a list', [], /its record has \[\], expected an object/],
    ['nothing', {}, /its record lacks id/],
    ['an id that is a path', { id: '../../precious' }, /has "..\/..\/precious" as id, expected an id of letters/],
    ['another run', { hash: 'a'.repeat(64) }, /its record is of another run: its hash is "a+"/],
    ['an accuracy of 7', { accuracy: 7 }, /its record has 7 as accuracy, expected a number from 0 to 1/],
    ['an accuracy that is HTML', { accuracy: '<img src=x>' }, /its record has "<img src=x>" as accuracy/],
    ['no accuracy', { accuracy: null }, /says done, and lacks its accuracy/],
    ['a loss below 0', { loss: -3 }, /has a loss of -3, which is below 0/],
    ['seconds below 0', { seconds: -5 }, /its record has -5 as seconds/],
    ['a state of its own', { state: 'excellent' }, /has "excellent" as state, expected "done" or "failed" or "pruned"/],
    ['an error of a run that is done', { error: 'x' }, /says done, and has an error/],
    ['no error of one that failed', { state: 'failed' }, /says failed, and has no error/],
    [
      'an accuracy of one that failed',
      { state: 'failed', error: 'x' },
      /says failed, and has no error, or an accuracy/,
    ],
    ['more epochs than were asked for', { epochs: 3, curve: [0, 0, 0] }, /has 3 epochs, of 2 that were asked for/],
    ['half an epoch', { epochs: 1.5 }, /has 1.5 as epochs, expected a whole number/],
    ['a curve of another length', { curve: Array(1e5).fill(0.5) }, /has a curve of 100000 epochs, and 2 epochs/],
    ['a curve above 1', { curve: [0.5, 1.5] }, /has 1.5 as curve\[1\]/],
    ['no pictures', { pictures: null }, /says done, and lacks its pictures/],
    ['no training pictures', { pictures: { train: 0, validation: 6 } }, /says done, and lacks its pictures/],
    ['half a parameter', { trainedParameters: 0.5 }, /has 0.5 as trainedParameters/],
    ['a text as memory', { memory: 'much' }, /has "much" as memory/],
    ['an invalid time', { started: 'yesterday' }, /has "yesterday" as started, expected a time/],
    ['a host that is HTML', { host: '<script>' }, /has a host that is not the name of a machine: "<script>"/],
  ];
  for (const [name, change, why] of bad) {
    it(`is not accepted with ${name} as its record`, () => {
      const isWhole = change === null || Array.isArray(change) || name === 'nothing';
      const given = isWhole ? change : { ...record, ...(change as object) };
      assert.throws(
        () => checkRecordOf(task, given),
        (error: Error) => error instanceof UserError && why.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  const changed: [string, (folder: string) => void, RegExp][] = [
    [
      'an additional file',
      (folder) => writeFileSync(join(folder, 'evil.sh'), ''),
      /came with "evil.sh", which is not a file/,
    ],
    ['a hidden file', (folder) => writeFileSync(join(folder, '.lock'), ''), /came with ".lock"/],
    [
      'a link',
      (folder) => symlinkSync('/etc/passwd', join(folder, 'model')),
      /neither a file nor a folder, but a link/,
    ],
    ['no configuration', (folder) => rmSync(join(folder, 'config.json')), /came without its config.json/],
    ['no predictions', (folder) => rmSync(join(folder, 'predictions.csv')), /it has no predictions.csv/],
    ['others’ predictions', (folder) => writeFileSync(join(folder, 'predictions.csv'), 'x\n'), /its predictions.csv/],
  ];
  for (const [name, change, why] of changed) {
    it(`is not accepted with ${name} in its folder`, () =>
      redis.with(async (client) => {
        const folder = target();
        cpSync(run, folder, { recursive: true });
        change(folder);
        await sendAnswer(client, 'one', record, folder);
        await refuses(receiveAnswer(client, 'one', task, target()), why);
      }));
  }

  it('is not accepted if another measure differs from that of its predictions, as a study may go by it', () =>
    redis.with(async (client) => {
      const lies: [Partial<RunRecord>, RegExp][] = [
        [{ macroF1: record.macroF1! > 0.5 ? 0.25 : 1 }, /its macroF1 is .*, that of its predictions.csv 0?/],
        [{ auc: record.auc! > 0.5 ? 0.25 : 1 }, /its auc is .*, that of its predictions.csv/],
        [{ loss: record.loss! / 2 }, /its loss is .*, that of its predictions.csv/],
        [{ mostFrequent: 0.9 }, /its most frequent class has 0.9 of the pictures/],
        [{ interval: { low: 0, high: record.accuracy! / 2 } }, /is not in its interval/],
      ];
      for (const [lie, message] of lies) {
        await sendAnswer(client, 'one', { ...record, ...lie }, run);
        await refuses(receiveAnswer(client, 'one', task, target()), message);
        await redis.clear();
      }
      const early = { ...record, macroF1: null, auc: null, interval: null, mostFrequent: null };
      await sendAnswer(client, 'one', early, run);
      assert.equal((await receiveAnswer(client, 'one', task, target()))?.macroF1, null);
    }));

  it('is not accepted if its accuracy differs from that of its predictions', () =>
    redis.with(async (client) => {
      const other = record.accuracy! > 0.5 ? 0.25 : 0.75;
      await sendAnswer(client, 'one', { ...record, accuracy: other }, run);
      await refuses(receiveAnswer(client, 'one', task, target()), /its accuracy is 0.\d+, that of its predictions.csv/);
    }));

  const texts: [string, (client: Redis, key: string) => Promise<unknown>, RegExp][] = [
    ['no JSON', (client, key) => client.set(key, '{not json'), /it is no JSON/],
    ['no object', (client, key) => client.set(key, '3'), /it must be an object, got 3/],
    ['no text', (client, key) => client.rpush(key, 'x'), /it has another type in Redis/],
    ['too much', (client, key) => client.set(key, '['.repeat(9 * 2 ** 20)), /it has 9.0 MB, expected at most 8 MB/],
    ['deep nesting', (client, key) => client.set(key, '['.repeat(1e5) + ']'.repeat(1e5)), /nested more than/],
  ];
  for (const [name, write, why] of texts) {
    it(`is not accepted if it is ${name}, and can be removed`, () =>
      redis.with(async (client) => {
        const folder = target();
        await write(client, 'tunebook:answer:one');
        await refuses(receiveAnswer(client, 'one', task, folder), why);
        assert.ok(!existsSync(folder));
        await removeAnswer(client, 'one');
        assert.deepEqual(await client.keys('*'), []);
      }));
  }

  it('is removed without changing anything else in Redis', () =>
    redis.with(async (client) => {
      await client.set('precious', 'mine');
      const files = { key: 'precious', bytes: 4, sha256: 'a'.repeat(64) };
      await client.set('tunebook:answer:one', JSON.stringify({ record, files }));
      await refuses(receiveAnswer(client, 'one', task, target()), /it does not say where its files are/);
      await removeAnswer(client, 'one');
      assert.deepEqual(await client.keys('*'), ['precious']);
    }));
});

async function refuses(work: Promise<unknown>, why: RegExp): Promise<void> {
  await assert.rejects(work, (error: Error) => {
    assert.ok(error instanceof UserError, error.stack);
    assert.match(error.message, why);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
}
