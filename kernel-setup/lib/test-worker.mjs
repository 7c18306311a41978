// A process that runs test files, one after the other as test-pool.mjs sends them, and keeps what they loaded: TensorFlow is
// loaded once a process and not once a file. What it prints is mocha's usual report, but for the closing counts.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { format } from 'node:util';
import Mocha from 'mocha';
import { END } from './test-pool.mjs';

// as the command line loads them, for tests that ask what is loaded
createRequire(import.meta.url)('./node-shims.cjs');

const { Base, Spec } = Mocha.reporters;

/** A limit is there to end what hangs, and a machine with much to do is slow: none is shorter than this (milliseconds). */
const LIMIT = 600_000;

for (const { prototype } of [Mocha.Suite, Mocha.Runnable]) {
  const { timeout } = prototype;
  prototype.timeout = function (/** @type {any[]} */ ...given) {
    const [limit] = given;
    return Reflect.apply(timeout, this, given.length === 0 || limit === 0 ? given : [Math.max(LIMIT, Number(limit))]);
  };
}

class Report extends Spec {
  /** The counts of all files come at the end. */
  epilogue() {}
}

/**
 * Failures with what was expected, as mocha lists them.
 *
 * @param {Mocha.Test[]} failures
 * @returns {string}
 */
function listed(failures) {
  const { consoleLog } = Base;
  let text = '';
  Base.consoleLog = (...parts) => {
    text += `${format(...parts)}\n`;
  };
  try {
    Base.list(failures);
  } finally {
    Base.consoleLog = consoleLog;
  }
  return text;
}

/**
 * @param {import('./test-pool.mjs').Request} request
 * @returns {Promise<import('./test-pool.mjs').Failed>}
 */
async function runFile({ file, options }) {
  const mocha = new Mocha({ ...options, reporter: Report });
  mocha.addFile(file);
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    const failures = `  ${error instanceof Error ? error.stack : error}\n`;
    process.stdout.write(failures);
    return { passed: 0, failed: 1, skipped: 0, failures };
  }
  return new Promise((resolve) => {
    const failed = /** @type {Mocha.Test[]} */ ([]);
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      mocha.dispose(); // its listeners to the process's errors
      resolve({
        passed: passes,
        failed: failures,
        skipped: pending,
        failures: failed.length > 0 ? listed(failed) : '',
      });
    });
    runner.on('test', (test) => process.send?.({ begins: test.fullTitle() }));
    runner.on('hook', (hook) => process.send?.({ begins: `${hook.parent?.fullTitle()} ${hook.title}` }));
    runner.on('fail', (test) => failed.push(/** @type {Mocha.Test} */ (test)));
  });
}

/** Processor seconds of this process and of those that it started and that have ended. */
function processorSeconds() {
  const { user, system } = process.cpuUsage();
  let ticks = 0;
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks = Number(fields[13]) + Number(fields[14]); // a hundred a second
  } catch {
    // not Linux: without children
  }
  return (user + system) / 1e6 + ticks / 100;
}

// Mocha lets pass a promise that fails while nobody waits for it, and asks again for each that it sees.
const seen = new WeakSet();
process.on('unhandledRejection', (reason, promise) => {
  if (seen.has(promise)) return;
  seen.add(promise);
  setImmediate(() => {
    throw reason;
  });
});

process.on('message', async (/** @type {import('./test-pool.mjs').Request | 'end'} */ request) => {
  // tests may have left sockets and children open
  if (request === 'end') process.exit();
  const [began, used] = [performance.now(), processorSeconds()];
  const counts = await runFile(request);
  const [seconds, processor] = [(performance.now() - began) / 1000, processorSeconds() - used];
  process.stdout.write(END);
  process.stderr.write(END);
  process.send?.({ ended: { ...counts, seconds, processor } });
});
process.once('disconnect', () => process.exit());
