import type { Progress } from '../core/listener';

/** Describes a task's progress in words, with its rate and the remaining time. */
export class Meter {
  readonly #now: () => number;
  #start: { task: string; at: number; done: number } | undefined;

  /** @param now a clock in milliseconds, for tests */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** `decode: 120 of 350 pictures (34%), 83 pictures/s, 3 s left`; rate and time from the second report on */
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

  /** `decode: 350 pictures in 4.2 s (83 pictures/s)`, or after how many it was stopped */
  summary(progress: Progress): string {
    const { task, done, total } = progress;
    const { rate, seconds } = this.#measure(progress);
    const { unit, count, rate: inWords } = wordsFor(progress.unit);
    const counts =
      done < total ? `stopped after ${count(done)} of ${count(total)} ${unit},` : `${count(done)} ${unit} in`;
    return `${task}: ${counts} ${formatSeconds(seconds)}${rate > 0 ? ` (${inWords(rate)} ${unit}/s)` : ''}`;
  }

  /** Seconds since the task's first report, and the rate since then; a new task restarts the clock. */
  #measure({ task, done }: Progress): { rate: number; seconds: number } {
    const now = this.#now();
    // what was done before the first report does not count, as its duration is unknown
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

/** How counts and rates of a unit are written: bytes as megabytes, other units unchanged. */
function wordsFor(unit: string): { unit: string; count(done: number): string; rate(perSecond: number): string } {
  if (unit !== 'bytes') return { unit, count: String, rate: formatRate };
  return { unit: 'MB', count: (bytes) => (bytes / 1e6).toFixed(1), rate: (bytes) => formatRate(bytes / 1e6) };
}

function formatRate(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : rate.toPrecision(2);
}
