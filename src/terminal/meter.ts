import type { Progress } from '../core/listener';

/** Puts a task's progress in words, with its rate and the time left. */
export class Meter {
  readonly #now: () => number;
  #start: { task: string; at: number; done: number } | undefined;

  /** @param now a clock in milliseconds, for tests */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** `decode: 120 of 350 pictures (34%), 83 pictures/s, 3 s left`; the rate and what follows once it can be told */
  line(progress: Progress): string {
    const { task, done, total } = progress;
    const { rate } = this.#measure(progress);
    const { unit, count, rate: inWords } = wordsFor(progress.unit);
    const percent = total > 0 ? ` (${Math.floor((100 * done) / total)}%)` : '';
    const counts = total > 0 ? `${count(done)} of ${count(total)} ${unit}` : `${count(done)} ${unit}`;
    const speed = rate > 0 ? `, ${inWords(rate)} ${unit}/s` : '';
    const left = rate > 0 && total > done ? `, ${formatSeconds((total - done) / rate)} left` : '';
    return `${task}: ${counts}${percent}${speed}${left}`;
  }

  /** `decode: 350 pictures in 4.2 s (83 pictures/s)`, or how far it came */
  summary(progress: Progress): string {
    const { task, done, total } = progress;
    const { rate, seconds } = this.#measure(progress);
    const { unit, count, rate: inWords } = wordsFor(progress.unit);
    const counts =
      done < total ? `stopped after ${count(done)} of ${count(total)} ${unit},` : `${count(done)} ${unit} in`;
    return `${task}: ${counts} ${formatSeconds(seconds)}${rate > 0 ? ` (${inWords(rate)} ${unit}/s)` : ''}`;
  }

  /** Seconds since the task's first report and what was done in them per second; a new task starts anew. */
  #measure({ task, done }: Progress): { rate: number; seconds: number } {
    const now = this.#now();
    // of a task that begins anew or whose first report comes late, what came before the first report has no known time
    if (this.#start?.task !== task || done < this.#start.done) this.#start = { task, at: now, done };
    const seconds = (now - this.#start.at) / 1000;
    return { seconds, rate: seconds > 0 ? (done - this.#start.done) / seconds : 0 };
  }
}

/** `0.4 s`, `12 s`, `2 min 05 s`, `1 h 02 min` */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** How counts of a unit and their rates are written: bytes as megabytes, all else as it is. */
function wordsFor(unit: string): { unit: string; count(done: number): string; rate(perSecond: number): string } {
  if (unit !== 'bytes') return { unit, count: String, rate: formatRate };
  return { unit: 'MB', count: (bytes) => (bytes / 1e6).toFixed(1), rate: (bytes) => formatRate(bytes / 1e6) };
}

function formatRate(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : rate.toPrecision(2);
}
