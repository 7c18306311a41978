'use strict';
// The kernel: what it answers to each request of a frontend.

const { Cell } = require('./cell.cjs');
const { CellQueue } = require('./cellQueue.cjs');
const { currentCell, runAsCell } = require('./currentCell.cjs');
const { History } = require('./history.cjs');
const { displayOf } = require('./lastValue.cjs');
const language = require('./language.cjs');
const { describeError } = require('./traceback.cjs');

/** How long the sockets get to deliver the last messages before the process ends. */
const farewell = 150; // milliseconds

/** @typedef {import('./message.cjs').Message} Message */
/** @typedef {import('./server.cjs').Reply} Reply */
/** @typedef {{ message: Message, reply: Reply }} Request */

class Kernel {
  #count = 0;
  #history = new History();
  /** @type {Message | undefined} */
  #running;
  /** @type {CellQueue<Request>} */
  #queue = new CellQueue(
    (request) => this.#execute(request),
    (request) => this.#answer(request, () => request.reply('execute_reply', { status: 'aborted' })),
  );

  /**
   * @param {object} tslab
   * @param {import('./executor.cjs').Executor} executor
   * @param {import('./interrupts.cjs').Interrupts} interrupts
   */
  constructor(tslab, executor, interrupts) {
    this.tslab = tslab;
    this.executor = executor;
    this.interrupts = interrupts;
  }

  /** @param {import('./server.cjs').KernelServer} server */
  attach(server) {
    this.server = server;
  }

  /** Answer a request of the shell or the control channel. @param {Message} message @param {Reply} reply */
  handle(message, reply) {
    const { content, type } = message;
    if (type === 'execute_request') {
      this.#queue.add({ message, reply }, content.stop_on_error ?? true);
      return;
    }
    const answer = this.#answers[type];
    if (!answer) return; // comm messages and whatever a later protocol brings: nobody waits
    this.#answer({ message, reply }, () => {
      try {
        reply(type.replace(/_request$/, '_reply'), answer(content));
      } catch (error) {
        // The compiler can fail on half-written code. The frontend waits for an answer all the same.
        reply(type.replace(/_request$/, '_reply'), { status: 'error', ...describeError(error, this.executor) });
      }
    });
  }

  /** @type {Record<string, (content: any) => Record<string, unknown>>} */
  #answers = {
    kernel_info_request: () => language.kernelInfo(this.tslab),
    complete_request: (content) => language.complete(this.executor, content),
    inspect_request: (content) => language.inspect(this.tslab, this.executor, content),
    is_complete_request: (content) => language.isComplete(this.tslab, content),
    history_request: (content) => this.#history.reply(content),
    comm_info_request: () => ({ status: 'ok', comms: {} }),
    interrupt_request: () => {
      this.interrupts.press();
      return { status: 'ok' };
    },
    shutdown_request: ({ restart = false }) => {
      setTimeout(() => this.#shutDown(), 0);
      return { status: 'ok', restart };
    },
  };

  /** Do `work` between the statuses busy and idle. @param {Request} request @param {() => void} work */
  #answer({ message }, work) {
    this.server.publish('status', { execution_state: 'busy' }, message);
    work();
    this.server.publish('status', { execution_state: 'idle' }, message);
    // A frontend shows the latest status it got, and a cell is still running.
    if (this.#running) this.server.publish('status', { execution_state: 'busy' }, this.#running);
  }

  /** @param {Request} request @returns {Promise<{ failed: boolean, reply: () => void }>} */
  async #execute({ message, reply }) {
    const { code, silent = false, store_history: wanted = true } = message.content;
    const stored = wanted && !silent;
    this.#running = message;
    this.server.publish('status', { execution_state: 'busy' }, message);
    const count = stored ? ++this.#count : this.#count;
    if (stored) this.#history.add(count, code);
    const publish = (type, content) => {
      if (!silent || type === 'stream' || type.includes('display')) this.server.publish(type, content, message);
    };
    const cell = new Cell(count, code, publish);
    cell.publish('execute_input', { code, execution_count: count });
    this.interrupts.begin();
    const error = await runAsCell(cell, () => this.#runCell(cell));
    // Node reports an unhandled rejection a turn later; it still belongs to this cell.
    await new Promise((resolve) => setImmediate(resolve));
    this.interrupts.end();
    if (error) cell.publish('error', error);
    cell.flush();
    const outcome = error ? { status: 'error', ...error } : { status: 'ok', user_expressions: {} };
    return {
      failed: error !== undefined,
      reply: () => {
        reply('execute_reply', { execution_count: count, payload: [], ...outcome });
        this.#running = undefined;
        this.server.publish('status', { execution_state: 'idle' }, message);
      },
    };
  }

  /** @param {Cell} cell @returns {Promise<import('./traceback.cjs').ErrorContent | undefined>} the error, if it failed */
  async #runCell(cell) {
    try {
      const last = await this.executor.execute(cell.source, cell.count);
      if (last) {
        const display = await this.interrupts.orInterrupt(displayOf(last.value));
        cell.publish('execute_result', { execution_count: cell.count, ...display });
      }
      return undefined;
    } catch (error) {
      return describeError(error, this.executor);
    }
  }

  /** Something failed outside of any cell's own course: say so and go on. @param {string} what @param {unknown} error */
  reportBackground(what, error) {
    const text = `${what}\n${describeError(error, this.executor).traceback.join('\n')}\n`;
    const cell = currentCell();
    if (cell) cell.print('stderr', text);
    else process.stderr.write(text);
  }

  #shutDown() {
    currentCell()?.flush();
    this.executor.close();
    this.server.close();
    setTimeout(() => process.exit(0), farewell);
  }
}

module.exports = { Kernel };
