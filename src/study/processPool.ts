import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { projectFolder } from '../core/paths';
import { devicesToShare } from '../tensorflow';
import { type ExecuteOptions, failed } from './execute';
import type { Executor, RunOrder } from './executor';
import type { RunTask } from './plan';
import type { RunRecord } from './runRecord';

export type ToWorker = ({ task: RunTask; folder: string } & Omit<ExecuteOptions, 'listener'>) | { stop: true };
export type FromWorker = { message: string } | { record: RunRecord | null } | { error: string; mendable: boolean };

/** How often a run is tried whose process dies under it. */
export const ATTEMPTS = 3;
/** Milliseconds between two questions whether to stop. */
const ASK = 100;

/**
 * Makes runs in processes of their own. A process that dies is replaced, and its run goes on from its checkpoint; one that
 * takes three processes with it fails. Where there are several GPUs, the processes take them in turn.
 *
 * @param workers how many processes
 * @param cores that they share; default: all of the machine
 */
export function processPool(workers: number, cores = availableParallelism()): Executor {
  checkNumber('workers', workers, { min: 1, max: 256, integer: true });
  checkNumber('cores', cores, { min: 1, integer: true });
  const threads = String(Math.max(1, Math.floor(cores / workers)));
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const devices = devicesToShare();
  const places = new Map<ChildProcess, number>();

  const start = () => {
    const taken = new Set(places.values());
    const place = Array.from({ length: workers }, (_, i) => i).find((i) => !taken.has(i)) ?? 0;
    const device = devices[place % devices.length];
    const child = fork(join(__dirname, 'workerProcess.js'), [], {
      // Node 23 and newer lack two functions that tfjs-node calls
      execArgv: ['-r', join(projectFolder, 'kernel-setup', 'lib', 'node-shims.cjs')],
      env: {
        ...process.env,
        TF_NUM_INTRAOP_THREADS: threads,
        OMP_NUM_THREADS: threads,
        ...(device && { TUNEBOOK_DEVICE: device }),
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    all.add(child);
    places.set(child, place);
    child.once('exit', () => {
      all.delete(child);
      places.delete(child);
    });
    return child;
  };

  return {
    slots: workers,
    async run(order) {
      for (let attempt = 1; ; attempt++) {
        const child = idle.pop() ?? start();
        const outcome = await makeIn(child, order);
        if (outcome !== 'died') {
          idle.push(child);
          return outcome;
        }
        order.listener?.onMessage?.(`its process ended (${child.signalCode ?? `exit code ${child.exitCode}`})`);
        if (order.listener?.shouldStop?.()) return undefined;
        if (attempt === ATTEMPTS) {
          const how = child.signalCode ?? `exit code ${child.exitCode}`;
          return failed(order.task, `its process ended ${ATTEMPTS} times, last with ${how}`, order.folder);
        }
      }
    },
    async close() {
      for (const child of all) child.disconnect();
      await Promise.all([...all].map((child) => new Promise((resolve) => child.once('exit', resolve))));
    },
  };
}

/** Let a process make a run. */
function makeIn(child: ChildProcess, { listener, ...order }: RunOrder): Promise<RunRecord | undefined | 'died'> {
  return new Promise((resolve, reject) => {
    let asked = false;
    const timer = setInterval(() => {
      if (asked || !listener?.shouldStop?.()) return;
      asked = true;
      child.send({ stop: true } satisfies ToWorker, () => {});
    }, ASK);
    const end = () => {
      clearInterval(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onExit = () => {
      end();
      resolve('died');
    };
    const onMessage = (message: FromWorker) => {
      if ('message' in message) {
        listener?.onMessage?.(message.message);
        return;
      }
      end();
      if ('error' in message) reject(message.mendable ? new UserError(message.error) : new Error(message.error));
      else resolve(message.record ?? undefined);
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send(order satisfies ToWorker, () => {}); // a process that is gone says so by its exit
  });
}
