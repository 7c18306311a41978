import { fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { relative } from 'node:path';
import { inProject, projectFolder } from './paths.mjs';

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */
/** @typedef {Counts & {failures: string}} Failed with what failed, as text */
/** @typedef {Failed & {seconds?: number, processor?: number}} FileCounts with the file's seconds and processor seconds */
/** @typedef {{file: string, seconds: number, processor: number}} Time */
/** @typedef {{file: string, options: Record<string, unknown>}} Request a test file, and options of mocha's constructor */

/** A line of its own on each of a worker's streams: what a test file printed ends here. */
export const END = '\u0000end of a test file\u0000\n';

/**
 * Prints what several files say at the same time in the order in which they began: the first at once, the others when it is
 * their turn.
 */
export class Turns {
  /** @type {{text: string, begun: boolean, ended: boolean}[]} */
  #waiting = [];
  #write;

  /** @param {(text: string) => void} write */
  constructor(write) {
    this.#write = write;
  }

  /** @returns {{add(text: string): void, end(): void}} */
  begin() {
    const turn = { text: '', begun: false, ended: false };
    this.#waiting.push(turn);
    return {
      add: (text) => {
        turn.text += text;
        this.#print();
      },
      end: () => {
        turn.ended = true;
        this.#print();
      },
    };
  }

  #print() {
    for (;;) {
      const [first] = this.#waiting;
      if (!first) return;
      // a file of which no test was chosen prints empty lines only
      if (!first.begun) first.text = first.text.replace(/^\s*\n/, '');
      if (first.text !== '') {
        first.begun = true;
        this.#write(first.text);
        first.text = '';
      }
      if (!first.ended) return;
      this.#waiting.shift();
    }
  }
}

/**
 * The priority of files that compute while others wait for answers of kernels and pages: these come first when they have something to do,
 * as an answer that takes long counts as none.
 */
const BEHIND = 5;

/** A process that runs test files. */
class Worker {
  /** @type {{turn: {add(text: string): void}, open: number, counts?: FileCounts, begun: string, done: (counts: FileCounts) => void} | undefined} */
  #task;
  #child;
  ended = false;

  /**
   * @param {NodeJS.ProcessEnv} env
   * @param {number} priority
   */
  constructor(env, priority) {
    this.#child = fork(inProject('kernel-setup', 'lib', 'test-worker.mjs'), {
      cwd: projectFolder,
      env,
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    if (this.#child.pid !== undefined && priority > 0) setPriority(this.#child.pid, priority);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      this.#read(/** @type {import('node:stream').Readable} */ (stream));
    this.#child.on('message', (/** @type {{begins?: string, ended?: FileCounts}} */ { begins, ended }) => {
      if (!this.#task) return;
      if (begins !== undefined) this.#task.begun = begins;
      if (ended) this.#task.counts = ended;
      this.#settle();
    });
    this.#child.on('error', () => {}); // a message to a process that is about to close
    this.#child.on('close', (code, signal) => {
      this.ended = true;
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      const failures = `  The process ${how} in: ${this.#task?.begun || 'the loading of the file'}\n`;
      this.#task?.turn.add(failures);
      this.#finish({ passed: 0, failed: 1, skipped: 0, failures });
    });
  }

  /** @param {import('node:stream').Readable} stream */
  #read(stream) {
    let text = '';
    stream.setEncoding('utf8').on('data', (/** @type {string} */ more) => {
      text += more;
      const end = text.indexOf(END);
      // the end of what was read may be the first half of the mark
      const half = text.indexOf('\u0000', Math.max(0, text.length - END.length));
      const until = end >= 0 ? end : half >= 0 ? half : text.length;
      if (until > 0) this.#task?.turn.add(text.slice(0, until));
      text = text.slice(end >= 0 ? end + END.length : until);
      if (end >= 0 && this.#task) this.#task.open--;
      this.#settle();
    });
  }

  #settle() {
    if (this.#task?.counts && this.#task.open === 0) this.#finish(this.#task.counts);
  }

  /** @param {FileCounts} counts */
  #finish(counts) {
    const done = this.#task?.done;
    this.#task = undefined;
    done?.(counts);
  }

  /**
   * @param {Request} request
   * @param {{add(text: string): void}} turn
   * @returns {Promise<FileCounts>}
   */
  run(request, turn) {
    return new Promise((done) => {
      this.#task = { turn, open: 2, begun: '', done };
      this.#child.send(request);
    });
  }

  /** @returns {Promise<void>} */
  async end() {
    if (this.ended) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.send('end');
    await closed;
  }
}

/**
 * Run test files in as many processes as may work at the same time, each of which takes what is next when it is done.
 *
 * @param {readonly (readonly string[])[]} files in the order in which they begin; those of a list run one after the other
 * @param {object} how
 * @param {number} how.jobs processes
 * @param {readonly (readonly string[])[]} [how.waiting] more files, each list of which has a process of its own beside these
 * @param {NodeJS.ProcessEnv} how.env
 * @param {Record<string, unknown>} how.options of mocha's constructor; `bail` ends all files at the first failure
 * @param {(text: string) => void} how.write
 * @returns {Promise<Failed & {times: Time[]}>} of all
 */
export async function runFiles(files, { jobs, waiting: beside = [], env, options, write }) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: '', times: /** @type {Time[]} */ ([]) };
  const turns = new Turns(write);
  const waiting = [...files];
  let stopped = false;
  const next = (/** @type {string[]} */ mine) => {
    if (stopped) return undefined;
    if (mine.length === 0) mine.push(...(waiting.shift() ?? []));
    return mine.shift();
  };
  /** @param {string[] | undefined} own the only files to run; none: what is next of all */
  async function work(own) {
    const mine = own ?? /** @type {string[]} */ ([]);
    const following = () => (own && mine.length === 0 ? undefined : next(mine));
    /** @type {Worker | undefined} */
    let worker;
    for (let file = following(); file !== undefined; file = following()) {
      if (!worker || worker.ended) worker = new Worker(env, own || beside.length === 0 ? 0 : BEHIND);
      const turn = turns.begin();
      const counts = await worker.run({ file, options }, turn);
      const { passed, failed, skipped, failures, seconds = 0, processor = 0 } = counts;
      turn.end();
      total.times.push({ file: relative(inProject('dist', 'test'), file), seconds, processor });
      total.passed += passed;
      total.failed += failed;
      total.skipped += skipped;
      if (failures !== '') total.failures += `\n${relative(projectFolder, file)}\n${failures}`;
      if (failed > 0 && options.bail) stopped = true;
    }
    await worker?.end();
  }
  const workers = Array.from({ length: Math.min(jobs, files.length) }, () => work(undefined));
  await Promise.all([...workers, ...beside.map((list) => work([...list]))]);
  return total;
}
