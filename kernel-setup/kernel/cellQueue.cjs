'use strict';
// Runs cells one after the other. When one fails, the cells that were sent together with it are not run.

/** How long to wait, after an error, for requests that are still arriving (Run All sends them together), in milliseconds. */
const arrival = 100;

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

  /** @param {Request} request @param {boolean} stopOnError whether the waiting cells are not run if this one fails */
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
      // A frontend that waits for the reply before it sends the next cell gets that cell run.
      const sentAlong = stop ? this.#waiting.splice(0) : [];
      reply();
      for (const { request } of sentAlong) this.abort(request);
    }
    this.#running = false;
  }
}

module.exports = { CellQueue };
