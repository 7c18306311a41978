import { withDefaults } from '../core/options';
import { outputClearer } from './kernel';

/**
 * Remove what the running cell has shown so far, as `clear_output` does in Python. `console.clear()` does the same at once. A live display
 * is often simpler: it replaces one output and leaves the others. Outside a notebook, and in another kernel, nothing is removed.
 *
 * @param options `wait`: keep the old output until there is a new one, so that nothing flickers. Default: false
 * @throws {UserError} when an option is unknown
 *
 * @example
 * ```ts
 * import { display, show } from 'tunebook';
 * for (let step = 1; step <= 3; step++) {
 *   display.clearOutput({ wait: true });
 *   await show(`step ${step}`); // only the last one is left
 * }
 * ```
 */
export function clearOutput(options?: { wait?: boolean }): void {
  const { wait } = withDefaults('clearOutput', options, { wait: false });
  outputClearer()?.(wait);
}
