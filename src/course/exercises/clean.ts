import type { Exercise } from '../exercise';

/** The question for one of two proportions of the same wrong labels; a usual mistake is to divide by what the other is about. */
function proportion(first: number, of: 'looked' | 'planted', says: string): Exercise {
  return {
    needs: ['suspects', 'planted'],
    expected({ suspects, planted }) {
      const wrong = new Set(planted);
      const looked = suspects.slice(0, first);
      const found = looked.filter(({ file }) => wrong.has(file)).length;
      const [precision, recall] = [found / looked.length, found / wrong.size];
      const [value, other] = of === 'looked' ? [precision, recall] : [recall, precision];
      return { kind: 'number', unit: 'proportion', value, mistakes: [{ value: other, says }] };
    },
  };
}

/** Exercises about finding wrong labels. */
export const clean: Exercise[] = [
  proportion(20, 'looked', 'this is the proportion of the planted labels that are among them: recall'),
  proportion(
    Number.POSITIVE_INFINITY,
    'planted',
    'this is the proportion of the suspects whose label is wrong: precision',
  ),
];
