import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor, RunOrder, RunRecord, RunTask } from '../../src/study';
import { failed, writeRecord } from '../../src/study/execute';

/** What an executor was asked to do. */
export interface FakeExecutor extends Executor {
  orders: RunOrder[];
}

/**
 * An executor without trainings: a run has the accuracies that a function gives, up to the epoch where it should pause.
 *
 * @param accuracyOf accuracy after an epoch, from 0 to 1; null for a run that fails
 * @param options `slots`: the number of runs at a time. Default: 1
 */
export function fakeExecutor(
  accuracyOf: (task: RunTask, epoch: number) => number | null,
  { slots = 1 }: { slots?: number } = {},
): FakeExecutor {
  const orders: RunOrder[] = [];
  return {
    slots,
    orders,
    async run(order) {
      const { task, folder, listener } = order;
      orders.push(order);
      await sleep(1);
      if (listener?.shouldStop?.()) return undefined;
      const epochs = task.pauseAfter ?? task.settings.epochs;
      const curve = Array.from({ length: epochs }, (_, i) => accuracyOf(task, i + 1));
      const record = failed(task, 'it should fail', folder);
      if (curve.includes(null)) return record;
      const accuracy = curve.at(-1)!;
      const complete: RunRecord = {
        ...record,
        ...{ state: epochs < task.settings.epochs ? 'pruned' : 'done', error: null, accuracy, loss: 1 - accuracy },
        ...{ curve: curve as number[], curves: { loss: curve.map((value) => 1 - value!) }, epochs, seconds: epochs },
        ...{ pictures: { train: 10, validation: 100 }, trainedParameters: 10, memory: 10 },
      };
      writeRecord(complete, folder);
      return complete;
    },
    close: async () => {},
  };
}
