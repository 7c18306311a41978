// How much time a queue adds to each run, and whether it loses runs: runs that take milliseconds, on workers that are killed, with a Redis
// that is restarted.
//   node dist/bench/queue.js [--runs 1000] [--workers 4] [--kill-every 5] [--restarts 2]
// Needs Debian's redis-server. Uses this machine's loopback address only.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../test/folders';
import { stripesFolder } from '../test/pictures';
import { plannedTasks } from '../test/study/plannedTasks';
import { makeTemplate } from './queue/instantRuns';
import { type Load, loadTest } from './queue/loadTest';

async function main(): Promise<void> {
  const option = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    options: { runs: option('1000'), workers: option('4'), 'kill-every': option('5'), restarts: option('2') },
  });
  const [runs, workers, killEvery, restarts] = [values.runs, values.workers, values['kill-every'], values.restarts].map(
    Number,
  );
  const folder = temporaryFolder();
  const configuration = {
    data: await stripesFolder(4),
    settings: { epochs: 1, inputSize: 64 },
    axes: { dropout: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] },
    seeds: Math.ceil(runs! / 10),
  };
  const template = join(folder, 'template');
  await makeTemplate((await plannedTasks(configuration))[0]!, template);
  const load: Load = {
    ...{ configuration, template, out: join(folder, 'quiet'), workers: workers!, lease: 4 },
    ...{ killEvery: 0, restarts: 0, onMessage: (text: string) => /queue at/.test(text) && console.log(text) },
  };
  for (const one of [load, { ...load, out: join(folder, 'disturbed'), killEvery: killEvery!, restarts: restarts! }]) {
    const { seconds, secondsOfRun, ...counts } = await loadTest(one);
    const each = (1000 * seconds) / counts.runs;
    console.log(
      `${one.killEvery > 0 ? 'disturbed' : 'quiet'}: ${JSON.stringify(counts)} in ${seconds.toFixed(1)} s: ${each.toFixed(1)} ms a run ` +
        `of wall-clock, ${(each * workers!).toFixed(1)} ms a run and worker, of which making it takes ${(1000 * secondsOfRun).toFixed(1)} ms`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
