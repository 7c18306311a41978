import { messageOf, UserError } from '../core/errors';
import { kernelSetup } from '../core/kernelSetup';
import { executeRun } from './execute';
import type { FromWorker, ToWorker } from './processPool';

// what is thrown outside of a run ends this process in one line, too; the parent takes its run to another
void kernelSetup<{ installLastResort(): void }>('lib/lastResort.mjs').then(({ installLastResort }) =>
  installLastResort(),
);

/** A process of its own that makes the runs its parent sends, one after the other, and ends with it. */
let stop = false;

process.on('message', async (message: ToWorker) => {
  if ('stop' in message) {
    stop = true;
    return;
  }
  stop = false;
  const { task, folder, ...options } = message;
  const listener = { onMessage: (text: string) => send({ message: text }), shouldStop: () => stop };
  try {
    send({ record: (await executeRun(task, folder, { ...options, listener })) ?? null });
  } catch (error) {
    send({ error: messageOf(error), mendable: error instanceof UserError });
  }
});
process.on('disconnect', () => process.exit());
// Ctrl+C, and the SIGTERM of Slurm, reach the whole group; the parent says what to do
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

function send(message: FromWorker): void {
  process.send?.(message);
}
