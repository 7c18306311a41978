/** How often progress is redrawn on a terminal, and how often it is printed elsewhere, in milliseconds. */
const REDRAW = 80;
const PLAIN = 10_000;

/**
 * @param {number} seconds
 * @returns {string} '0.4 s', '31 s' or '2 min 5 s'
 */
export function formatSeconds(seconds) {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Progress as text: '148 of 259 MB' for bytes, '57 of 95 packages' for other units.
 *
 * @param {number} done
 * @param {number} total
 * @param {string} unit 'bytes', or the plural of what is counted
 * @returns {string}
 */
export function formatProgress(done, total, unit) {
  const part = Math.min(done, total);
  if (unit !== 'bytes') return `${part} of ${total} ${unit}`;
  if (total < 1e6) return `${Math.round(part / 1e3)} of ${Math.round(total / 1e3)} kB`;
  if (total < 10e6) return `${(part / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
  return `${Math.round(part / 1e6)} of ${Math.round(total / 1e6)} MB`;
}

/** Prints the progress of the set-up: on a terminal one line that is redrawn; elsewhere (a log, CI) a new line now and then. */
export class Report {
  #stream;
  #terminal;
  #head = '';
  #title = '';
  #drawn = 0;
  #lineOpen = false;

  /** @param {NodeJS.WriteStream} stream */
  constructor(stream = process.stdout) {
    this.#stream = stream;
    this.#terminal = Boolean(stream.isTTY) && process.env.TERM !== 'dumb';
  }

  /**
   * @param {number} number from 1
   * @param {number} count
   * @param {string} title
   */
  begin(number, count, title) {
    this.#head = `[${number}/${count}]`;
    this.#title = title;
    this.#drawn = 0;
    if (this.#terminal) this.#draw(`${this.#head} ${title}`);
    else this.line(`${this.#head} ${title}`);
    if (!this.#terminal) this.#drawn = Date.now();
  }

  /**
   * Print how far the current step is.
   *
   * @param {string} what e.g. 'fetching TensorFlow 2.21.0 (CPU)'
   * @param {number} [done]
   * @param {number} [total]
   * @param {string} [unit] 'bytes', or the plural of what is counted
   */
  progress(what, done, total, unit = 'bytes') {
    const now = Date.now();
    // always draw the last count on a terminal, and always print a new stage elsewhere, however soon they follow
    const always = this.#terminal ? done === total : done === undefined;
    if (!always && now - this.#drawn < (this.#terminal ? REDRAW : PLAIN)) return;
    this.#drawn = now;
    const far = done === undefined || !total ? '' : `  ${formatProgress(done, total, unit)}`;
    const text = `${this.#head} ${this.#title}: ${what}${far}`;
    if (this.#terminal) this.#draw(text);
    else this.line(text);
  }

  /** @param {number} seconds */
  end(seconds) {
    this.line(`${this.#head} ${this.#title}  done in ${formatSeconds(seconds)}`);
  }

  /** @param {string} text a line that is not redrawn */
  line(text) {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  /** Remove the line that is being redrawn, before something else prints. */
  clear() {
    if (this.#lineOpen) this.#stream.write('\r\x1b[2K');
    this.#lineOpen = false;
  }

  /** @param {string} text */
  #draw(text) {
    const width = (this.#stream.columns || 80) - 1;
    this.#stream.write(`\r\x1b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
    this.#lineOpen = true;
  }
}
