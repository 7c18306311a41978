import { printAside } from './print';

/**
 * Run work that Ctrl+C ends gently: the first one asks it to stop after the current batch and keep what was learned, the
 * second one ends the process.
 */
export async function interruptible<T>(work: (shouldStop: () => boolean) => Promise<T>): Promise<T> {
  let stop = false;
  const onInterrupt = () => {
    if (stop) process.exit(130);
    stop = true;
    printAside('\nstopping after this batch (Ctrl+C again ends at once)');
  };
  process.on('SIGINT', onInterrupt);
  try {
    return await work(() => stop);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
