import { UserError } from '../core/errors';

/** @throws {UserError} unless there are as many predictions as labels, and at least one; it names `caller` */
export function checkPairs(caller: string, labels: ArrayLike<number>, predictions: ArrayLike<unknown>): void {
  if (labels.length !== predictions.length) {
    throw new UserError(
      `${caller}: got ${labels.length} labels and ${predictions.length} predictions; give one prediction for each label`,
    );
  }
  if (labels.length === 0) throw new UserError(`${caller}: got no examples; give at least one`);
}

/** @throws {UserError} unless there are as many predictions as labels, and all are whole numbers of at least 0 */
export function checkClassPairs(caller: string, labels: ArrayLike<number>, predictions: ArrayLike<number>): void {
  checkPairs(caller, labels, predictions);
  for (let i = 0; i < labels.length; i++) {
    for (const [what, index] of [
      ['label', labels[i]!],
      ['prediction', predictions[i]!],
    ] as const) {
      if (Number.isInteger(index) && index >= 0) continue;
      throw new UserError(
        `${caller}: ${what} number ${i} is ${index}; give class indices, whole numbers from 0: for a row of probabilities the index of the highest`,
      );
    }
  }
}

/** @throws {UserError} unless row `position` has one value for each class */
export function checkRow(caller: string, rows: ArrayLike<ArrayLike<number>>, position: number, classes: number): void {
  const { length } = rows[position]!;
  if (length === classes) return;
  throw new UserError(
    `${caller}: row ${position} has ${length} values; every row needs one for each of ${classes} classes`,
  );
}

/**
 * The class index at `position`.
 *
 * @throws {UserError} unless it is a whole number from 0 to `classes - 1`
 */
export function checkIndex(caller: string, what: string, values: ArrayLike<number>, position: number, classes: number) {
  const index = values[position];
  if (index === undefined || !Number.isInteger(index) || index < 0 || index >= classes) {
    throw new UserError(
      `${caller}: ${what} number ${position} is ${index}; with ${classes} classes it must be a whole number from 0 to ${classes - 1}`,
    );
  }
  return index;
}
