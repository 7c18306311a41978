import { printAside } from './print';

/** Exit codes as shells have them: 128 plus the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };
/** Milliseconds within which a second signal is ignored: `npx` also receives Ctrl+C and passes it on. */
const ECHO = 1000;

/**
 * Run work that Ctrl+C, or the SIGTERM of a scheduler, can stop: the first signal asks it to stop after the current batch and
 * keep what was learned, the second one ends the process. Slurm, Kubernetes and Docker send SIGTERM some seconds before they
 * kill a process.
 */
export async function interruptible<T>(work: (shouldStop: () => boolean) => Promise<T>): Promise<T> {
  let asked: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked !== undefined) {
      if (performance.now() - asked > ECHO) process.exit(EXIT_CODES[signal as keyof typeof EXIT_CODES]);
      return;
    }
    asked = performance.now();
    printAside('\nstopping after this batch (Ctrl+C again ends at once)');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await work(() => asked !== undefined);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
