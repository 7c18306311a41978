import { groupedAccuracy, wilsonInterval } from '../../metrics';
import { baselineOf } from '../../metrics/baseline';
import type { Prediction } from '../../training';
import type { Exercise } from '../exercise';

/** Exercises about one training: the quick start, monitoring, your own photos. */

const countOf = <T>(values: readonly T[], is: (value: T) => boolean) => values.filter(is).length;
const isRight = ({ label, predicted }: Prediction) => label === predicted;
const confidence = ({ probabilities, predicted }: Prediction) => probabilities[predicted]!;

/** The proportion of pictures of each class for which `right` holds, where `of` names the class; infinite without pictures, so that such a class is never the lowest. */
function shares(classes: number, predictions: readonly Prediction[], of: 'label' | 'predicted') {
  return Array.from({ length: classes }, (_, at) => {
    const all = predictions.filter((each) => each[of] === at);
    return all.length > 0 ? countOf(all, isRight) / all.length : Number.POSITIVE_INFINITY;
  });
}

const lowest = (names: readonly string[], values: readonly number[]) =>
  names.filter((_, at) => values[at] === Math.min(...values));

export const quickStart: Exercise[] = [
  {
    needs: ['run'],
    expected({ run: { split, predictions, classes } }) {
      const train = baselineOf(split.train.map(({ label }) => label));
      const value = countOf(predictions, ({ label }) => label === train.class) / predictions.length;
      const mistakes = [
        {
          value: 1 / classes.length,
          says: 'this is for guessing each class equally often: are the classes equally large?',
        },
        {
          value: train.accuracy,
          says: 'this is the proportion among the training pictures: on which are models compared?',
        },
      ];
      return { kind: 'number', unit: 'proportion', value, tolerance: 0.001, mistakes };
    },
  },
  {
    needs: ['run'],
    expected({ run: { predictions, classes } }) {
      const values = lowest(classes, shares(classes.length, predictions, 'label'));
      const says =
        'of the pictures predicted as this class the fewest belong to it: that is precision. Read along its row';
      const mistakes = lowest(classes, shares(classes.length, predictions, 'predicted')).map((value) => ({
        value,
        says,
      }));
      return { kind: 'text', values, choices: classes, mistakes };
    },
  },
  {
    needs: ['run'],
    expected({ run: { history } }) {
      const best = (of: (at: number) => number) =>
        history.reduce((found, _, at) => (of(at) < of(found) ? at : found), 0);
      const at = best((i) => history[i]!.validationLoss ?? Number.POSITIVE_INFINITY);
      const mistakes = [
        {
          value: best((i) => -(history[i]!.validationAccuracy ?? 0)),
          says: 'there the accuracy is highest: look at the loss',
        },
        { value: best((i) => history[i]!.loss), says: 'there the training loss is lowest: which pictures decide?' },
      ].map(({ value, says }) => ({ value: history[value]!.epoch, says }));
      return { kind: 'number', unit: 'count', value: history[at]!.epoch, mistakes };
    },
  },
];

export const monitor: Exercise[] = [
  {
    needs: ['run'],
    expected({ run: { predictions } }) {
      const sure = predictions.filter((each) => confidence(each) >= 0.9);
      const mistakes = [
        { value: sure.length, says: 'these are all predictions of that confidence: how many of them are wrong?' },
        { value: countOf(sure, isRight), says: 'these are the right ones' },
        { value: predictions.length - countOf(predictions, isRight), says: 'these are all wrong predictions' },
      ];
      return { kind: 'number', unit: 'count', value: sure.length - countOf(sure, isRight), mistakes };
    },
  },
  {
    needs: ['run'],
    expected({ run: { predictions, classes } }) {
      const counts = new Map<string, number>();
      for (const each of predictions.filter((one) => !isRight(one))) {
        const key = `${each.label} ${each.predicted}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const most = Math.max(0, ...counts.values());
      const values = [...counts].flatMap(([key, count]): [string, string][] => {
        const [label = 0, predicted = 0] = key.split(' ').map(Number);
        return count === most ? [[classes[label]!, classes[predicted]!]] : [];
      });
      return { kind: 'pair', values, choices: classes };
    },
  },
  {
    needs: ['run'],
    expected({ run: { predictions } }) {
      const right = predictions.map(isRight);
      const width = ({ low, high }: { low: number; high: number }) => high - low;
      const grouped = groupedAccuracy(
        right,
        predictions.map(({ group }) => group),
      );
      const single = wilsonInterval(countOf(right, Boolean), right.length);
      return { kind: 'number', unit: 'ratio', value: width(grouped) / width(single), tolerance: 0.06 };
    },
  },
];

export const ownPhotos: Exercise[] = [
  {
    needs: ['run'],
    expected({ run: { test } }) {
      const predictions = test?.predictions ?? [];
      const right = countOf(predictions, isRight);
      const mistakes = [{ value: right, says: 'these are the right ones' }];
      return { kind: 'number', unit: 'count', value: predictions.length - right, mistakes };
    },
  },
  {
    needs: ['run'],
    expected({ run: { accuracy, test } }) {
      const predictions = test?.predictions ?? [];
      return {
        kind: 'number',
        unit: 'difference',
        value: accuracy - countOf(predictions, isRight) / predictions.length,
      };
    },
  },
];
