import { UserError } from '../errors';
import { decodeAll, type Example, type Skipped } from '../images';
import { backboneEntry, imagenetClassName, loadBackbone } from '../models';
import { tf } from '../tensorflow';
import { backboneOf, defaultSettings, toProbabilities } from '../training';
import { forward } from '../transfer';
import { loadRun } from './runFolder';

/** Where predictions come from: a run's model, or a backbone with its own ImageNet classifier. */
export type Predictor = { run: string } | { backbone: string };

export interface FilePrediction {
  file: string;
  /** the most likely classes, best first, at most five */
  classes: { index: number; name: string; probability: number }[];
}

const BATCH = 32;

/**
 * The most likely classes of each picture. Pictures that cannot be read are listed, not fatal.
 *
 * @throws {UserError} on an unknown backbone, or a run that cannot be read or was made over other weights
 */
export async function predict(
  predictor: Predictor,
  files: readonly string[],
): Promise<{ predictions: FilePrediction[]; skipped: Skipped[] }> {
  const { entry, classify, nameOf, classes: known, dispose } = await loadPredictor(predictor);
  const examples = files.map((file): Example => ({ file, label: -1 }));
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

async function loadPredictor(predictor: Predictor) {
  if ('backbone' in predictor) {
    const backbone = await loadBackbone(predictor.backbone, { includeTop: true });
    const classify = (pictures: Uint8Array[]) => forward(backbone, pictures);
    return {
      entry: backbone.entry,
      classify,
      nameOf: imagenetClassName,
      classes: undefined,
      dispose: () => backbone.model.dispose(),
    };
  }
  const { configuration, model } = await loadRun(predictor.run);
  const { classes } = configuration;
  const nameOf = (index: number) => classes[index] ?? `class ${index}`;
  if (configuration.model === 'whole') {
    const { backbone, inputSize } = configuration.settings;
    const known = backboneEntry(backbone);
    const preprocessing = { ...known.preprocessing, inputSize: inputSize || known.preprocessing.inputSize };
    const entry = { ...known, preprocessing };
    return {
      entry,
      classify: (pictures: Uint8Array[]) => forward({ entry, model }, pictures),
      nameOf,
      classes: classes.length,
      dispose: () => model.dispose(),
    };
  }
  const backbone = await backboneOf({ ...defaultSettings, ...configuration.settings });
  if (backbone.weightsHash !== configuration.weightsHash) {
    throw new UserError(
      `'${predictor.run}' was trained over other weights of ${backbone.entry.title} than those in the cache`,
    );
  }
  const classify = (pictures: Uint8Array[]) =>
    tf.tidy(() => {
      const features = tf.tensor2d(forward(backbone, pictures), [pictures.length, backbone.entry.features]);
      return (model.predict(features) as tf.Tensor).dataSync() as Float32Array; // [batch x outputs]
    });
  const dispose = () => {
    model.dispose();
    backbone.model.dispose();
  };
  return { entry: backbone.entry, classify, nameOf, classes: classes.length, dispose };
}
