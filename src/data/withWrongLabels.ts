import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { Random } from '../core/random';
import type { Example } from './dataset';

/** Options of {@link withWrongLabels}. */
export interface WrongLabelsOptions {
  /** Part of the pictures that get another class, from 0 to 1. Default: 0.1. */
  part?: number;
  /** Decides which pictures, and which class each gets. Default: 0. */
  seed?: number;
}

/**
 * The same pictures, some of them with another class, drawn evenly from all others: to see what wrong labels cost, and which training
 * stands them (Zhang et al. 2017, Understanding Deep Learning Requires Rethinking Generalization). Give it training pictures only: a
 * model is evaluated with true labels. {@link plantMistakes} writes such pictures to a folder.
 *
 * @param examples labelled pictures, which are not changed
 * @param classes number of classes, at least 2
 * @returns as many examples, in the same order
 * @throws {UserError} on an unknown option, a part out of range, fewer than 2 classes, or a label that is none of them
 *
 * @example
 * ```ts
 * import { data, imageFolder } from 'tunebook';
 *
 * const { classes, examples } = imageFolder('photos'); // 24 pictures
 * const noisy = data.withWrongLabels(examples, classes.length, { part: 0.25 });
 * noisy.filter(({ label }, i) => label !== examples[i]?.label).length; // => 6
 * ```
 */
export function withWrongLabels(
  examples: readonly Example[],
  classes: number,
  options?: WrongLabelsOptions,
): Example[] {
  const { part, seed } = withDefaults('withWrongLabels', options, { part: 0.1, seed: 0 });
  checkNumber('withWrongLabels: part', part, { min: 0, max: 1 });
  checkNumber('withWrongLabels: classes', classes, { min: 2, integer: true });
  const odd = examples.find(({ label }) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (odd) {
    throw new UserError(
      `withWrongLabels: '${odd.file}' has the label ${odd.label}; with ${classes} classes labels are 0 to ${classes - 1}`,
    );
  }
  const random = new Random(seed, 'wrong labels');
  const wrong = new Set(random.shuffled([...examples.keys()]).slice(0, Math.round(part * examples.length)));
  return examples.map((example, i) =>
    wrong.has(i) ? { ...example, label: anotherClass(example.label, classes, random) } : example,
  );
}

/** One of the other classes, each as likely. */
export const anotherClass = (label: number, classes: number, random: Random): number =>
  (label + 1 + random.integer(classes - 1)) % classes;
