'use strict';
// The kernel's side of the process in which cells run: starts it, gives it cells, receives what they print and show, and knows why it
// ended.

const { spawn } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const { EventEmitter } = require('node:events');
const path = require('node:path');
const { StringDecoder } = require('node:string_decoder');
const { descriptors, frame, reader } = require('./process/channel.cjs');
const { interruption } = require('./process/interruption.cjs');
const { describeThrown } = require('./process/thrown.cjs');

const main = path.join(__dirname, 'process', 'main.cjs');
/** How long to wait, after a cell's end, for what its child processes have printed (milliseconds). */
const lastOutput = 500;

/** Messages that TensorFlow prints for its developers whatever its log level: information, and the warning that its log is not set up. */
const nativeLog =
  /^(?:WARNING: All log messages before absl::InitializeLog\(\) .*|I\d{4} \d\d:\d\d:\d+\.\d+ .*)(?:\n|$)/gm;

/**
 * @typedef {object} Outcome the result of a cell
 * @property {import('./process/thrown.cjs').Thrown} [error]
 * @property {string[]} [values] if there is an error: the names that the cell had given a value before
 * @property {{ data: Record<string, unknown>, metadata: Record<string, unknown> }} [result] the value of its last expression
 */

/**
 * Events: `print` (id, name, text), `display` (id, update, content), `clear` (id, wait), `background` (id, what, error) and `comm` (id, message, buffers), during
 * a cell or after it, with the id of the request that they belong to (undefined before the first request); `handled` (number), when a
 * message of a comm has been handled; and `ended` (why, code).
 */
class CellProcess extends EventEmitter {
  /** @type {(name: string, from: string) => unknown} says where a module comes from */
  findModule = () => ({ kind: 'native' });
  /** @type {{ job: { id: number, mark: string, declares: string[] }, started: boolean, interrupted: boolean, finish: (outcome: Outcome) => void } | undefined} */
  #running;
  #marks = { stdout: new Marks(), stderr: new Marks() };
  /** why the process ends, if it announced a reason @type {string | undefined} */
  #farewell;
  #closing = false;
  /** how many messages of comms it has not handled yet */
  #handling = 0;
  /** id of the latest request @type {number | undefined} */
  #latest;

  start() {
    const stdio = ['ignore', 'pipe', 'pipe'];
    stdio[descriptors.toKernel] = 'pipe';
    stdio[descriptors.fromKernel] = 'pipe';
    stdio[descriptors.answers] = 'pipe';
    this.child = spawn(process.execPath, [...process.execArgv, main], { stdio });
    this.child.on('error', (error) => this.#ended(`it could not be started: ${error.message}`, 1));
    // 'close' comes after everything that was printed has been read.
    this.child.on('close', (code, signal) => this.#ended(this.#farewell ?? reasonOf(code, signal), code ?? 1));
    this.child.stdio[descriptors.toKernel].on(
      'data',
      reader((message, buffers) => this.#take(message, buffers)),
    );
    this.child.stdio[descriptors.toKernel].on('error', () => {});
    for (const end of [descriptors.fromKernel, descriptors.answers]) {
      this.child.stdio[end].on('error', () => {}); // writing fails after the process has ended, which 'close' reports
    }
    this.#hear('stdout');
    this.#hear('stderr');
    const kill = () => this.child.kill('SIGKILL');
    process.on('exit', kill);
    this.child.once('exit', () => process.off('exit', kill));
  }

  /** Text in the pipe was printed by a child process or by native code of the latest cell. */
  #hear(name) {
    const decoder = new StringDecoder('utf8');
    this.child[name].on('data', (chunk) => {
      const printed = this.#marks[name].take(decoder.write(chunk));
      const text = name === 'stderr' ? printed.replace(nativeLog, '') : printed;
      if (text !== '') this.emit('print', this.#latest, name, text);
    });
  }

  /**
   * Run a compiled cell.
   *
   * @param {Omit<import('./process/run.cjs').Job, 'mark'>} job
   * @returns {Promise<Outcome>} never resolves if the process ends
   */
  run(job) {
    const marked = { ...job, mark: `\0${randomUUID()}\0` };
    this.#latest = job.id;
    return new Promise((finish) => {
      this.#running = { job: marked, started: false, interrupted: false, finish };
      this.child.stdio[descriptors.fromKernel].write(frame({ do: 'run', ...marked }));
    });
  }

  /**
   * Pass on a message of a comm, which is handled as soon as the event loop is free, also while a cell awaits something.
   *
   * @param {import('./process/comms.cjs').Delivery} message
   * @param {readonly Uint8Array[]} buffers
   */
  deliver(message, buffers) {
    this.#handling++;
    this.child.stdio[descriptors.fromKernel].write(frame({ do: 'comm', ...message }, buffers));
  }

  /** The stop button was pressed. This interrupts the processes that the cell started, too, and a widget's listener that does not end. */
  interrupt() {
    if (!this.#running) {
      if (this.#handling > 0) this.#signal();
      return;
    }
    this.#running.interrupted = true;
    if (this.#running.started) this.#signal();
  }

  #signal() {
    try {
      process.kill(-process.pid, 'SIGINT'); // Jupyter puts each kernel in its own process group
    } catch {
      this.child.kill('SIGINT');
    }
  }

  #take(message, buffers) {
    const { type, id } = message;
    if (type === 'print') this.emit('print', id, message.name, message.text);
    else if (type === 'display') this.emit('display', id, message.update, message.content);
    else if (type === 'clear') this.emit('clear', id, message.wait);
    else if (type === 'background') this.emit('background', id, message.what, message.error);
    else if (type === 'comm') this.emit('comm', id, message, buffers);
    else if (type === 'handled') {
      this.#handling--;
      this.emit('handled', message.number);
    } else if (type === 'ask') this.#answer(message);
    else if (type === 'exit') this.#farewell = `a cell called process.exit(${message.code})`;
    else if (type === 'started' && this.#running) {
      this.#running.started = true;
      if (this.#running.interrupted) this.#signal(); // pressed before the cell started
    } else if (type === 'done' && this.#running?.job.id === id) void this.#finish(message);
  }

  /** Answer a question for which the process of the cells waits. */
  #answer({ name, from }) {
    let answer;
    try {
      answer = this.findModule(name, from);
    } catch (error) {
      answer = { error: error.message };
    }
    this.child.stdio[descriptors.answers].write(frame(answer));
  }

  async #finish({ error, result, values, stopped, marked }) {
    const { job, interrupted, finish } = this.#running;
    this.#running = undefined;
    // The signal ends a child process for which the cell waits at once, but may reach the cell only when it has ended. The cells
    // after it must not run then.
    const missed = interrupted && !stopped && !error;
    const streams = ['stdout', 'stderr'].filter((name) => marked[name]);
    let timer;
    await Promise.race([
      Promise.all(streams.map((name) => this.#marks[name].seen(job.mark))),
      new Promise((resolve) => {
        timer = setTimeout(resolve, lastOutput);
      }),
    ]);
    clearTimeout(timer);
    finish(missed ? { error: describeThrown(interruption()), values: job.declares } : { error, result, values });
  }

  #ended(why, code) {
    if (!this.#closing) this.emit('ended', why, code);
    this.#closing = true;
  }

  /** End the process: if it answers, its exit listeners run; otherwise it is killed. @param {number} patience milliseconds */
  close(patience) {
    this.#closing = true;
    this.child.stdio[descriptors.fromKernel].write(frame({ do: 'end' }));
    setTimeout(() => this.child.kill('SIGKILL'), patience).unref();
    return new Promise((resolve) => this.child.once('exit', resolve));
  }
}

/** Finds the marks that a cell's process writes to a stream after all other output of the cell. */
class Marks {
  #held = '';
  #seen = new Set();
  #waiting = new Map();

  /** @param {string} text @returns {string} the text without marks; a text that may be the beginning of a mark is held back */
  take(text) {
    const all = this.#held + text;
    const whole = all.replace(/\0([0-9a-f-]{36})\0/g, (mark) => {
      this.#waiting.get(mark)?.();
      this.#seen.add(mark);
      return '';
    });
    const start = /\0[0-9a-f-]{0,36}$/.exec(whole)?.index ?? whole.length;
    this.#held = whole.slice(start);
    return whole.slice(0, start);
  }

  /** @param {string} mark @returns {Promise<void>} */
  async seen(mark) {
    if (!this.#seen.has(mark)) await new Promise((resolve) => this.#waiting.set(mark, resolve));
    this.#waiting.delete(mark);
    this.#seen.delete(mark);
  }
}

/** @param {number | null} code @param {NodeJS.Signals | null} signal */
function reasonOf(code, signal) {
  if (signal === 'SIGKILL') return 'it was killed (SIGKILL), most often because the machine ran out of memory';
  if (signal === 'SIGABRT') return 'it was aborted (SIGABRT), most often because JavaScript ran out of memory';
  if (signal) return `it got the signal ${signal}`;
  return `it ended with exit code ${code}`;
}

module.exports = { CellProcess };
