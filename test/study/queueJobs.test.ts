import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { sha256 } from '../../src/core/files';
import type { RunTask } from '../../src/study/plan';
import { checkJob, checkpointId, jobId } from '../../src/study/queue/job';
import { LocalPictures } from '../../src/study/queue/pictures';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { plannedTasks } from './plannedTasks';

describe('a job of a queue', () => {
  let task: RunTask;

  before(async () => {
    task = (await plannedTasks({ data: await stripesFolder(2), axes: { dropout: [0, 0.5] }, seeds: 1 }))[0]!;
  });

  /** The job after conversion to JSON and back, with a changed run. */
  const job = (change: object = {}, more: object = {}) =>
    JSON.parse(
      JSON.stringify({
        task: { ...task, ...change },
        cache: true,
        pruneBelow: [null, 0.5],
        monitor: 'accuracy',
        ...more,
      }),
    );
  const bounds = { pruneBelow: [null, 0.5], monitor: 'accuracy' } as const;
  const idOf = (
    own: RunTask,
    { pruneBelow, monitor }: { pruneBelow: readonly (number | null)[]; monitor: 'accuracy' | 'loss' },
  ) => jobId(own, { pruneBelow: [...pruneBelow], monitor });
  const settings = (change: object) => ({ settings: { ...task.settings, ...change } });

  it('is accepted unchanged, without additional properties', () => {
    assert.deepEqual(checkJob({ ...job({ more: 1 }), checkpoint: '/' }, idOf(task, bounds)), job());
    const { monitor: _, ...early } = job(); // of a version that knew accuracies only
    assert.deepEqual(checkJob(early, idOf(task, bounds)), job());
    const byLoss = job({}, { monitor: 'loss', pruneBelow: [null, 2.5] });
    assert.deepEqual(checkJob(byLoss, idOf(task, byLoss)), byLoss);
    const pausing = { ...task, pauseAfter: 2 };
    assert.deepEqual(checkJob(job({ pauseAfter: 2 }), idOf(pausing, bounds)), job({ pauseAfter: 2 }));
    assert.notEqual(jobId(pausing), jobId(task)); // another study may need the whole run
    assert.equal(checkpointId(job({ pauseAfter: 2 })), checkpointId(job({ pauseAfter: 3 })));
  });

  it('has an id of its own for each set of bounds below which it is pruned', () => {
    const ids = [
      jobId(task),
      idOf(task, bounds),
      idOf(task, { ...bounds, pruneBelow: [null, 0.6] }),
      idOf(task, { ...bounds, monitor: 'loss' }),
    ];
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(new Set(ids.map((id) => id.slice(0, 24))).size, 1);
    assert.equal(idOf(task, { ...bounds, pruneBelow: [null, null] }), jobId(task)); // nothing prunes it
    assert.throws(() => checkJob(job(), jobId(task)), /expected that of its run/);
  });

  const bad: [string, () => [unknown, unknown?], RegExp][] = [
    ['no object', () => [null], /the job must be an object, got null/],
    ['without a run', () => [{ nonsense: 1 }], /the job's run must be an object, got undefined/],
    [
      'under an id that is a path',
      () => [job(), '../../precious'],
      /has the id "..\/..\/precious", expected that of its run/,
    ],
    ['under the id of another run', () => [job(), `${'0'.repeat(24)}-00000000`], /expected that of its run/],
    ['with an id that is a path', () => [job({ id: '../x' })], /the run has the id "..\/x", expected letters/],
    ['with an id that contains a control character', () => [job({ id: 'a\u0007' })], /the run has the id "a\\u0007"/],
    ['with a hash of other settings', () => [job(settings({ epochs: 3 }))], /the run's hash is .* expected that of/],
    ['with a hash that is a path', () => [job({ hash: '../../x' })], /the run's hash is "..\/..\/x"/],
    [
      'with an unknown setting',
      () => [job(settings({ checkpoint: '/etc' }))],
      /'checkpoint' is not a setting of a training/,
    ],
    [
      'with a setting of another type',
      () => [job(settings({ epochs: '3' }))],
      /epochs must be a whole number >= 1 and <= 1000000, got '3'/,
    ],
    ['with a setting out of range', () => [job(settings({ dropout: 7 }))], /dropout must be a number/],
    ['with a setting missing', () => [job(settings({ l2: undefined }))], /the run's settings lack l2/],
    ['with an unknown backbone', () => [job(settings({ backbone: '__proto__' }))], /backbone/],
    ['with an unknown preset', () => [job(settings({ augment: 'nonsense' }))], /nonsense/],
    ['without settings', () => [job({ settings: null })], /the run's settings must be an object, got null/],
    ['with half a seed', () => [job({ seed: 0.5 })], /the run: seed must be a whole number/],
    ['with pictures that are not a string', () => [job({ data: ['x'] })], /the run's data must name a folder/],
    ['with an invalid fingerprint', () => [job({ dataFingerprint: '0' })], /dataFingerprint must be 64/],
    ['with an axis that is an object', () => [job({ axes: { a: {} } })], /the run's axis "a" must have a text/],
    ['with a pause after 0 epochs', () => [job({ pauseAfter: 0 })], /the run's pauseAfter must be a whole number >= 1/],
    [
      'with a pause after its end',
      () => [job({ pauseAfter: 1e9 })],
      /the run's pauseAfter must be .* and <= \d+, got 1/,
    ],
    ['with models: maybe', () => [job({ models: 'maybe' })], /the run's models must be true or false/],
    ['with another monitor', () => [job({}, { monitor: 'f1' })], /the job's monitor must be one of loss, accuracy/],
    ['with a loss as pruneBelow of accuracies', () => [job({}, { pruneBelow: [2.5] })], /pruneBelow must be a number/],
    ['with a text as pruneBelow', () => [job({}, { pruneBelow: ['x'] })], /the job's pruneBelow must be a number/],
    [
      'with an infinite pruneBelow',
      () => [job({}, { pruneBelow: Array(1e5).fill(0) })],
      /at most one entry for each epoch/,
    ],
  ];
  for (const [name, make, why] of bad) {
    it(`is refused ${name}`, () => {
      const [value, id = idOf(task, bounds)] = make();
      assert.throws(
        () => checkJob(value, id),
        (error: Error) => {
          assert.ok(error instanceof UserError, error.stack);
          assert.match(error.message, why);
          assert.ok(!error.message.includes('\n') && !error.message.includes('\u0007'));
          return true;
        },
      );
    });
  }
});

describe('the pictures of a worker', () => {
  let folder: string;
  let study: { data: string; dataFingerprint: string };
  const find = (folders: string[] | undefined, change: Partial<typeof study> = {}) =>
    new LocalPictures(folders, () => {}).find({ ...study, ...change });

  beforeEach(async () => {
    folder = join(temporaryFolder(), 'pets', 'photos');
    mkdirSync(dirname(folder));
    renameSync(await stripesFolder(2), folder);
    const [task] = await plannedTasks({ data: folder, seeds: 1 });
    study = { data: folder, dataFingerprint: task!.dataFingerprint };
  });

  it("are found if the study's path is one of the worker's folders, or below one", async () => {
    for (const allowed of [folder, dirname(folder), dirname(dirname(folder))]) {
      assert.deepEqual(await find([temporaryFolder(), allowed]), { found: 'here', data: folder });
    }
  });

  it("are found if the end of the study's path exists below a folder, or a folder contains the pictures", async () => {
    const here = { found: 'here', data: folder };
    for (const data of ['/elsewhere/pets/photos', '/elsewhere/photos', 'D:\\pets\\photos']) {
      assert.deepEqual(await find([dirname(dirname(folder)), dirname(folder)], { data }), here);
    }
    assert.deepEqual(await find([folder], { data: '/elsewhere/entirely' }), here);
  });

  it('are not found outside its folders, whether they exist or not', async () => {
    for (const data of [folder, '/nowhere/at all', `${temporaryFolder()}/../x`, '..', '/', '../../etc']) {
      assert.deepEqual(await find([temporaryFolder()], { data }), { found: 'outside' });
    }
    assert.deepEqual(await find(undefined), { found: 'outside' }); // the current folder
  });

  it('are not found through a link that leads out of its folders', async () => {
    const allowed = temporaryFolder();
    symlinkSync(folder, join(allowed, 'photos'));
    assert.deepEqual(await find([allowed], { data: join(allowed, 'photos') }), { found: 'outside' });
    mkdirSync(join(allowed, 'links'));
    for (const name of ['red', 'green', 'blue']) symlinkSync(join(folder, name), join(allowed, 'links', name));
    assert.deepEqual(await find([allowed], { data: join(allowed, 'links') }), { found: 'outside' });
    assert.deepEqual(await find([allowed, folder], { data: join(allowed, 'links') }), {
      found: 'here',
      data: join(allowed, 'links'),
    });
  });

  it('are not found if there are other pictures, or none', async () => {
    assert.deepEqual(await find([dirname(folder)], { dataFingerprint: sha256('others') }), { found: 'different' });
    const gone = join(dirname(folder), 'gone');
    assert.deepEqual(await find([dirname(folder)], { data: gone }), { found: 'missing' });
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file');
    assert.deepEqual(await find([dirname(folder)]), { found: 'different' });
  });

  it('are refused at the start if a folder does not exist', () => {
    assert.throws(
      () => new LocalPictures(['/no/such folder'], () => {}),
      /^UserError: worker: there is no folder '\/no\/such folder'/,
    );
  });
});
