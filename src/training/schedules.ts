import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';

/** Where training stands when a step begins. */
export interface StepPosition {
  /** 0 for the first step */
  step: number;
  /** steps planned in all */
  steps: number;
  /** steps in each epoch */
  stepsPerEpoch: number;
}

/** What the learning rates are multiplied by at a step. */
export type Schedule = (position: StepPosition) => number;

export const scheduleNames = ['constant', 'cosine', 'one-cycle', 'step', 'exponential', 'reduce-on-plateau'] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** Numbers of 'reduce-on-plateau'. */
export interface PlateauOptions {
  /** epochs without improvement before the rate falls; default 3 */
  patience?: number;
  /** what it is multiplied by; default 0.1 */
  factor?: number;
  /** a smaller improvement counts as none; default 1e-4 */
  minDelta?: number;
  /** epochs after a fall in which none is counted; default 0 */
  cooldown?: number;
  /** the rate falls to this part of the first at most; default 0 */
  floor?: number;
}

/** How the learning rate moves: a name, a name with numbers, or a function of the step. */
export type ScheduleOptions =
  | ScheduleName
  | { name: 'constant' }
  /** `floor`: part of the rate that is left at the end; default 0 */
  | { name: 'cosine'; floor?: number }
  /** `rise`: part of training in which the rate rises, default 0.25; `start` and `end`: parts of the peak, 1/25 and 1e-5 */
  | { name: 'one-cycle'; rise?: number; start?: number; end?: number }
  /** `factor` (0.1) at every `every` epochs (10) */
  | { name: 'step'; factor?: number; every?: number }
  /** `factor` (0.95) an epoch, in a smooth curve */
  | { name: 'exponential'; factor?: number }
  | ({ name: 'reduce-on-plateau' } & PlateauOptions)
  | Schedule;

const cosineFrom = (from: number, to: number, part: number) => to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;

/**
 * The schedule that was asked for. 'reduce-on-plateau' is constant here: it moves between epochs, see `Plateau`.
 *
 * cosine: Loshchilov and Hutter 2017 (SGDR, without restarts). one-cycle: Smith 2018, with fastai's cosine arcs.
 *
 * @throws {UserError} on an unknown name or number
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
 * Rise in a straight line to the full rate over the first steps (Goyal et al. 2017), then follow another schedule through
 * what is left.
 *
 * @param steps of the rise; as in Keras the first of them has the rate 0
 */
export function warmUp(schedule: Schedule, steps: number): Schedule {
  return (position) => {
    if (position.step < steps) return position.step / steps;
    return schedule({ ...position, step: position.step - steps, steps: Math.max(1, position.steps - steps) });
  };
}
