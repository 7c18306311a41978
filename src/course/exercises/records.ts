import { meanOf } from '../../metrics/mean';
import type { ChapterValues, ComparedRun, Exercise } from '../exercise';

/** What exercises ask of a chapter's comparison: its records, seed by seed. */
export type Runs = Required<ChapterValues>['records'];

/** The value of a run on the only axis of the chapter's comparison. */
export const levelOf = ({ axes }: ComparedRun) => Object.values(axes)[0];
/** The runs of one training. */
export const named = (records: Runs, name: unknown) => records.filter((run) => levelOf(run) === name);

/** Differences in a measure between two trainings, for the seeds that both have. */
export function differences(
  records: Runs,
  name: unknown,
  base: unknown,
  measure: 'accuracy' | 'loss' = 'accuracy',
): number[] {
  return named(records, name).flatMap(({ seed, [measure]: own }) => {
    const other = named(records, base).find((run) => run.seed === seed)?.[measure];
    return typeof own !== 'number' || typeof other !== 'number' ? [] : [own - other];
  });
}

/** How much more accurate one training is than another. @param insteadOf a third one with which it may be compared by mistake */
export function meanGain(name: string, base: string, insteadOf: string): Exercise {
  return {
    needs: ['records'],
    expected({ records }) {
      const says = `this is compared with '${insteadOf}': '${base}' is asked for`;
      const mistakes = [{ value: meanOf(differences(records, name, insteadOf)), says }];
      return {
        kind: 'number',
        unit: 'difference',
        value: meanOf(differences(records, name, base)),
        tolerance: 0.001,
        mistakes,
      };
    },
  };
}

/** With how many seeds one training is more accurate than another. */
export function seedsWon(name: string, base: string): Exercise {
  return {
    needs: ['records'],
    expected({ records }) {
      const all = differences(records, name, base);
      const value = all.filter((difference) => difference > 0).length;
      const lost = all.filter((difference) => difference < 0).length;
      const says = `this is how often '${base}' is the more accurate one`;
      return { kind: 'number', unit: 'count', value, mistakes: lost === value ? [] : [{ value: lost, says }] };
    },
  };
}

/** Which trainings have a better value than the baseline with every seed: a list of their names. */
export function betterWithEverySeed(base: string, measure: 'accuracy' | 'loss' = 'accuracy'): Exercise {
  return {
    needs: ['records'],
    expected({ records }) {
      const choices = [...new Set(records.map(levelOf))].filter((name) => name !== base).map(String);
      const sign = measure === 'loss' ? -1 : 1;
      const value = choices.filter((name) => {
        const all = differences(records, name, base, measure);
        return all.length > 0 && all.every((difference) => sign * difference > 0);
      });
      return { kind: 'names', value, choices };
    },
  };
}
