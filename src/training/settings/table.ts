import { basicRows } from './rows/basics';
import { networkRows } from './rows/network';
import { optimizationRows } from './rows/optimization';
import { regularizationRows } from './rows/regularization';
import { transferRows } from './rows/transfer';
import type { Setting } from './setting';
import type { TrainSettings } from './types';

/**
 * Every setting of a training: default, range or choices, one sentence, and the chapter that teaches it, in the order of the
 * course. `train`, `fit`, the command line, studies, reports and docs/settings.md all read this table.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * const { default: usual, min, max } = training.settingsTable.dropout;
 * [usual, min, max]; // => [ 0.2, 0, 0.99 ]
 * ```
 */
export const settingsTable: { readonly [Name in keyof TrainSettings]: Readonly<Setting<TrainSettings[Name]>> } = {
  ...basicRows,
  ...networkRows,
  ...regularizationRows,
  ...optimizationRows,
  ...transferRows,
};
