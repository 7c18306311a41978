import { UserError } from '../core/errors';
import type { Dataset } from './dataset';

/**
 * The part of a dataset that is of some classes only, labelled anew in the order in which they are named.
 *
 * @throws {UserError} on fewer than two classes, one named twice, or one that the dataset does not have
 */
export function selectClasses(dataset: Dataset, classes: readonly string[]): Dataset {
  const unknown = classes.find((name) => !dataset.classes.includes(name));
  if (unknown !== undefined)
    throw new UserError(`selectClasses: no class '${unknown}'; the classes are ${dataset.classes.join(', ')}`);
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
