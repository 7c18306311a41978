import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { UserError } from '../../src/core/errors';
import { executeRun, failed } from '../../src/study/execute';
import type { RunTask } from '../../src/study/plan';
import { receiveAnswer, removeAnswer, sendAnswer } from '../../src/study/queue/answers';
import { checkRecord } from '../../src/study/queue/checkRecord';
import type { RunRecord } from '../../src/study/records';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { plannedTasks } from './plannedTasks';
import { hasRedis, skipWithoutRedis, TestRedis } from './redis';

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

  it('is the first of two, and goes with its files', () =>
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

  it('is taken under the name and axes that the run has in this study, in its run.json, too', () =>
    redis.with(async (client) => {
      await sendAnswer(client, 'one', { ...record, id: '../../precious', axes: { theirs: 1 } }, run);
      const folder = target();
      const received = await receiveAnswer(client, 'one', { ...task, id: 'here', axes: { ours: 2 } }, folder);
      assert.deepEqual(received, { ...record, id: 'here', axes: { ours: 2 } });
      assert.deepEqual(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')), received);
    }));

  it('may be that of a run that failed, in one line, or was given up', () => {
    const lost = failed(task, 'no room', temporaryFolder());
    assert.deepEqual(checkRecord({ ...lost, error: 'no\u001b[31m\nroom' }, task), { ...lost, error: 'no [31m room' });
    assert.equal(checkRecord({ ...lost, error: 'x'.repeat(1e6) }, task).error!.length, 503);
    assert.equal(checkRecord({ ...record, state: 'pruned' }, task).state, 'pruned');
    assert.equal(checkRecord({ ...record, loss: null }, task).loss, null); // it diverged
  });

  it('holds nothing that a record does not', () => {
    assert.deepEqual(checkRecord({ ...record, more: '<script>' }, task), record);
  });

  const bad: [string, unknown, RegExp][] = [
    ['null', null, /its record must be an object, got null/],
    ['a list', [], /its record must be an object, got \[\]/],
    ['nothing', {}, /it is of another run: its hash is undefined/],
    ['another run', { hash: 'a'.repeat(64) }, /it is of another run/],
    ['an accuracy of 7', { accuracy: 7 }, /its accuracy must be a number >= 0 and <= 1, got 7/],
    ['an accuracy that is markup', { accuracy: '<img src=x>' }, /its accuracy must be a number .* got '<img src=x>'/],
    ['no accuracy', { accuracy: null }, /its accuracy must be a number/],
    ['a loss below 0', { loss: -3 }, /its loss must be a number >= -0.001, got -3/],
    ['seconds below 0', { seconds: -5 }, /its seconds must be a number >= 0, got -5/],
    ['a state of its own', { state: 'excellent' }, /its state must be done, failed or pruned, got "excellent"/],
    ['an error of a run that is done', { error: 'x' }, /its error must be null where its state is done/],
    ['no error of one that failed', { state: 'failed' }, /its error must be text where its state is failed, got null/],
    ['more epochs than were asked for', { epochs: 3, curve: [0, 0, 0] }, /its epochs must be .* <= 2, got 3/],
    ['half an epoch', { epochs: 1.5 }, /its epochs must be a whole number/],
    ['a curve of another length', { curve: Array(1e5).fill(0.5) }, /its curve must be .* each of its 2 epochs/],
    ['a curve above 1', { curve: [0.5, 1.5] }, /its curve must be a number .* got 1.5/],
    ['no pictures', { pictures: null }, /its pictures must be an object, got null/],
    ['no training pictures', { pictures: { train: 0, validation: 6 } }, /its training pictures must be .* >= 1, got 0/],
    ['half a parameter', { trainedParameters: 0.5 }, /its trainedParameters must be a whole number/],
    ['a memory of text', { memory: 'much' }, /its memory must be a number/],
    ['a time that is none', { started: 'yesterday' }, /it started at "yesterday", expected a time/],
    ['a host with markup', { host: '<script>' }, /its host must be the name of a machine, got "<script>"/],
  ];
  for (const [name, change, why] of bad) {
    it(`is not believed with ${name} for a record`, () => {
      const isWhole = change === null || Array.isArray(change) || name === 'nothing';
      const given = isWhole ? change : { ...record, ...(change as object) };
      assert.throws(
        () => checkRecord(given, task),
        (error: Error) => error instanceof UserError && why.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  const changed: [string, (folder: string) => void, RegExp][] = [
    ['a file more', (folder) => writeFileSync(join(folder, 'evil.sh'), ''), /came with "evil.sh", which is no file/],
    ['a hidden file', (folder) => writeFileSync(join(folder, '.lock'), ''), /came with ".lock"/],
    [
      'a link',
      (folder) => symlinkSync('/etc/passwd', join(folder, 'model')),
      /neither a file nor a folder, but a link/,
    ],
    ['no configuration', (folder) => rmSync(join(folder, 'config.json')), /came without its config.json/],
    ['no predictions', (folder) => rmSync(join(folder, 'predictions.csv')), /there is no predictions.csv/],
    ['others’ predictions', (folder) => writeFileSync(join(folder, 'predictions.csv'), 'x\n'), /its predictions.csv/],
  ];
  for (const [name, change, why] of changed) {
    it(`is not believed with ${name} in its folder`, () =>
      redis.with(async (client) => {
        const folder = target();
        cpSync(run, folder, { recursive: true });
        change(folder);
        await sendAnswer(client, 'one', record, folder);
        await refuses(receiveAnswer(client, 'one', task, target()), why);
      }));
  }

  it('is not believed where its accuracy is not that of its predictions', () =>
    redis.with(async (client) => {
      const other = record.accuracy! > 0.5 ? 0.25 : 0.75;
      await sendAnswer(client, 'one', { ...record, accuracy: other }, run);
      await refuses(receiveAnswer(client, 'one', task, target()), /its accuracy is 0.\d+, that of its predictions.csv/);
    }));

  const texts: [string, (client: Redis, key: string) => Promise<unknown>, RegExp][] = [
    ['no JSON', (client, key) => client.set(key, '{not json'), /it is no JSON/],
    ['no object', (client, key) => client.set(key, '3'), /it must be an object, got 3/],
    ['no text', (client, key) => client.rpush(key, 'x'), /it lies in Redis as something else/],
    ['too much', (client, key) => client.set(key, '['.repeat(9 * 2 ** 20)), /it has 9.0 MB, expected at most 8 MB/],
    ['deep nesting', (client, key) => client.set(key, '['.repeat(1e5) + ']'.repeat(1e5)), /nested more than/],
  ];
  for (const [name, write, why] of texts) {
    it(`is not believed where it is ${name}, and can be removed`, () =>
      redis.with(async (client) => {
        const folder = target();
        await write(client, 'tunebook:answer:one');
        await refuses(receiveAnswer(client, 'one', task, folder), why);
        assert.ok(!existsSync(folder));
        await removeAnswer(client, 'one');
        assert.deepEqual(await client.keys('*'), []);
      }));
  }

  it('takes nothing else of Redis with it when it is removed', () =>
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
