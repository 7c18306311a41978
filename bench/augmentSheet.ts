/**
 * Draws the effect of every augmentation on a picture, as sheets to look at.
 *
 *     npm run build && node dist/bench/augmentSheet.js DATA
 *
 * DATA is whatever `tunebook train --data` takes, by default the sample 'emoji'. Writes build/augment-ops.png, with each operation
 * once, and build/augment-PRESET.png, with several views of a picture of each class.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { previewAugmentation } from '../src/analysis/explain';
import { type Augmentation, augmentationPresets, everyAugmentation } from '../src/augment';
import { pictureGrid } from '../src/charts';
import { renderPng } from '../src/charts/render';
import { writeFileAtomically } from '../src/core/files';
import { projectFolder } from '../src/core/paths';
import { decodePicture, type Example, readPicture, sampleExamples } from '../src/data';
import { openDataset } from '../src/data/public';
import { tf } from '../src/tensorflow';

const SIDE = 224;
/** Number of views from which the one with the largest change is chosen. */
const TRIES = 24;

async function decode(example: Example): Promise<Float32Array> {
  const { content } = await readPicture(example);
  return Float32Array.from(await decodePicture(content, { inputSize: SIDE, crop: 0.875, interpolation: 'bicubic' }));
}

/** The first of two pictures, in the view that changes it most; for mixing operations, in the view that shows most of both pictures. */
async function plainest(op: Augmentation, pair: readonly Float32Array[]): Promise<Uint8Array> {
  const images = tf.tidy(() => tf.stack(pair.map((picture) => tf.tensor3d(picture, [SIDE, SIDE, 3]))) as tf.Tensor4D);
  const labels = tf.tensor2d([
    [1, 0],
    [0, 1],
  ]);
  const mixes = op.step?.kind === 'mix';
  let [best, most] = [new Uint8Array(), -1];
  for (let view = 0; view < TRIES; view++) {
    const result = await op.apply({ images, labels }, { view });
    const shown = result.images.dataSync<'float32'>().subarray(0, pair[0]!.length);
    const shares = result.labels.dataSync().subarray(0, 2);
    tf.dispose([result.images, result.labels]);
    const change = shown.reduce((sum, value, i) => sum + Math.abs(value - pair[0]![i]!), 0) / shown.length;
    const plain = mixes ? Math.min(shares[0]!, shares[1]!) : change;
    if (plain > most) [best, most] = [new Uint8Array(new Uint8ClampedArray(shown).buffer), plain];
  }
  tf.dispose([images, labels]);
  return best;
}

async function dataUri(pixels: Uint8Array): Promise<string> {
  const raw = { width: SIDE, height: SIDE, channels: 3 as const };
  return `data:image/jpeg;base64,${(await sharp(pixels, { raw }).resize(150).jpeg({ quality: 88 }).toBuffer()).toString('base64')}`;
}

async function main(): Promise<void> {
  const dataset = await openDataset(process.argv[2] ?? 'emoji');
  const samples = sampleExamples(dataset, 1, 3);
  const pair = await Promise.all(samples.slice(0, 2).map(decode));
  const cells = [{ url: await dataUri(Uint8Array.from(pair[0]!)), label: 'as it is' }];
  for (const [name, op] of Object.entries(everyAugmentation())) {
    if (name.startsWith('preset')) continue;
    cells.push({ url: await dataUri(await plainest(op, pair)), label: name });
  }
  const build = join(projectFolder, 'build');
  mkdirSync(build, { recursive: true });
  const title = 'Every augmentation at its default strength, in the view that shows it best';
  writeFileAtomically(
    join(build, 'augment-ops.png'),
    await renderPng(pictureGrid(cells, { columns: 8, size: 150, title })),
  );
  for (const [name, { make, title }] of Object.entries(augmentationPresets)) {
    const sheet = await previewAugmentation(samples, make(), { title: `${name}: ${title}` });
    writeFileAtomically(join(build, `augment-${name}.png`), await renderPng(sheet));
  }
  console.log(join('build', 'augment-{ops,light,standard,strong,article}.png'));
}

main();
