import { counted, formatShare } from '../core/text';
import { LEAST_PICTURES, type PictureSlices } from '../runs/slices';
import type { Prediction } from '../training';
import type { Section } from './figures';

/** The most slices that are shown. */
const SHOWN = 12;
/** A slice whose adjusted p value is below this is said to differ from the others. */
const LEVEL = 0.05;

/**
 * The slices of the lowest accuracy, and those that differ from all other pictures by more than chance.
 *
 * @param what was predicted, such as 'validation pictures'
 */
export function sliceSections(
  { slices, sample }: Omit<PictureSlices, 'members'>,
  predictions: readonly Prediction[],
  what: string,
): Section[] {
  if (slices.length === 0) return [];
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const all = right / predictions.length;
  const sampled = sample
    ? ` Size, shape and brightness are of ${sample.opened} of the ${sample.pictures} pictures.`
    : '';
  const grouped = slices.some(({ groups, total }) => groups < total) ? ' The intervals allow for groups.' : '';
  const different = slices.filter(({ adjusted }) => adjusted < LEVEL).length;
  const found =
    different === 0
      ? 'none of them differs from the other pictures by more than chance may explain'
      : `${different} of them ${different === 1 ? 'differs' : 'differ'} from the other pictures by more than chance may explain`;
  const rows = slices
    .slice(0, SHOWN)
    .map(({ by, slice, accuracy, low, high, baseline, total, adjusted }) => [
      ...[by, slice, formatShare(accuracy), `${formatShare(low)} to ${formatShare(high)}`, String(total)],
      ...[formatShare(baseline), adjusted < 0.001 ? 'below 0.001' : adjusted.toFixed(3)],
      adjusted < LEVEL ? (accuracy < all ? 'lower' : 'higher') : 'may be chance',
    ]);
  return [
    {
      heading: 'Accuracy on slices',
      words:
        `Accuracy on parts of the ${what}: ${slices.length > SHOWN ? `the lowest ${SHOWN} of ` : ''}${counted(slices.length, 'slice')} of at least ${LEAST_PICTURES} pictures, beside the overall accuracy of ${formatShare(all)}; the baseline is to predict the most frequent class of the slice always.${grouped} ` +
        `Among many slices, some are low by chance. So each is compared with all other pictures (Fisher's exact test), and the p value is adjusted for all ${slices.length} comparisons (Benjamini and Hochberg 1995): ${found}.${sampled}`,
      table: {
        header: ['slice by', 'slice', 'accuracy', '95% interval', 'pictures', 'baseline', 'adjusted p', ''],
        rows,
        numbers: [false, false, true, true, true, true, true, false],
      },
    },
  ];
}
