import { tryFileLock } from '../../src/core/fileLock';

/** A process that tries to take a lock at a given moment, and says whether it got it. It never lets go. */
process.on('message', ({ file, at }: { file: string; at: number }) => {
  while (Date.now() < at); // a timer would not be as exact
  process.send!('release' in tryFileLock(file));
});
process.send!('ready');
