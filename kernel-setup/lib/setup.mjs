import { steps as allSteps } from '../steps/index.mjs';
import { carryOut, isDone } from '../steps/step.mjs';
import { endChildren, onChildren, startLog } from './child.mjs';
import { messageOf, SetupError } from './errors.mjs';
import { takeLock } from './lock.mjs';
import { inCache } from './paths.mjs';
import { thisMachine, whyUnsupported } from './platform.mjs';
import { formatSeconds, Report } from './report.mjs';

/** @throws {SetupError} on a machine on which the pinned binaries cannot run */
function requirePlatform() {
  const problem = whyUnsupported(thisMachine());
  if (problem) throw new SetupError(problem);
}

/** The lock of a step: the processes of all projects that share a cache do a step one after the other. @param {string} name */
const lockFile = (name) => inCache('locks', `${name}.lock`);

/**
 * Do all steps that are not done yet. Each step is done by one process at a time: others wait for it, and find it done.
 *
 * @param {{report?: Report, steps?: readonly import('../steps/step.mjs').Step[]}} [options]
 * @returns {Promise<number>} how many steps were done
 * @throws {SetupError} with cause and remedy in one line
 */
export async function setUp({ report = new Report(), steps = allSteps } = {}) {
  if (steps.every(isDone)) return 0;
  requirePlatform();
  const start = performance.now();
  /** @type {import('./lock.mjs').Lock | undefined} */
  let lock;
  const release = () => {
    lock?.release();
    lock = undefined;
  };
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    endChildren();
    release();
    report.clear();
    process.stderr.write(`Set-up stopped (${signal}). What is done is kept; run the command again to go on.\n`);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  onChildren((pids) => lock?.setChildren(pids));
  let count = 0;
  try {
    for (const [i, step] of steps.entries()) {
      if (isDone(step)) continue;
      lock = await takeLock(lockFile(step.name), (pid) =>
        report.line(`Another set-up (process ${pid}) is at this step: ${step.title}. Waiting for it.`),
      );
      if (!isDone(step)) {
        startLog(step.name);
        report.begin(i + 1, steps.length, step.title);
        report.end(await carryOut(step, report));
        count++;
      }
      release();
    }
  } catch (error) {
    report.clear();
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOSPC') {
      throw new SetupError(
        'Set-up stopped: the disk is full. Free some space, then run the command again; what is done is kept.',
      );
    }
    throw error instanceof SetupError ? new SetupError(`Set-up stopped: ${messageOf(error)}`) : error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
    release();
  }
  if (count > 0) report.line(`Set-up done in ${formatSeconds((performance.now() - start) / 1000)}.`);
  return count;
}
