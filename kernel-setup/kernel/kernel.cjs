'use strict';
// The kernel: its answer to each request of a frontend.

const { Cell } = require('./cell.cjs');
const { CellQueue } = require('./cellQueue.cjs');
const { Comms } = require('./comms.cjs');
const { History } = require('./history.cjs');
const { readComments } = require('./compile/comments.cjs');
const { prepare } = require('./compile/hints.cjs');
const language = require('./language.cjs');
const { describeError } = require('./traceback.cjs');

/** How long the sockets have to deliver the last messages before the process ends (milliseconds). */
const farewell = 150;
/** How long a cell has to end when the kernel is asked to shut down (milliseconds). */
const patience = 1000;
/** How long the kernel must be idle before the names of the cells are computed (milliseconds). */
const pause = 200;
/** How long the kernel must be idle before the comments of documentation are read, and for how long at a time (milliseconds). */
const reading = 3000;
const turn = 20;

const isCommMessage = (type) => ['comm_open', 'comm_msg', 'comm_close'].includes(type);
const noCode = { status: 'error', ename: 'InvalidRequest', evalue: 'the request contains no code', traceback: [] };

/** @typedef {import('./message.cjs').Message} Message */
/** @typedef {import('./server.cjs').Reply} Reply */
/** @typedef {{ message: Message, reply: Reply }} Request */

class Kernel {
  #count = 0;
  /** request number to its cell, the latest one last @type {Map<number, Cell>} */
  #cells = new Map();
  #ending = false;
  /** @type {((outcome: { error: import('./traceback.cjs').ErrorContent }) => void) | undefined} */
  #giveUp;
  #history = new History();
  /** @type {Message | undefined} */
  #running;
  /** @type {NodeJS.Timeout | undefined} */
  #hints;
  /** @type {CellQueue<Request>} */
  #queue = new CellQueue(
    (request) => this.#execute(request),
    (request) => this.#answer(request, () => request.reply('execute_reply', { status: 'aborted' })),
  );

  /**
   * @param {{ tslab: string, typescript: string }} versions
   * @param {import('./executor.cjs').Executor} executor
   * @param {import('./cellProcess.cjs').CellProcess} cells the process in which cells run
   */
  constructor(versions, executor, cells) {
    this.versions = versions;
    this.executor = executor;
    this.cells = cells;
    cells.on('print', (id, name, text) => {
      const cell = this.#cellOf(id);
      if (cell) cell.print(name, text);
      else process[name].write(text); // belongs to no cell: goes to Jupyter's log
    });
    cells.on('display', (id, update, content) => {
      this.#cellOf(id)?.publish(update ? 'update_display_data' : 'display_data', content);
    });
    cells.on('clear', (id, wait) => this.#cellOf(id)?.publish('clear_output', { wait }));
    this.comms = new Comms(cells);
    cells.on('comm', (id, message, buffers) => {
      const { kind, metadata } = message;
      const { content, parent } = this.comms.send(message);
      const cell = parent ? undefined : this.#cellOf(id);
      if (cell) cell.publish(kind, content, { metadata, buffers });
      else this.server.publish(kind, content, parent, { metadata, buffers });
    });
    cells.on('background', (id, what, error) => {
      const text = `${what}\n${describeError(error, this.executor).traceback.join('\n')}\n`;
      const cell = this.#cellOf(id);
      if (cell) cell.print('stderr', text);
      else process.stderr.write(text);
    });
    cells.on('ended', (why, code) => this.#cellsEnded(why, code));
  }

  #cellOf(id) {
    return this.#cells.get(id) ?? [...this.#cells.values()].at(-1);
  }

  /** @param {import('./server.cjs').KernelServer} server */
  attach(server) {
    this.server = server;
  }

  /** Whether a cell is running. */
  get isBusy() {
    return this.#running !== undefined;
  }

  /** Answer a request of the shell or the control channel. @param {Message} message @param {Reply} reply */
  handle(message, reply) {
    const { content, type } = message;
    if (type === 'execute_request') {
      if (typeof content.code !== 'string') {
        this.#answer({ message, reply }, () => reply('execute_reply', noCode));
        return;
      }
      this.#queue.add({ message, reply }, content.stop_on_error ?? true);
      return;
    }
    if (isCommMessage(type)) {
      this.server.publish('status', { execution_state: 'busy' }, message);
      this.comms.receive(message, () => this.#idle(message));
      return;
    }
    if (!Object.hasOwn(this.#answers, type)) return; // a request of a later protocol version: no answer is expected
    const answer = this.#answers[type];
    this.#answer({ message, reply }, () => {
      try {
        reply(type.replace(/_request$/, '_reply'), answer(content));
      } catch (error) {
        // The compiler can fail on incomplete code, but the frontend still waits for an answer.
        reply(type.replace(/_request$/, '_reply'), { status: 'error', ...describeError(error, this.executor) });
      }
    });
  }

  /** @type {Record<string, (content: any) => Record<string, unknown>>} */
  #answers = {
    kernel_info_request: () => language.kernelInfo(this.versions),
    complete_request: (content) => language.complete(this.executor.compiler, content),
    inspect_request: (content) => language.inspect(this.executor.compiler, content),
    is_complete_request: (content) => language.isComplete(content),
    history_request: (content) => this.#history.reply(content),
    comm_info_request: (content) => this.comms.info(content),
    interrupt_request: () => {
      this.cells.interrupt();
      return { status: 'ok' };
    },
    shutdown_request: ({ restart = false }) => {
      setTimeout(() => this.#shutDown(), 0);
      return { status: 'ok', restart };
    },
  };

  /** Run `work` between the statuses busy and idle. @param {Request} request @param {() => void} work */
  #answer({ message }, work) {
    this.server.publish('status', { execution_state: 'busy' }, message);
    work();
    this.#idle(message);
  }

  /** @param {Message} message whose handling has ended */
  #idle(message) {
    this.server.publish('status', { execution_state: 'idle' }, message);
    // A frontend shows the latest status, so do not send idle while a cell is still running.
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
    const publish = (type, content, extras) => {
      const shown =
        !silent || type === 'stream' || type.includes('display') || type === 'clear_output' || isCommMessage(type);
      if (shown) this.server.publish(type, content, message, extras);
    };
    const cell = new Cell(count, code, publish);
    const id = this.#cells.size;
    this.#cells.set(id, cell);
    cell.publish('execute_input', { code, execution_count: count });
    const { error, page } = await this.#runCell(cell, id);
    const payload = page ? [{ source: 'page', data: page, start: 0 }] : [];
    if (error) cell.publish('error', error);
    cell.flush();
    const outcome = error ? { status: 'error', ...error } : { status: 'ok', user_expressions: {} };
    return {
      failed: error !== undefined,
      reply: () => {
        reply('execute_reply', { execution_count: count, payload, ...outcome });
        this.#running = undefined;
        this.server.publish('status', { execution_state: 'idle' }, message);
        this.#prepareHints();
      },
    };
  }

  /** Compute the cells' names while the kernel is idle. Otherwise the first completion after a cell would take a second longer. */
  #prepareHints() {
    clearTimeout(this.#hints);
    this.#hints = setTimeout(() => {
      if (this.#running || this.#ending) return;
      try {
        prepare(this.executor.compiler);
        this.#readComments(this.executor.compiler.service.program());
      } catch {
        // the frontend is not waiting for anything, so this may fail
      }
    }, pause);
    this.#hints.unref();
  }

  /** A person who reads what a cell gave may ask for documentation next. In short turns, so that a cell need not wait. */
  #readComments(program, wait = reading) {
    this.#hints = setTimeout(() => {
      if (this.#running || this.#ending || readComments(program, turn)) return;
      this.#readComments(program, turn);
    }, wait);
    this.#hints.unref();
  }

  /** @param {Cell} cell @param {number} id @returns {Promise<{ error?: import('./traceback.cjs').ErrorContent, page?: Record<string, string> }>} */
  async #runCell(cell, id) {
    try {
      const ended = new Promise((giveUp) => {
        this.#giveUp = giveUp;
      });
      const outcome = this.executor.execute(cell.source, cell.count, id).then(({ error, result, page }) => {
        if (error) return { error: describeError(error, this.executor) };
        if (result) cell.publish('execute_result', { execution_count: cell.count, ...result });
        return { page };
      });
      return await Promise.race([outcome, ended]);
    } catch (error) {
      return { error: describeError(error, this.executor) };
    } finally {
      this.#giveUp = undefined;
    }
  }

  /** The process of the cells has ended, and with it all variables: say why, and end, so that Jupyter restarts the kernel. */
  #cellsEnded(why, code) {
    const evalue = `The kernel ended: ${why}. All variables are lost; it is being restarted.`;
    const error = { ename: 'KernelEnded', evalue, traceback: [evalue] };
    const cell = this.#cellOf();
    if (this.#giveUp) this.#giveUp({ error });
    else if (cell) cell.print('stderr', `${evalue}\n`);
    else process.stderr.write(`${evalue}\n`);
    setTimeout(() => this.#leave(code || 1), farewell);
  }

  async #shutDown() {
    if (this.#ending) return;
    await this.end();
    this.#leave(0);
  }

  /** End the process of the cells. */
  async end() {
    this.#ending = true;
    await this.cells.close(patience);
  }

  #leave(code) {
    this.#cellOf()?.flush();
    this.executor.close();
    this.server.close();
    setTimeout(() => process.exit(code), farewell);
  }
}

module.exports = { Kernel };
