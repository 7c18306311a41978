import { meanOf } from '../../metrics/mean';
import { type ChapterValues, type ComparedRun, type Exercise, oneOf } from '../exercise';

/** Exercises about how much of the network to train, and with which learning rates. */

type Runs = Required<ChapterValues>['records'];

/** The value of a run on the only axis of the chapter's comparison. */
const levelOf = ({ axes }: ComparedRun) => Object.values(axes)[0];
const named = (records: Runs, name: unknown) => records.filter((run) => levelOf(run) === name);
const accuracies = (records: Runs) => records.flatMap(({ accuracy }) => accuracy ?? []);

/** Differences in accuracy between two trainings, for the seeds that both have. */
function differences(records: Runs, name: unknown, base: unknown): number[] {
  return named(records, name).flatMap(({ seed, accuracy }) => {
    const other = named(records, base).find((run) => run.seed === seed);
    return accuracy === null || !other || other.accuracy === null ? [] : [accuracy - other.accuracy];
  });
}

/** With how many seeds one training is more accurate than another. */
function seedsWon(name: string, base: string): Exercise {
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

export const freeze: Exercise[] = [
  {
    needs: [],
    expected() {
      const head = (side: number) => side * side * 512 * 256 + 256 + 256 + 1;
      const mistakes = [
        { value: head(7), says: 'this is the head for pictures of 224 pixels' },
        { value: 3 * 3 * 512 * 256, says: 'each unit also has a bias, and the last layer has parameters, too' },
        { value: 3 * 3 * 512 * 256 + 256, says: 'the last layer has parameters, too' },
        {
          value: 512 * 256 + 256 + 256 + 1,
          says: 'Flatten keeps every position of the feature map: how many are there?',
        },
        { value: 14_714_688, says: 'these are the frozen ones' },
      ];
      return { kind: 'number', unit: 'count', value: head(3), mistakes };
    },
  },
  {
    needs: ['records'],
    expected({ records }) {
      const choices = [...new Set(records.map(levelOf))].filter((name) => name !== 'frozen').map(String);
      const value = choices.filter((name) => {
        const all = differences(records, name, 'frozen');
        return all.length > 0 && all.every((difference) => difference > 0);
      });
      return { kind: 'names', value, choices };
    },
  },
  seedsWon('last third', 'last block'),
];

export const learningRate: Exercise[] = [
  {
    needs: [],
    expected() {
      const mistakes = [
        { value: 8, says: 'from the third block to the highest there are fewer steps' },
        { value: 2, says: 'this is one block below the highest' },
      ];
      return { kind: 'number', unit: 'ratio', value: 4, mistakes };
    },
  },
  {
    needs: [],
    expected() {
      const mistakes = [
        { value: 5, says: 'these are the steps of one epoch' },
        { value: 12, says: 'an epoch has a step for each batch' },
        { value: 160 * 12, says: 'a step takes a whole batch, not one picture' },
      ];
      return { kind: 'number', unit: 'count', value: 60, mistakes };
    },
  },
  {
    needs: ['records'],
    expected({ records }) {
      const rates = [...new Set(records.map(levelOf))].map(Number);
      const mean = (rate: number) => meanOf(accuracies(named(records, rate)));
      const best = rates.reduce((a, b) => (mean(b) > mean(a) ? b : a));
      const value = meanOf(differences(records, best, Math.max(...rates)));
      const mistakes = [
        {
          value: meanOf(differences(records, best, 0)),
          says: 'this is compared with the frozen backbone: the highest rate is asked for',
        },
        { value: mean(best), says: 'this is the accuracy itself: how much higher is it?' },
      ];
      return { kind: 'number', unit: 'difference', value, mistakes };
    },
  },
];

export const variants: Exercise[] = [
  seedsWon('recipe', 'frozen'),
  {
    needs: ['records'],
    expected({ records }) {
      const seconds = (name: string) => meanOf(named(records, name).map((run) => run.seconds));
      const value = seconds('recipe') / seconds('frozen');
      const says = 'this is the difference in seconds: how many times as long does it take?';
      const mistakes = [{ value: seconds('recipe') - seconds('frozen'), says }];
      return { kind: 'number', unit: 'ratio', value, tolerance: 0.02 * value, mistakes };
    },
  },
  oneOf(['A', 'B', 'R', 'S'], 'A', 'write it on thin paper and look at it from behind'),
];
