import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';

/** The position of a step in a training. */
export interface StepPosition {
  /** The number of the step, 0 for the first. */
  step: number;
  /** All steps of the training. */
  steps: number;
  /** The steps of one epoch. */
  stepsPerEpoch: number;
}

/** A function from the position of a step to the factor that the learning rates are multiplied by. */
export type Schedule = (position: StepPosition) => number;

/** The name of a learning rate schedule. */
export type ScheduleName = 'constant' | 'cosine' | 'one-cycle' | 'step' | 'exponential' | 'reduce-on-plateau';

/**
 * The schedules of the learning rate that `fit` and `train` know.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.scheduleNames.slice(0, 4); // => [ 'constant', 'cosine', 'one-cycle', 'step' ]
 * ```
 */
export const scheduleNames: readonly ScheduleName[] = [
  ...(['constant', 'cosine', 'one-cycle', 'step', 'exponential', 'reduce-on-plateau'] as const),
];

/** Options of the schedule 'reduce-on-plateau', which lowers the rate when the validation loss no longer falls (as in Keras). */
export interface PlateauOptions {
  /** Epochs without improvement before the rate is lowered. Default: 3. */
  patience?: number;
  /** The factor that the rate is multiplied by, from 0 to 1. Default: 0.1. */
  factor?: number;
  /** A smaller improvement than this does not count. Default: 0.0001. */
  minDelta?: number;
  /** Epochs after a reduction that are not counted. Default: 0. */
  cooldown?: number;
  /** The lowest rate, as a part of the first one. Default: 0. */
  floor?: number;
}

/** A learning rate that does not change. */
export interface ConstantSchedule {
  /** Which schedule. */
  name: 'constant';
}

/** A learning rate that falls along half a cosine wave (Loshchilov and Hutter 2017, SGDR, without restarts). */
export interface CosineSchedule {
  /** Which schedule. */
  name: 'cosine';
  /** The part of the rate that is left at the end. Default: 0. */
  floor?: number;
}

/** A learning rate that rises to its peak and falls again (Smith 2018; cosine arcs as in fastai). */
export interface OneCycleSchedule {
  /** Which schedule. */
  name: 'one-cycle';
  /** The part of training in which the rate rises, from 0.01 to 0.99. Default: 0.25. */
  rise?: number;
  /** The rate at the beginning, as a part of the peak. Default: 1/25. */
  start?: number;
  /** The rate at the end, as a part of the peak. Default: 0.00001. */
  end?: number;
}

/** A learning rate that is lowered in steps. */
export interface StepSchedule {
  /** Which schedule. */
  name: 'step';
  /** The factor of each step. Default: 0.1. */
  factor?: number;
  /** Epochs between two steps, 1 or more. Default: 10. */
  every?: number;
}

/** A learning rate that falls by the same factor in each epoch, in a smooth curve. */
export interface ExponentialSchedule {
  /** Which schedule. */
  name: 'exponential';
  /** The factor of one epoch. Default: 0.95. */
  factor?: number;
}

/** The schedule 'reduce-on-plateau' with its options. */
export interface PlateauSchedule extends PlateauOptions {
  /** Which schedule. */
  name: 'reduce-on-plateau';
}

/** How the learning rate changes during training: a name, a name with options, or a function of the step. */
export type ScheduleOptions =
  | ScheduleName
  | ConstantSchedule
  | CosineSchedule
  | OneCycleSchedule
  | StepSchedule
  | ExponentialSchedule
  | PlateauSchedule
  | Schedule;

const cosineFrom = (from: number, to: number, part: number) => to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;

/**
 * The schedule with this name and these options. 'reduce-on-plateau' is constant here: `Plateau` changes the rate between epochs.
 *
 * @throws {UserError} on an unknown name or option
 */
export function buildSchedule(options: ScheduleOptions): Schedule {
  if (typeof options === 'function') return options;
  const { name, ...numbers } = typeof options === 'string' ? { name: options } : options;
  const filled = <T extends object>(defaults: T): T =>
    withDefaults(`schedule '${name}'`, numbers as Partial<T>, defaults);
  switch (name) {
    case 'constant':
    case 'reduce-on-plateau':
      return () => 1;
    case 'cosine': {
      const { floor } = filled({ floor: 0 });
      return ({ step, steps }) => cosineFrom(1, floor, Math.min(1, step / steps));
    }
    case 'one-cycle': {
      const { rise, start, end } = filled({ rise: 0.25, start: 1 / 25, end: 1e-5 });
      checkNumber("schedule 'one-cycle': rise", rise, { min: 0.01, max: 0.99 });
      return ({ step, steps }) => {
        const part = Math.min(1, step / steps);
        return part < rise ? cosineFrom(start, 1, part / rise) : cosineFrom(1, end, (part - rise) / (1 - rise));
      };
    }
    case 'step': {
      const { factor, every } = filled({ factor: 0.1, every: 10 });
      checkNumber("schedule 'step': every", every, { min: 1 });
      return ({ step, stepsPerEpoch }) => factor ** Math.floor(step / stepsPerEpoch / every);
    }
    case 'exponential': {
      const { factor } = filled({ factor: 0.95 });
      return ({ step, stepsPerEpoch }) => factor ** (step / stepsPerEpoch);
    }
    default:
      throw new UserError(`unknown schedule '${String(name)}'; the schedules are ${scheduleNames.join(', ')}`);
  }
}

/**
 * A linear warm-up over the first steps (Goyal et al. 2017), followed by another schedule over the remaining steps.
 *
 * @param steps number of steps of the warm-up; as in Keras the first of them has the rate 0
 */
export function warmUp(schedule: Schedule, steps: number): Schedule {
  return (position) => {
    if (position.step < steps) return position.step / steps;
    return schedule({ ...position, step: position.step - steps, steps: Math.max(1, position.steps - steps) });
  };
}
