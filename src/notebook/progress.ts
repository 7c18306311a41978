import { escapeHtml } from '../core/escape/html';
import { printable } from '../core/escape/printable';
import type { Progress } from '../core/listener';
import { Meter } from '../terminal/meter';
import { type ProgressBar, TerminalBar } from '../terminal/progressBar';
import { TerminalLine } from '../terminal/terminalLine';
import { displayWriter } from './kernel';
import { type LiveDisplay, liveDisplay } from './live';
import { displaySymbol } from './mime';

/**
 * Make a progress bar with rate and remaining time: HTML in a notebook; on a terminal a line of text on standard error, which is
 * redrawn in place; in a file or pipe a line every ten seconds.
 *
 * @example
 * ```ts
 * import { progressBar } from 'tunebook';
 * const bar = progressBar();
 * for (let done = 1; done <= 3; done++) bar.update({ task: 'resize', done, total: 3, unit: 'pictures' });
 * await bar.end();
 * ```
 */
export function progressBar(): ProgressBar {
  return displayWriter() ? new NotebookBar() : new TerminalBar(new TerminalLine());
}

class NotebookBar implements ProgressBar {
  readonly #display: LiveDisplay = liveDisplay();
  readonly #meter = new Meter();
  #latest: Progress | undefined;

  update(progress: Progress): void {
    this.#latest = progress;
    const text = this.#meter.line(progress);
    void this.#display.update(bundle(text, barHtml(progress, text)));
  }

  async end(): Promise<void> {
    if (this.#latest === undefined) return;
    const text = this.#meter.summary(this.#latest);
    await this.#display.update(bundle(text, lineHtml(text)), { final: true });
  }
}

function bundle(text: string, html: string): object {
  return { [displaySymbol]: () => ({ 'text/plain': printable(text), 'text/html': html }) };
}

/** A native progress element, as screen readers announce it and browsers draw it for light and dark themes. */
function barHtml({ task, done, total }: Progress, text: string): string {
  const value = total > 0 ? ` value="${done}" max="${total}"` : '';
  const bar = `<progress${value} aria-label="${escapeHtml(task)}" style="width: 16em; vertical-align: middle; accent-color: #0072b2"></progress>`;
  return `<div>${bar} <span style="font-variant-numeric: tabular-nums">${escapeHtml(text)}</span></div>`;
}

function lineHtml(text: string): string {
  return `<div style="font-variant-numeric: tabular-nums">${escapeHtml(text)}</div>`;
}
