import { printAside } from './print';

/** What a shell makes of a process that a signal ended: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };
/** Milliseconds in which a second signal is the first one again: Ctrl+C reaches `npx`, too, which passes it on. */
const ECHO = 1000;

/**
 * Run work that Ctrl+C, or a scheduler's SIGTERM, ends gently: the first one asks it to stop after the current batch and keep
 * what was learned, the second one ends the process. Slurm, Kubernetes and Docker send SIGTERM some seconds before they kill.
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
