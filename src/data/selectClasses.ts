import { UserError } from '../core/errors';
import type { Dataset } from './dataset';

/**
 * Select some classes of a dataset. Labels become indices into the given list.
 *
 * @param classes names of at least two classes, each once
 * @throws {UserError} when there are fewer than two classes, one is named twice, or the dataset does not have one
 *
 * @example
 * ```ts
 * import { imageFolder, selectClasses } from 'tunebook';
 *
 * const dataset = selectClasses(imageFolder('photos'), ['tree', 'cat']);
 * dataset.classes; // => [ 'tree', 'cat' ]
 * dataset.examples.length; // => 16
 * ```
 */
export function selectClasses(dataset: Dataset, classes: readonly string[]): Dataset {
  const unknown = classes.find((name) => !dataset.classes.includes(name));
  if (unknown !== undefined)
    throw new UserError(`selectClasses: unknown class '${unknown}'; the classes are ${dataset.classes.join(', ')}`);
  if (new Set(classes).size !== classes.length || classes.length < 2)
    throw new UserError(`selectClasses: expected two classes or more, each once, got ${classes.join(', ') || 'none'}`);
  const labels = new Map(classes.map((name, label) => [dataset.classes.indexOf(name), label]));
  return {
    ...dataset,
    classes: [...classes],
    examples: dataset.examples.flatMap((example) => {
      const label = labels.get(example.label);
      return label === undefined ? [] : [{ ...example, label }];
    }),
  };
}
