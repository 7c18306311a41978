import { UserError } from '../../core/errors';
import { decodeAll, type Example, type Skipped } from '../../data';
import { LayerGraph } from '../../layers/layerGraph';
import { tf } from '../../tensorflow';
import { type Explained, inputOf } from './classifier';
import type { EmbeddedFeatures } from './embed';

const BATCH = 16;

/**
 * What a classifier makes of pictures before its head judges: the features to embed. Of a network that was trained as a
 * whole they are its own, no longer the backbone's.
 *
 * @param explained what `train` returned, or a backbone alone
 * @param examples pictures that cannot be read are listed and left out
 * @throws {UserError} if a network that was trained as a whole does not have the features of its backbone inside
 */
export async function pictureFeatures(
  { backbone: { entry, model: backbone }, model }: Explained,
  examples: readonly Example[],
): Promise<EmbeddedFeatures & { skipped: Skipped[] }> {
  const { features: length, preprocessing } = entry;
  const graph = new LayerGraph(model ?? backbone);
  const pooled = model ? graph.calls.find(({ shape }) => shape.join() === `${length}`)?.output : graph.output;
  if (pooled === undefined) throw new UserError(`'${model!.name}' has no layer that gives ${length} features`);
  const values = new Float32Array(examples.length * length);
  const read: Example[] = [];
  const skipped: Skipped[] = [];
  let waiting: Uint8Array[] = [];
  const compute = () => {
    if (waiting.length === 0) return;
    const rows = tf.tidy(
      () =>
        graph
          .run(inputOf(waiting, preprocessing), { from: graph.input, to: pooled, training: false })
          .dataSync() as Float32Array,
    );
    values.set(rows, (read.length - waiting.length) * length);
    waiting = [];
  };
  for await (const { example, pixels, reason } of decodeAll(examples, preprocessing)) {
    if (!pixels) {
      skipped.push({ file: example.file, reason: reason ?? 'unreadable' });
      continue;
    }
    read.push(example);
    waiting.push(pixels);
    if (waiting.length === BATCH) compute();
  }
  compute();
  return {
    values: values.subarray(0, read.length * length),
    length,
    examples: read,
    labels: Int32Array.from(read, ({ label }) => label),
    skipped,
  };
}
