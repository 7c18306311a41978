import { checkNumber, withDefaults } from '../core/options';
import type { PlateauOptions, ScheduleOptions } from './schedules';

/** The state of a {@link Plateau} as plain numbers, for checkpoints. */
export interface PlateauState {
  factor: number;
  best: number | null;
  wait: number;
  cooldown: number;
}

/** Lowers the learning rate when the loss stops falling, as Keras's ReduceLROnPlateau does. */
export class Plateau {
  private readonly options: Required<PlateauOptions>;
  state: PlateauState = { factor: 1, best: null, wait: 0, cooldown: 0 };

  constructor(options: PlateauOptions = {}) {
    this.options = withDefaults<Required<PlateauOptions>>("schedule 'reduce-on-plateau'", options, {
      patience: 3,
      factor: 0.1,
      minDelta: 1e-4,
      cooldown: 0,
      floor: 0,
    });
    checkNumber("schedule 'reduce-on-plateau': patience", this.options.patience, { min: 1, integer: true });
    checkNumber("schedule 'reduce-on-plateau': factor", this.options.factor, { min: 0, max: 1 });
  }

  /** The plateau of a schedule, or undefined for another schedule. */
  static of(schedule: ScheduleOptions): Plateau | undefined {
    if (typeof schedule === 'function') return undefined;
    const options = typeof schedule === 'string' ? { name: schedule } : schedule;
    if (options.name !== 'reduce-on-plateau') return undefined;
    const { name: _, ...numbers } = options;
    return new Plateau(numbers);
  }

  /** To be called after each epoch. @returns whether the rate was lowered */
  observe(loss: number): boolean {
    const { patience, factor, minDelta, cooldown, floor } = this.options;
    const { state } = this;
    if (state.cooldown > 0) {
      state.cooldown--;
      state.wait = 0;
    }
    if (state.best === null || loss < state.best - minDelta) {
      state.best = loss;
      state.wait = 0;
      return false;
    }
    if (state.cooldown > 0 || ++state.wait < patience || state.factor <= floor) return false;
    state.factor = Math.max(floor, state.factor * factor);
    state.cooldown = cooldown;
    state.wait = 0;
    return true;
  }
}
