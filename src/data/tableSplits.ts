import type { Subset } from './dataset';
import { subsetOf } from './subsetNames';
import { plainName } from './tableColumns';

const YES = ['true', 't', 'yes', 'y', '1', '1.0'];
const NO = ['false', 'f', 'no', 'n', '0', '0.0', ''];

/**
 * How to read the part of the split from the cells of a column: words (`split`: train, val, test), yes and no (`is_valid`,
 * `is_test`, `is_train`), or folds, of which the first is for validation.
 *
 * @param name of the column
 * @param values its cells
 * @returns a function that gives the part of a cell (undefined for none, null for an unknown word), and a note
 */
export function splitReader(
  name: string,
  values: readonly string[],
): { read: (cell: string) => Subset | undefined | null; note?: string } {
  const distinct = [...new Set(values.map((value) => value.toLowerCase()))];
  const flag = /^(?:is)?(valid|val|validation|test|train)$/.exec(plainName(name))?.[1];
  if (flag !== undefined && distinct.every((value) => YES.includes(value) || NO.includes(value))) {
    const part = subsetOf(flag)!;
    const otherwise: Subset | undefined = part === 'train' ? 'validation' : part === 'validation' ? 'train' : undefined;
    return { read: (cell) => (YES.includes(cell.toLowerCase()) ? part : otherwise) };
  }
  const words = distinct.some((value) => subsetOf(value) !== undefined);
  if (!words && /fold/.test(plainName(name))) {
    const folds = distinct.filter((value) => value !== '').sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
    if (folds.length < 2) return { read: () => undefined, note: `column '${name}' has only one fold: it is not used` };
    return {
      read: (cell) => (cell.toLowerCase() === folds[0] ? 'validation' : 'train'),
      note: `column '${name}' has ${folds.length} folds: fold ${folds[0]} is for validation, the others for training`,
    };
  }
  if (!words && OTHER_MEANINGS.includes(plainName(name)) && distinct.some((value) => value !== '')) {
    return { read: () => undefined, note: `column '${name}' says neither train, validation nor test: it is not used` };
  }
  return { read: (cell) => (cell === '' ? undefined : (subsetOf(cell) ?? null)) };
}

/** Names of columns that often say something else, such as the part of a body. */
const OTHER_MEANINGS = ['set', 'part', 'phase', 'valid'];
