/**
 * How long augmentation takes, compared with a forward pass of EfficientNet-Lite0 at 224 pixels, on this machine.
 *
 *     npm run build && node dist/bench/augment.js [--all]
 *
 * In training, augmentation takes bytes from the decoder and returns bytes for the network; the lines "bytes to bytes" measure this. The
 * other lines start and end with tensors. Forward passes and augmentations are measured in turn, so that a busy machine slows both. `--all`
 * adds a table of every operation, from tensors to tensors.
 */
import { augmentationCost, augmentationPresets, augmentPictures } from '../src/augment';
import { loadBackbone } from '../src/models';
import { tf } from '../src/tensorflow';
import { compileForward } from '../src/tensorflow/graph';

const BATCH = 32;
const ROUNDS = 9;

async function seconds(work: () => tf.Tensor | Promise<tf.Tensor>): Promise<number> {
  const began = performance.now();
  const result = await work();
  tf.tidy(() => result.flatten().slice(0, 1).dataSync()); // TensorFlow has finished; the pixels need not be copied to JavaScript
  result.dispose();
  return (performance.now() - began) / 1000;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function main(): Promise<void> {
  const { model, entry } = await loadBackbone('efficientnet-lite0');
  const { inputSize, mean, std } = entry.preprocessing;
  const images = tf.randomUniform<tf.Rank.R4>([BATCH, inputSize, inputSize, 3], 0, 255, 'float32', 1);
  const prepare = (input: tf.Tensor) => input.sub([...mean]).div([...std]);
  const compiled = compileForward(model, { prepare });
  const pipelines = Object.entries(augmentationPresets).map(([name, { make }]) => ({ name, pipeline: make() }));
  const works = new Map<string, (round: number) => tf.Tensor | Promise<tf.Tensor>>([
    ['forward, compiled graph', () => compiled.call(images)],
    ['forward, op by op', () => tf.tidy(() => model.predictOnBatch(prepare(images)) as tf.Tensor)],
    ...pipelines.map(({ name, pipeline }) => [name, (view: number) => pipeline.apply(images, { view })] as const),
  ]);
  const bytes = Uint8Array.from(images.dataSync());
  const length = inputSize * inputSize * 3;
  const pictures = Array.from({ length: BATCH }, (_, i) => bytes.subarray(i * length, (i + 1) * length));
  for (const { name, pipeline } of pipelines) {
    works.set(`${name}, bytes to bytes`, async (view) => {
      await augmentPictures(pictures, inputSize, pipeline, { view });
      return tf.scalar(0);
    });
  }
  const times = new Map([...works.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of works) {
      const time = await seconds(() => work(round));
      if (round > 0) times.get(name)!.push(time);
    }
  }
  const each = (name: string) => (1000 * median(times.get(name)!)) / BATCH;
  const [graph, eager] = [each('forward, compiled graph'), each('forward, op by op')];
  console.log(`EfficientNet-Lite0 at ${inputSize}, batches of ${BATCH}, medians of ${ROUNDS - 1} rounds`);
  for (const name of works.keys()) {
    const share = (forward: number) => `${((100 * each(name)) / forward).toFixed(0)}%`.padStart(5);
    console.log(
      `${name.padEnd(26)}${each(name).toFixed(2).padStart(7)} ms a picture  ${share(graph)} of the compiled forward, ${share(eager)} of the plain one`,
    );
  }
  images.dispose();
  if (process.argv.includes('--all')) {
    for (const row of (await augmentationCost()).objects() as Record<string, number | string>[]) {
      console.log(
        `${String(row.augmentation).padEnd(22)}${Number(row['ms per picture']).toFixed(2).padStart(8)} ms${String(row['pictures per second']).padStart(7)} pictures a second`,
      );
    }
  }
}

main();
