import { benchPython } from '../steps/bench-python.mjs';
import { carryOut, isDone } from '../steps/step.mjs';
import { endChildren, onChildren, startLog } from './child.mjs';
import { messageOf } from './errors.mjs';
import { takeLock } from './lock.mjs';
import { inCache } from './paths.mjs';
import { Report } from './report.mjs';

/** Install the frameworks that the bench compares with, once. Without them it measures tunebook alone, so a failure is only told. */
export async function setUpPeers() {
  if (isDone(benchPython)) return;
  const report = new Report();
  const lock = await takeLock(inCache('setup.lock'), (pid) =>
    report.line(`Another set-up of this project is at work (process ${pid}): waiting for it.`),
  );
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    endChildren();
    lock.release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  onChildren((pids) => lock.setChildren(pids));
  try {
    if (isDone(benchPython)) return;
    startLog(benchPython.name);
    report.begin(1, 1, benchPython.title);
    report.end(await carryOut(benchPython, report));
  } catch (error) {
    report.clear();
    process.stderr.write(`${messageOf(error)}\n`);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
    lock.release();
  }
}
