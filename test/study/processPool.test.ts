import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StudyConfiguration, study } from '../../src/study';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { comparable, wait, workerProcesses } from './workers';

describe('a study with workers', () => {
  let configuration: StudyConfiguration;

  before(async function () {
    if (!existsSync('/proc/self/stat')) return this.skip(); // the tests find processes in Linux's /proc
    configuration = {
      data: await stripesFolder(8),
      settings: { epochs: 20, inputSize: 64 },
      axes: { dropout: [0, 0.5] },
      seeds: 3,
    };
  });

  it('gives the same table as without workers, even if a worker is killed', async () => {
    const alone = await study({ ...configuration, out: join(temporaryFolder(), 'alone') });
    const out = join(temporaryFolder(), 'study');
    let killed = 0;
    const messages: string[] = [];
    const result = await study({
      ...configuration,
      out,
      workers: 2,
      cores: 2,
      listener: {
        onStudy: ({ ended }) => {
          if (ended !== 2 || killed > 0) return;
          const [worker] = workerProcesses();
          process.kill(worker!, 'SIGKILL');
          killed++;
        },
        onMessage: (text) => messages.push(text),
      },
    });
    assert.equal(killed, 1);
    assert.ok(
      messages.some((text) => /its process ended \(SIGKILL\)/.test(text)),
      messages.join(),
    );
    assert.deepEqual(comparable(result.rows), comparable(alone.rows));
    assert.equal(readFileSync(join(out, 'index.jsonl'), 'utf8').trim().split('\n').length, 6);
    assert.deepEqual(workerProcesses(), []);
  });

  it('gives up a run during which three processes have ended, and continues', async () => {
    const victims = new Set<number>();
    let over = false;
    const killing = (async () => {
      while (!over && victims.size < 3) {
        for (const pid of workerProcesses()) {
          process.kill(pid, 'SIGKILL');
          victims.add(pid);
        }
        await wait(20);
      }
    })();
    const { runs, failed } = await study({
      ...configuration,
      seeds: 1,
      out: join(temporaryFolder(), 'study'),
      workers: 1,
    });
    over = true;
    await killing;
    assert.equal(failed, 1);
    const [first, second] = runs.objects() as { state: string; error: string | null }[];
    assert.equal(first!.error, 'its process ended 3 times, last with SIGKILL');
    assert.equal(second!.state, 'done');
  });

  it('stops when asked, and is resumed', async () => {
    const out = join(temporaryFolder(), 'study');
    const long = { ...configuration, settings: { epochs: 400, inputSize: 64 }, out };
    let running = 0;
    const part = await study({
      ...long,
      workers: 2,
      listener: { onStudy: (state) => (running = state.running.length), shouldStop: () => running === 2 },
    });
    assert.equal(part.left, 6 - part.runs.numRows());
    assert.ok(part.left > 0);
    assert.deepEqual(workerProcesses(), []);
  });
});
