import { tryFileLock } from '../../src/core/fileLock';

/** A process that tries to take a lock at a given moment, and prints whether it succeeded. It never releases the lock. */
process.on('message', ({ file, at }: { file: string; at: number }) => {
  while (Date.now() < at); // a timer would be less exact
  process.send!('release' in tryFileLock(file));
});
process.send!('ready');
