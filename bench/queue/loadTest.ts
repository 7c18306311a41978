import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StudyConfiguration, study } from '../../src/study';
import { queueExecutor } from '../../src/study/queue';
import { TestRedis } from '../../test/study/redis';

export interface Load {
  /** the study; what it asks for is made in milliseconds */
  configuration: StudyConfiguration;
  /** folder of the study */
  out: string;
  /** folder of the run that all others are copies of */
  template: string;
  workers: number;
  /** seconds between two workers that are killed, each of which is replaced; 0: none */
  killEvery: number;
  /** how often a worker is killed beside those, evenly over the runs; default 0 */
  kills?: number;
  /** how often Redis is killed and started again, evenly over the runs */
  restarts: number;
  /** seconds without a heartbeat after which others take a run over */
  lease: number;
  onMessage?: (text: string) => void;
}

export interface LoadResult {
  /** runs that the study has, and those of them that failed */
  runs: number;
  failed: number;
  /** lines of the study's list of runs, and different ones among them */
  listed: number;
  unique: number;
  /** folders of runs */
  folders: number;
  killed: number;
  restarted: number;
  /** wall-clock, from the start of the study to its end */
  seconds: number;
  /** mean time of making a run itself */
  secondsOfRun: number;
}

/** A study of instant runs over a queue whose workers are killed and whose Redis is restarted meanwhile. */
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
      failed: result.failed,
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
