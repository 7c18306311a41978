import type { EndingListener, EpochRecord, Progress } from '../core/listener';
import { stopRequested } from '../core/stop';
import { epochLine } from './epochLine';
import { TerminalBar } from './progressBar';
import { TaskBars } from './taskBars';
import { type Output, TerminalLine } from './terminalLine';

/**
 * Make a listener that shows training on a terminal: a line for each epoch, and the current task in a line that is redrawn in
 * place. Call `end()` after the training.
 *
 * @param output where to write. Default: standard error, so that results on standard output stay separate
 *
 * @example
 * ```ts
 * import { display, openDataset, train } from 'tunebook';
 * const listener = display.terminalListener();
 * const photos = await openDataset('photos', { listener });
 * await train(photos, { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1, listener });
 * await listener.end();
 * ```
 */
export function terminalListener(output: Output = process.stderr): EndingListener {
  const line = new TerminalLine(output);
  const bars = new TaskBars(() => new TerminalBar(line));
  return {
    onProgress: (progress: Progress) => bars.update(progress),
    onEpoch: (record: EpochRecord, _: readonly EpochRecord[], planned: number) =>
      line.print(epochLine(record, planned)),
    onMessage: (text: string) => line.print(text),
    shouldStop: stopRequested,
    async end() {
      line.clear();
    },
  };
}
