import type { Prediction } from '../training';

/** The most probabilities that a page holds for scripts: some two megabytes. */
const MOST_PROBABILITIES = 100_000;
/** If there are more, only so many of each picture, the largest. */
const LIKELIEST = 5;
/** The most pictures whose predictions a page holds. */
const MOST_PICTURES = 20_000;

/**
 * The predictions for scripts: complete, or with the most likely classes of each and a note that says so, and of very many pictures
 * the first.
 *
 * @param all where all of them are, for the note
 */
export function predictionsForScripts(
  { predictions, classes }: { predictions: readonly Prediction[]; classes: readonly string[] },
  all: string,
): object {
  const some = predictions.slice(0, MOST_PICTURES);
  const left =
    some.length < predictions.length ? [`the first ${some.length} of ${predictions.length} predictions are here`] : [];
  if (some.length * classes.length <= MOST_PROBABILITIES) {
    return { ...(left.length > 0 && { note: `${left[0]}; all are in ${all}` }), predictions: some };
  }
  const short = `each prediction has the ${LIKELIEST} largest of its ${classes.length} probabilities, as [class, probability]`;
  return {
    note: `${[...left, short].join('; ')}; all are in ${all}`,
    predictions: some.map(({ probabilities, ...rest }) => ({
      ...rest,
      likeliest: [...probabilities.keys()]
        .sort((a, b) => probabilities[b]! - probabilities[a]!)
        .slice(0, LIKELIEST)
        .map((c) => [c, probabilities[c]]),
    })),
  };
}
