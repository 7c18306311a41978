import { embed } from '../../analysis/explain';
import type { Listener } from '../../core/listener';
import { extractFeatures } from '../../features';
import type { ShownRun } from '../shownRun';

/** A validation picture as a point. */
export interface Point {
  /** from 0 to 1 */
  x: number;
  /** from 0 to 1 */
  y: number;
  /** index of its prediction */
  row: number;
  /** index of its class */
  label: number;
  /** whether it is misclassified */
  wrong: boolean;
}

/** The validation pictures that can be shown as points in a square of side 1, with the row of each among the predictions. */
export async function pointsOf(
  run: ShownRun,
  { embedding, seed, listener }: { embedding: 'pca' | 'umap'; seed: number; listener: Listener },
): Promise<Point[]> {
  if (run.validation.length < 3) return [];
  const { values, length, examples } = await extractFeatures(run.network, run.validation, { listener });
  if (examples.length < 3) return [];
  const found = embed(values, length, { method: embedding, seed });
  const rowOf = new Map(run.predictions.map(({ file }, row) => [file, row]));
  const scale = (key: 'x' | 'y') => {
    const all = found.map((point) => point[key]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return (value: number) => (high > low ? (value - low) / (high - low) : 0.5);
  };
  const [x, y] = [scale('x'), scale('y')];
  return found.flatMap((point, i) => {
    const row = rowOf.get(examples[i]!.file);
    if (row === undefined) return [];
    const { label, predicted } = run.predictions[row]!;
    return [{ x: x(point.x), y: y(point.y), row, label, wrong: label !== predicted }];
  });
}
