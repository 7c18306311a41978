import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asColors, gradCam, heatmapOverlay } from '../../analysis/explain';
import { UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import { sharp } from '../../core/sharp';
import { decodePicture, type Example, thumbnail } from '../../data';
import { extractFeatures, type Features } from '../../features';
import { logProbabilities, softmaxAt } from '../../metrics';
import { toProbabilities } from '../../training';
import { bytesOf } from '../bytes';
import type { ShownRun } from '../shownRun';

/** The most bytes of a picture. */
const largest = 64 * 2 ** 20;
/** Side in pixels at which pictures are shown. */
const side = 200;

/** The training pictures, with their features. */
export interface KnownPictures {
  features: Features;
  /** names of the classes that the labels of the pictures count */
  classes: readonly string[];
  /** to which the names of the pictures are relative */
  folder: string;
}

/** @throws {UserError} if the training pictures are not known or not there */
export async function knownPictures(run: ShownRun, listener: Listener): Promise<KnownPictures> {
  const { examples, ...rest } = await run.training();
  return { features: await extractFeatures(run.network, examples, { listener }), ...rest };
}

interface Trial {
  content: Uint8Array;
  temperature: number;
  neighbors: number;
  known: KnownPictures | undefined;
}

/** What the model says about a picture, with the pictures that show it. */
export async function judge(run: ShownRun, { content, temperature, neighbors, known }: Trial) {
  if (content.byteLength > largest) {
    const [has, most] = [content.byteLength, largest].map((bytes) => Math.ceil(bytes / 2 ** 20));
    throw new UserError(`the picture has ${has} MiB, expected at most ${most}`);
  }
  const { predictor, network, classes, reading } = run;
  const { preprocessing } = predictor.network.entry;
  const pixels = await decodePicture(Buffer.from(content), preprocessing, reading);
  const logits = predictor.logits([pixels]);
  const probabilities = Array.from(toProbabilities(logits, 1, classes.length));
  const [calibrated] = softmaxAt(logProbabilities([probabilities]), temperature);
  const order = [...classes.keys()].sort((a, b) => calibrated![b]! - calibrated![a]!);
  const [heatmap] = gradCam(network, [pixels], { classes: order[0]! });
  const near = known ? await nearest(run, known.features, content, neighbors) : [];
  const { inputSize, channels = 3 } = preprocessing;
  const plain = await sharp(asColors(pixels, channels), { raw: { width: inputSize, height: inputSize, channels: 3 } })
    .resize(side, side)
    .jpeg({ quality: 85 })
    .toBuffer();
  const overlay = await heatmapOverlay(pixels, inputSize, heatmap!, side, channels);
  const thumbnails = await Promise.all(near.map(({ example }) => thumbnail(example, { size: side / 2 })));
  return {
    classes: order.map((c) => ({ name: classes[c]!, probability: calibrated![c]! })),
    neighbors: near.map(({ example, distance }) => ({
      file: example.file,
      class: known!.classes[example.label]!,
      distance,
    })),
    pictures: [plain, ...[overlay, ...thumbnails].map(bytesOf)],
  };
}

/** The training pictures with the most similar features. */
async function nearest(
  run: ShownRun,
  { values, length, examples }: Features,
  content: Uint8Array,
  count: number,
): Promise<{ example: Example; distance: number }[]> {
  const own = await featuresOf(run, content);
  const similarity = examples.map((_, row) => cosine(own, values.subarray(row * length, (row + 1) * length)));
  const rows = [...examples.keys()].sort((a, b) => similarity[b]! - similarity[a]!).slice(0, count);
  return rows.map((row) => ({ example: examples[row]!, distance: Math.max(0, 1 - similarity[row]!) }));
}

/** The features of a picture, computed as those of the training pictures: from a file, which is deleted again. */
async function featuresOf(run: ShownRun, content: Uint8Array): Promise<Float32Array> {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-try-'));
  try {
    const file = join(folder, 'picture');
    writeFileSync(file, content);
    const { network, reading } = run;
    const example = { file, label: 0, ...(reading && { reading }) };
    const { values } = await extractFeatures(network, [example], { cache: false });
    return values;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, squaredA, squaredB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaredA += a[i]! ** 2;
    squaredB += b[i]! ** 2;
  }
  return dot / Math.max(1e-12, Math.sqrt(squaredA * squaredB));
}
