/** Milliseconds between two measurements: asking the operating system takes longer than a training step of a small head. */
const PAUSE = 20;

/** The largest resident memory of the process so far, in bytes, measured at most every 20 milliseconds. */
export class MemoryPeak {
  bytes = 0;
  private next = Number.NEGATIVE_INFINITY;

  /** Measure now, unless that was done just before. */
  measure(): void {
    const now = performance.now();
    if (now < this.next) return;
    this.next = now + PAUSE;
    this.bytes = Math.max(this.bytes, process.memoryUsage.rss());
  }
}
