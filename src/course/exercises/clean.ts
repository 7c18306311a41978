import type { ChapterValues, Exercise } from '../exercise';

/** How many of the first suspects were planted, and how many there are. */
function counts({ suspects, planted }: Required<ChapterValues>, first: number) {
  const wrong = new Set(planted);
  const looked = suspects.slice(0, first);
  return { found: looked.filter(({ file }) => wrong.has(file)).length, looked: looked.length, planted: wrong.size };
}

/** Exercises about finding wrong labels. */
export const clean: Exercise[] = [
  {
    needs: ['suspects', 'planted'],
    expected(values) {
      const { found, looked, planted } = counts(values, 20);
      const says = 'this is the proportion of the planted labels that are among them: recall';
      return {
        kind: 'number',
        unit: 'proportion',
        value: found / looked,
        mistakes: [{ value: found / planted, says }],
      };
    },
  },
  {
    needs: ['suspects', 'planted'],
    expected(values) {
      const { found, looked, planted } = counts(values, values.suspects.length);
      const says = 'this is the proportion of the suspects whose label is wrong: precision';
      return {
        kind: 'number',
        unit: 'proportion',
        value: found / planted,
        mistakes: [{ value: found / looked, says }],
      };
    },
  },
];
