import type { Listener } from '../core/listener';

/** Estimates are not exact: a part of the work is begun only if so much more than its estimate is left. */
const MARGIN = 1.15;

/** A number of seconds that work may take, of which a part is kept for what comes at the end. */
export class Budget {
  private readonly began: number;
  /** seconds that are kept for the end: the evaluation on the test pictures, and saving */
  reserve = 0;

  /**
   * @param seconds in all
   * @param now seconds on a clock that never goes back
   */
  constructor(
    readonly seconds: number,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.began = now();
  }

  /** Seconds since the beginning. */
  get spent(): number {
    return this.now() - this.began;
  }

  /** Seconds until the reserve; negative when it is used up. */
  get left(): number {
    return this.seconds - this.reserve - this.spent;
  }

  /** Whether work that takes about so many seconds would end in time. */
  fits(estimate: number): boolean {
    return MARGIN * estimate <= this.left;
  }

  /**
   * A listener that also stops the work when the time is over.
   *
   * @param ending seconds that the work takes after it was stopped
   */
  limiting<T extends Listener>(listener: T, ending = 0): T & { shouldStop: () => boolean } {
    return { ...listener, shouldStop: () => this.left <= ending || (listener.shouldStop?.() ?? false) };
  }
}
