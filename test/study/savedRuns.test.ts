import assert from 'node:assert/strict';
import { join } from 'node:path';
import { instantRuns, makeTemplate } from '../../bench/queue/instantRuns';
import { study } from '../../src/study';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { plannedTasks } from './plannedTasks';
import { wait } from './workers';

describe('a study whose executor is slow to notice that a run is saved', function () {
  this.timeout(60_000);

  it('makes each run once', async () => {
    const configuration = {
      data: await stripesFolder(4),
      settings: { epochs: 1, inputSize: 64 },
      axes: { dropout: [0, 0.5] },
      seeds: 3,
    };
    const template = join(temporaryFolder(), 'template');
    await makeTemplate((await plannedTasks(configuration))[0]!, template);
    const made: string[] = [];
    const instant = instantRuns(template);
    const result = await study({
      ...configuration,
      out: join(temporaryFolder(), 'study'),
      executor: async () => ({
        slots: 2,
        run: (order) => {
          made.push(order.task.id);
          return instant.run(order);
        },
        saved: async () => {
          await wait(made.length === 2 ? 300 : 0);
        },
        close: instant.close,
      }),
    });
    assert.equal(result.records.length, 6);
    assert.deepEqual(made, [...new Set(made)]);
  });
});
