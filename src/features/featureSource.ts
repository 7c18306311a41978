import type { Example } from '../data';
import { tf } from '../tensorflow';
import type { BatchSource } from './batchSource';
import type { Features } from './features';

/** Features to train a head on: rows of one extraction after those of another. */
export interface FeatureSource extends BatchSource {
  /** which picture each row is of */
  readonly examples: readonly Example[];
}

/**
 * The rows of some examples in each of several extractions (the pictures themselves, then augmented views of them). Nothing
 * is copied. Examples without a row (unreadable pictures) are left out.
 */
export function featureSource(extractions: readonly Features[], examples: readonly Example[]): FeatureSource {
  const rows = extractions.flatMap((features) => {
    const rowOf = new Map(features.examples.map(({ file }, row) => [file, row]));
    return examples.flatMap((example) => {
      const row = rowOf.get(example.file);
      return row === undefined ? [] : [{ features, row, example }];
    });
  });
  const { length } = extractions[0]!;
  const labels = Int32Array.from(rows, ({ features, row }) => features.labels[row]!);
  return {
    size: rows.length,
    shape: [length],
    labels,
    examples: rows.map(({ example }) => example),
    batch: (chosen) => {
      const values = new Float32Array(chosen.length * length); // a new one each time: TensorFlow may keep using it
      for (const [i, index] of chosen.entries()) {
        const { features, row } = rows[index]!;
        values.set(features.rows.get(row), i * length);
      }
      const y = Int32Array.from(chosen, (index) => labels[index]!);
      return { x: tf.tensor2d(values, [chosen.length, length]), y: tf.tensor1d(y, 'int32') };
    },
  };
}
