import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { projectFolder } from '../../src/core/paths';
import { Random } from '../../src/core/random';
import type { Row } from '../row';
import { benchCache, tunebookTrain } from './photos';

/** Side of the pictures, in pixels: small, so that most of the time goes into work that grows with their number, not into convolutions. */
const SIDE = 64;
const CLASSES = 4;

/** Make a folder of different pictures, a fifth of them for validation. */
async function drawPictures(count: number): Promise<string> {
  const folder = join(projectFolder, 'build', 'bench', `pictures-${count}`);
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['train', 'validation'])
    for (let label = 0; label < CLASSES; label++) mkdirSync(join(folder, part, `class${label}`), { recursive: true });
  const random = new Random(0, 'bench pictures');
  for (let i = 0; i < count; i++) {
    const label = i % CLASSES;
    // a few large pixels: quick to draw and small on disk
    const pixels = Uint8Array.from(
      { length: 48 },
      (_, j) => (random.bits() >>> 1) % (j % CLASSES === label ? 255 : 128),
    );
    const picture = sharp(pixels, { raw: { width: 4, height: 4, channels: 3 } }).resize(SIDE, SIDE);
    const part = i % (5 * CLASSES) < CLASSES ? 'validation' : 'train';
    writeFileSync(join(folder, part, `class${label}`, `${i}.jpg`), await picture.jpeg({ quality: 80 }).toBuffer());
  }
  return folder;
}

/** Feature extraction on few and on many pictures: the peak of memory must be the same. */
export const memoryRow: Row = {
  name: 'memory',
  work: `peak memory over ${(20_000).toLocaleString('en')} pictures, against 200`,
  unit: 'bytes',
  goals: [],
  requirements: [
    {
      text: 'at most 5% more',
      isMet: ({ values, memoryOfFew }) => (memoryOfFew ? values.tunebook! <= 1.05 * memoryOfFew : undefined),
    },
  ],
  async measure({ quick, onProgress }) {
    const peaks: number[] = [];
    const counts = [200, quick ? 2000 : 20_000];
    for (const count of counts) {
      onProgress(`drawing ${count} pictures`);
      const folder = await drawPictures(count);
      onProgress(`training on ${count} pictures`);
      const parameters = ['--data', folder, '--epochs', '1', '--input-size', String(SIDE)];
      peaks.push((await tunebookTrain(parameters, benchCache('memory'))).memory);
      rmSync(folder, { recursive: true, force: true });
    }
    const [few, many] = peaks as [number, number];
    const note = `peak over ${counts[0]} pictures ${(few / 1e9).toFixed(2)} GB, over ${counts[1]} ${(many / 1e9).toFixed(2)} GB`;
    return { values: { tunebook: many }, memoryOfFew: few, notes: [note] };
  },
};
