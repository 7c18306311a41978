import { meanOf } from '../../metrics/mean';
import { type ChapterValues, type Exercise, oneOf } from '../exercise';
import { betterWithEverySeed, differences, meanGain, seedsWon } from './records';

/** Exercises about comparisons: of networks, of recipes over seeds, of a study. */

interface Probe {
  backbone: string;
  'probe accuracy': number;
  'probe low': number;
  'probe high': number;
}

export const chooseAModel: Exercise[] = [
  {
    needs: [],
    expected() {
      const inputs = 7 * 7 * 512; // VGG16's features, flattened
      const head = (units: number) => inputs * units + units + units + 1;
      const mistakes = [
        { value: head(256), says: 'this is the head with 256 units' },
        { value: inputs * 128, says: 'each unit also has a bias, and the last layer has parameters, too' },
        { value: inputs * 128 + 128, says: 'the last layer has parameters, too' },
        { value: inputs * 128 + 128 + 128, says: 'the last layer has a bias, too' },
      ];
      return { kind: 'number', unit: 'count', value: head(128), mistakes };
    },
  },
  {
    needs: ['comparison'],
    expected({ comparison }) {
      const rows = comparison.table.objects() as Probe[];
      const most = Math.max(...rows.map((row) => row['probe accuracy']));
      const value = rows.filter((row) => row['probe low'] <= most && row['probe high'] >= most);
      return {
        kind: 'names',
        value: value.map(({ backbone }) => backbone),
        choices: rows.map(({ backbone }) => backbone),
      };
    },
  },
];

export const augment: Exercise[] = [
  meanGain('real posters', 'colours', 'none'),
  seedsWon('mirrored', 'none'),
  oneOf(
    ['rotation', 'brightness', 'hue', 'zoom'],
    'hue',
    'a lamp is still red or green then: which change makes one look like the other?',
  ),
];

/** The epoch after which early stopping would end a training: `patience` epochs without a lower validation loss. */
function stopAfter({ history }: Required<ChapterValues>['overfitted'], patience: number) {
  let best = { epoch: 0, loss: Number.POSITIVE_INFINITY };
  for (const { epoch, validationLoss = 0 } of history) {
    if (validationLoss < best.loss) best = { epoch, loss: validationLoss };
    else if (epoch - best.epoch >= patience) return { end: epoch, best: best.epoch };
  }
  return { end: history.at(-1)!.epoch, best: best.epoch };
}

export const regularize: Exercise[] = [
  {
    needs: ['overfitted'],
    expected({ overfitted }) {
      const { end, best } = stopAfter(overfitted, 2);
      const mistakes = [{ value: best, says: 'the weights of this epoch are kept, but training goes on for a while' }];
      return { kind: 'number', unit: 'count', value: end, mistakes };
    },
  },
  {
    needs: ['records'],
    expected({ records }) {
      const value = meanOf(differences(records, 'early stopping', 'none', 'loss'));
      return { kind: 'number', unit: 'difference', value };
    },
  },
  betterWithEverySeed('none'),
];

interface StudyRun {
  head: string;
  dropout: number;
  seed: number;
  accuracy: number;
}

export const ablation: Exercise[] = [
  {
    needs: [],
    expected() {
      const mistakes = [
        { value: 3 ** 3 - 7, says: 'this is the number of configurations: each is trained with 5 seeds' },
        { value: 3 ** 3 * 5, says: 'these are all trainings of the grid' },
        { value: 7 * 5, says: 'these are the trainings that are left' },
        { value: (3 ** 3 - 9) * 5, says: 'the baseline is in all three axes, but trained only once' },
      ];
      return { kind: 'number', unit: 'count', value: (3 ** 3 - 7) * 5, mistakes };
    },
  },
  {
    needs: ['heads'],
    expected({ heads }) {
      const runs = (heads.runs.objects() as StudyRun[]).filter(({ head }) => head === 'linear');
      const accuracy = (seed: number, rate: number) =>
        runs.find((run) => run.seed === seed && run.dropout === rate)?.accuracy ?? 0;
      const seeds = [...new Set(runs.map(({ seed }) => seed))];
      const better = seeds.filter((seed) => accuracy(seed, 0.5) > accuracy(seed, 0)).length;
      return { kind: 'number', unit: 'count', value: better };
    },
  },
];
