import type { EndingListener, EpochRecord, Progress } from '../core/listener';
import { stopRequested } from '../core/stop';
import { epochLine } from './epochLine';
import { TerminalBar } from './progressBar';
import { TaskBars } from './taskBars';
import { type Output, TerminalLine } from './terminalLine';

/**
 * Shows training on a terminal: the running task in a line that is redrawn in place, and a line for each epoch.
 *
 * @param output standard error unless told, so that results on standard output stay clean
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
