import assert from 'node:assert/strict';
import { join } from 'node:path';
import { makeTemplate } from '../../bench/queue/instantRuns';
import { loadTest } from '../../bench/queue/loadTest';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { plannedTasks } from './plannedTasks';
import { hasRedis, skipWithoutRedis } from './redis';

describe('a study of many short runs through a queue', function () {
  this.timeout(180_000);

  before(function () {
    if (!hasRedis) skipWithoutRedis(this);
  });

  it('saves each run once while workers are killed and Redis is restarted', async () => {
    const folder = temporaryFolder();
    const configuration = {
      ...{ data: await stripesFolder(4), settings: { epochs: 1, inputSize: 64 } },
      ...{ axes: { dropout: [0, 0.2, 0.4] }, seeds: 10 },
    };
    const template = join(folder, 'template');
    await makeTemplate((await plannedTasks(configuration))[0]!, template);
    const load = {
      configuration,
      template,
      out: join(folder, 'study'),
      workers: 3,
      killEvery: 0, // on a busy machine, starting a worker takes longer than the time between two kills
      kills: 3,
      restarts: 1,
      lease: 2,
    };
    const { seconds: _, secondsOfRun: __, ...counts } = await loadTest(load);
    assert.deepEqual(counts, { runs: 30, failures: [], listed: 30, unique: 30, folders: 30, killed: 3, restarted: 1 });
  });
});
