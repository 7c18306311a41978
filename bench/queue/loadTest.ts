import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StudyConfiguration, study } from '../../src/study';
import { queueExecutor } from '../../src/study/queue';
import { TestRedis } from '../../test/study/redis';

export interface Load {
  /** the study; its runs are made in milliseconds */
  configuration: StudyConfiguration;
  /** folder of the study */
  out: string;
  /** folder of the run that is copied */
  template: string;
  workers: number;
  /** every so many seconds a worker is killed and replaced; 0: never */
  killEvery: number;
  /** number of further workers to kill, spread evenly over the runs; default 0 */
  kills?: number;
  /** how often Redis is killed and restarted, spread evenly over the runs */
  restarts: number;
  /** seconds without a heartbeat after which another worker takes a run over */
  lease: number;
  onMessage?: (text: string) => void;
}

export interface LoadResult {
  /** number of runs of the study, and why some of them failed */
  runs: number;
  failures: string[];
  /** number of lines in the study's list of runs, and how many of them are different */
  listed: number;
  unique: number;
  /** number of run folders */
  folders: number;
  killed: number;
  restarted: number;
  /** wall-clock, from the start of the study to its end */
  seconds: number;
  /** mean time to make a run itself */
  secondsOfRun: number;
}

/** A study of instant runs over a queue, while workers are killed and Redis is restarted. */
export async function loadTest(load: Load): Promise<LoadResult> {
  const { configuration, out, workers, killEvery, kills = 0, restarts, onMessage } = load;
  const redis = await TestRedis.start();
  const processes = Array.from({ length: workers }, () => startWorker(redis.address, load));
  let killed = 0;
  let restarted = 0;
  let restarting: Promise<void> = Promise.resolve();
  const kill = () => {
    const [victim] = processes.splice(0, 1);
    victim?.kill('SIGKILL');
    processes.push(startWorker(redis.address, load));
    killed++;
  };
  const killing = killEvery > 0 ? setInterval(kill, 1000 * killEvery) : undefined;
  try {
    const began = performance.now();
    const result = await study({
      ...{ ...configuration, out },
      executor: () => queueExecutor(redis.address),
      listener: {
        onMessage,
        onStudy: ({ ended, total }) => {
          const due = (times: number, done: number) => done < times && ended >= ((done + 1) * total) / (times + 1);
          if (due(kills, killed)) kill();
          if (!due(restarts, restarted)) return;
          restarted++;
          restarting = redis.kill().then(() => redis.start());
        },
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const lines = readFileSync(join(out, 'index.jsonl'), 'utf8').trim().split('\n');
    return {
      runs: result.records.length,
      failures: result.records.flatMap(({ state, error }) => (state === 'failed' ? [String(error)] : [])),
      listed: lines.length,
      unique: new Set(lines.map((line) => JSON.parse(line).run)).size,
      folders: readdirSync(join(out, 'runs')).length,
      ...{ killed, restarted, seconds },
      secondsOfRun: result.records.reduce((sum, record) => sum + record.seconds, 0) / result.records.length,
    };
  } finally {
    clearInterval(killing);
    await restarting;
    await Promise.all(processes.map(ended));
    await redis.kill();
  }
}

function startWorker(address: string, { configuration, template, lease, onMessage }: Load): ChildProcess {
  const parameters = [join(__dirname, 'instantWorker.js'), address, configuration.data, template, String(lease)];
  return spawn(process.execPath, parameters, { stdio: ['ignore', 'ignore', onMessage ? 'inherit' : 'ignore'] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
