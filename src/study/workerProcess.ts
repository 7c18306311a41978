import { messageOf, UserError } from '../core/errors';
import { kernelSetup } from '../core/kernelSetup';
import { executeRun } from './execute';
import type { FromWorker, ToWorker } from './processPool';

// an error outside of a run ends this process with a message of one line; the parent gives the run to another process
void kernelSetup<{ installLastResort(): void }>('lib/lastResort.mjs').then(({ installLastResort }) =>
  installLastResort(),
);

// This process executes the runs that its parent sends, one after the other, and ends with the parent.
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
// Ctrl+C and Slurm's SIGTERM reach the whole process group; only the parent reacts, and sends `stop`
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

function send(message: FromWorker): void {
  process.send?.(message);
}
