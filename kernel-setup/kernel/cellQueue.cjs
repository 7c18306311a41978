'use strict';
// Cells run one after the other. When one fails, those that were sent along with it do not run.

/** After an error, requests that are still on their way (Run All sends them in one go) are waited for. */
const arrival = 100; // milliseconds

/** @template Request */
class CellQueue {
  /** @type {{ request: Request, aborted: boolean }[]} */
  #waiting = [];
  #running = false;

  /**
   * @param {(request: Request) => Promise<{ failed: boolean, reply: () => void }>} run runs a cell; `reply` tells the frontend
   * @param {(request: Request) => void} abort tells the frontend that a cell is not run
   */
  constructor(run, abort) {
    this.run = run;
    this.abort = abort;
  }

  /** @param {Request} request @param {boolean} stopOnError whether an error of this cell keeps the waiting ones from running */
  add(request, stopOnError) {
    this.#waiting.push({ request, stopOnError });
    this.#work();
  }

  async #work() {
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { failed, reply } = await this.run(next.request);
      const stop = failed && next.stopOnError;
      if (stop) await new Promise((resolve) => setTimeout(resolve, arrival));
      // Whoever waits for the reply before sending the next cell gets that one run.
      const sentAlong = stop ? this.#waiting.splice(0) : [];
      reply();
      for (const { request } of sentAlong) this.abort(request);
    }
    this.#running = false;
  }
}

module.exports = { CellQueue };
