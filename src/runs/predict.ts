import { withDefaults } from '../core/options';
import {
  checkReading,
  decodeAll,
  type Example,
  type Reading,
  type ReadingOptions,
  type Skipped,
  withReading,
} from '../data';
import { PictureNetwork } from '../features';
import { type Backbone, type BackboneEntry, imagenetClassName, loadBackbone } from '../models';
import { tf } from '../tensorflow';
import { toProbabilities } from '../training';
import { runNetworks } from './runNetworks';

/** Where predictions come from: a run's model, or a backbone with its own ImageNet classifier. */
export type Predictor = { run: string } | { backbone: string };

export interface FilePrediction {
  file: string;
  /** the most likely classes, best first, at most five */
  classes: { index: number; name: string; probability: number }[];
}

const BATCH = 16;

/**
 * The most likely classes of each picture. Pictures that cannot be read are listed, not fatal. What is black and white in
 * pictures that do not have 8 bits a sample is as it was in training, unless told.
 *
 * @param options `range` and `bands`, as for `openDataset`
 * @throws {UserError} on an unknown backbone, or a run that cannot be read or was made over other weights
 */
export async function predict(
  predictor: Predictor,
  files: readonly string[],
  options?: ReadingOptions,
): Promise<{ predictions: FilePrediction[]; skipped: Skipped[] }> {
  const told = withDefaults<ReadingOptions>('predict', options, { range: undefined, bands: undefined });
  const { entry, classify, nameOf, classes: known, reading, dispose } = await loadPredictor(predictor, files.length);
  const plain = files.map((file): Example => ({ file, label: -1, ...(reading && { reading }) }));
  const own = told.range !== undefined || told.bands !== undefined;
  const examples = own
    ? (await withReading({ folder: '', classes: [], examples: plain, skipped: [] }, told)).examples
    : plain;
  const predictions: FilePrediction[] = [];
  const skipped: Skipped[] = [];
  let waiting: { file: string; pixels: Uint8Array }[] = [];
  const compute = () => {
    if (waiting.length === 0) return;
    const logits = classify(waiting.map(({ pixels }) => pixels));
    const classes = known ?? logits.length / waiting.length;
    const probabilities = toProbabilities(logits, waiting.length, classes);
    waiting.forEach(({ file }, i) => {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      const best = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]!);
      predictions.push({
        file,
        classes: best.slice(0, 5).map((index) => ({ index, name: nameOf(index), probability: row[index]! })),
      });
    });
    waiting = [];
  };
  try {
    for await (const { example, pixels, reason } of decodeAll(examples, entry.preprocessing)) {
      if (pixels) waiting.push({ file: example.file, pixels });
      else skipped.push({ file: example.file, reason: reason ?? 'unreadable' });
      if (waiting.length === BATCH) compute();
    }
    compute();
  } finally {
    dispose();
  }
  return { predictions, skipped };
}

/** What pictures go through, and how the classes are called. */
interface Loaded {
  entry: BackboneEntry;
  /** [batch] of decoded pictures to [batch x outputs] logits */
  classify(pictures: Uint8Array[]): Float32Array;
  nameOf(index: number): string;
  /** undefined: as many as outputs */
  classes?: number;
  /** how pictures were read in training */
  reading?: Reading;
  dispose(): void;
}

/** @param pictures how many there will be, at most */
async function loadPredictor(predictor: Predictor, pictures: number): Promise<Loaded> {
  if ('backbone' in predictor) {
    const backbone = await loadBackbone(predictor.backbone, { includeTop: true });
    return { ...classifierOf(backbone, pictures), nameOf: imagenetClassName };
  }
  const { configuration, network, head } = await runNetworks(predictor.run);
  const { classes } = configuration;
  const nameOf = (index: number) => classes[index] ?? `class ${index}`;
  const reading = checkReading(`the run '${predictor.run}'`, configuration.data?.reading);
  return { ...classifierOf(network, pictures, head), classes: classes.length, nameOf, reading };
}

/** Pictures to what the network gives, or the head over it. */
function classifierOf(network: Pick<Backbone, 'entry' | 'model'>, pictures: number, head?: tf.LayersModel) {
  const { entry, model } = network;
  const pass = new PictureNetwork(network, pictures, console.warn);
  const classify = (batch: Uint8Array[]) => {
    const outputs = pass.run(batch);
    if (!head) return outputs;
    return tf.tidy(() => {
      const features = tf.tensor2d(outputs, [batch.length, entry.features]);
      return (head.predict(features) as tf.Tensor).dataSync() as Float32Array;
    });
  };
  return {
    entry,
    classify,
    dispose: () => {
      pass.dispose();
      model.dispose();
      head?.dispose();
    },
  };
}
