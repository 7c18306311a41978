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

/** How often a run is attempted if its process dies. */
export const ATTEMPTS = 3;
/** Milliseconds between two checks whether to stop. */
const STOP_CHECK = 100;

/**
 * Make an executor that executes the runs of a study in several processes. If a process dies, another continues its run from the
 * checkpoint; a run whose process dies three times fails. If there are several GPUs, they are distributed over the processes.
 *
 * @param workers number of processes, 1 to 256
 * @param cores number of processor cores that they share. Default: all of the machine
 * @throws {UserError} if a number is out of range
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * const executor = studies.processPool(2);
 * executor.slots; // => 2
 * await executor.close(); // `study` with `workers: 2` does this itself
 * ```
 */
export function processPool(workers: number, cores = availableParallelism()): Executor {
  checkNumber('workers', workers, { min: 1, max: 256, integer: true });
  checkNumber('cores', cores, { min: 1, integer: true });
  const threads = String(Math.max(1, Math.floor(cores / workers)));
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const devices = devicesToShare();
  const places = new Map<ChildProcess, number>(); // decides the device

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
        const outcome = await executeIn(child, order);
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

/** Execute a run in a process. */
function executeIn(child: ChildProcess, { listener, ...order }: RunOrder): Promise<RunRecord | undefined | 'died'> {
  return new Promise((resolve, reject) => {
    let asked = false;
    const timer = setInterval(() => {
      if (asked || !listener?.shouldStop?.()) return;
      asked = true;
      child.send({ stop: true } satisfies ToWorker, () => {});
    }, STOP_CHECK);
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
    child.send(order satisfies ToWorker, () => {}); // if the process has ended, its exit event tells
  });
}
