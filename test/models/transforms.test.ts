import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { projectFolder } from '../../src/core/paths';
import { decodePicture } from '../../src/data';
import type { Reading } from '../../src/data/pictures/reading';
import { backboneEntry, backboneNames, type Preprocessing, preprocess } from '../../src/models';
import { domainWeights } from '../../src/models/domainWeights';
import { tf } from '../../src/tensorflow';
import { npy } from '../data/pictures/npy';

/** What transforms.py kept of the tensor that a library makes: [channels, height, width]. */
interface Answer {
  name: string;
  shape: [channels: number, height: number, width: number];
  values: number[];
}

interface Entry {
  name: string;
  address: string;
  channels: number;
  preprocessing: Preprocessing;
}

/** The samples of a picture, as transforms.py makes them. */
function picture(width: number, height: number, channels: number, levels = 256): Uint16Array {
  const samples = new Uint16Array(width * height * channels);
  for (let i = 0; i < samples.length; i++) {
    const [c, x, y] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    samples[i] = ((x * 5 + y * 3 + c * 40 + Math.floor((x * y) / 16)) * Math.floor(levels / 256)) % levels;
  }
  return samples;
}

const png = (width: number, height: number, channels: 1 | 3): Promise<Buffer> =>
  sharp(Uint8Array.from(picture(width, height, channels)), { raw: { width, height, channels } })
    .png()
    .toBuffer();

function bands(channels: number): Buffer {
  const samples = picture(300, 300, channels, 16384);
  return npy('<u2', [300, 300, channels], (y, x, c) => samples[(y * 300 + x) * channels + c]! % 10001);
}

/** The picture that a library was given, how it is read, and how far the inputs may be apart. */
async function given({ address, channels }: Entry): Promise<{ content: Buffer; reading?: Reading; apart: number }> {
  if (address.includes('torchxrayvision')) return { content: await png(270, 224, 1), apart: 1e-3 };
  // what 14 bits are rounded to: half a step of 8 bits, in resizing once more
  if (address.includes('torchgeo'))
    return { content: bands(channels), reading: { ranges: { uint16: [0, 10_000] } }, apart: 1.01 / 255 };
  // birder's pictures are as high as wide afterwards, and not cropped
  const reading = address.includes('birder') ? { fit: 'stretch' as const } : undefined;
  return { content: await png(337, 251, 3), apart: 1e-3, ...(reading && { reading }) };
}

describe('a picture becomes the same input, to 1e-3, as by the library that published the weights: for', () => {
  const file = join(projectFolder, 'test', 'models', 'transforms.jsonl');
  const answers = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): Answer => JSON.parse(line));
  const entries: Entry[] = [
    ...backboneNames().flatMap((name) => {
      const { weights, preprocessing } = backboneEntry(name);
      return weights.kind === 'torch' ? [{ name, address: weights.address, channels: 3, preprocessing }] : [];
    }),
    ...domainWeights.map(({ name, address, inputChannels, preprocessing }) => ({
      ...{ name, address, channels: inputChannels },
      preprocessing: { ...preprocessing, channels: inputChannels },
    })),
  ];

  before(() => {
    const { TUNEBOOK_ENTRIES } = process.env;
    if (TUNEBOOK_ENTRIES) writeFileSync(TUNEBOOK_ENTRIES, JSON.stringify(entries));
  });

  for (const entry of entries) {
    // its library has no transform: the pieces of tissue are as large as the input, and become numbers from 0 to 1
    if (entry.name.endsWith('-histology')) continue;
    it(entry.name, async () => {
      const answer = answers.find(({ name }) => name === entry.name);
      assert.ok(answer, `transforms.jsonl lacks ${entry.name}: its first lines say how it is made`);
      const { content, reading, apart } = await given(entry);
      const { inputSize, channels = 3 } = entry.preprocessing;
      const bytes = await decodePicture(content, entry.preprocessing, reading);
      const input = tf.tidy(() => {
        const pixels = tf.tensor4d(Int32Array.from(bytes), [1, inputSize, inputSize, channels], 'int32');
        return preprocess(pixels, entry.preprocessing).dataSync();
      });
      assert.deepEqual(answer.shape, [channels, inputSize, inputSize]);
      answer.values.forEach((expected, i) => {
        const place = (i * 7919 * 13) % input.length;
        const [channel, pixel] = [Math.floor(place / inputSize ** 2), place % inputSize ** 2];
        const actual = input[pixel * channels + channel]!;
        assert.ok(Math.abs(actual - expected) <= apart * Math.max(1, Math.abs(expected)), `${actual}, not ${expected}`);
      });
    });
  }
});
