import { meanOf } from '../../metrics/mean';
import { type Exercise, oneOf } from '../exercise';
import { betterWithEverySeed, differences, levelOf, named, type Runs, seedsWon } from './records';

/** Exercises about how much of the network to train, and with which learning rates. */

const accuracies = (records: Runs) => records.flatMap(({ accuracy }) => accuracy ?? []);

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
  betterWithEverySeed('frozen'),
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
      const seconds = (name: string) => meanOf(named(records, name).flatMap((run) => run.seconds ?? []));
      const value = seconds('recipe') / seconds('frozen');
      const says = 'this is the difference in seconds: how many times as long does it take?';
      const mistakes = [{ value: seconds('recipe') - seconds('frozen'), says }];
      return { kind: 'number', unit: 'ratio', value, tolerance: 0.02 * value, mistakes };
    },
  },
  oneOf(['A', 'B', 'R', 'S'], 'A', 'write it on thin paper and look at it from behind'),
];
