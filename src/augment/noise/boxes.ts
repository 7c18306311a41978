import type { CropBox } from '../../data';
import { tf } from '../../tensorflow';

/**
 * A mask that is true inside the box of each picture.
 *
 * @param boxes one for each picture, in whole pixels; a box of width 0 is empty
 * @returns [batch, height, width, 1], bool
 */
export function boxMask(boxes: readonly CropBox[], height: number, width: number): tf.Tensor4D {
  return tf.tidy(() => {
    const column = (values: number[]) => tf.tensor4d(values, [boxes.length, 1, 1, 1]);
    const rows = tf.range(0, height).reshape([1, height, 1, 1]);
    const columns = tf.range(0, width).reshape([1, 1, width, 1]);
    const inRows = rows
      .greaterEqual(column(boxes.map(({ top }) => top)))
      .logicalAnd(rows.less(column(boxes.map((box) => box.top + box.height))));
    const inColumns = columns
      .greaterEqual(column(boxes.map(({ left }) => left)))
      .logicalAnd(columns.less(column(boxes.map((box) => box.left + box.width))));
    return inRows.logicalAnd(inColumns) as tf.Tensor4D;
  });
}
