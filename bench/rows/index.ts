import type { Row } from '../row';
import { decodeRow } from './decode';
import { forwardRows } from './forward';
import { lowPrecisionRow } from './lowPrecision';
import { memoryRow } from './memory';
import { photoRows } from './photos';
import { serveRow } from './serve';
import { stepRows } from './step';

/** The rows of the table, in order. */
export const rows: readonly Row[] = [
  ...forwardRows,
  ...stepRows,
  ...photoRows,
  lowPrecisionRow,
  decodeRow,
  serveRow,
  memoryRow,
];
