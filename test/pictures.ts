import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { temporaryFolder } from './folders';

/** A picture that a network can distinguish from others: stripes of one colour, rotated and shifted by its number. */
export async function stripes(color: string, number: number, size = 64): Promise<Buffer> {
  const lines = Array.from(
    { length: 12 },
    (_, i) => `<rect x="${(i - 3) * 12 + (number % 5)}" y="-40" width="5" height="150" fill="${color}"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="#ddd"/>
    <g transform="rotate(${number * 7} 32 32)">${lines.join('')}</g></svg>`;
  return sharp(Buffer.from(svg)).resize(size, size).png().toBuffer();
}

/** A folder with the classes red, green and blue, with `perClass` pictures each. */
export async function stripesFolder(perClass = 8): Promise<string> {
  const root = temporaryFolder();
  for (const color of ['red', 'green', 'blue']) {
    for (let i = 0; i < perClass; i++) writePicture(join(root, color, `${i}.png`), await stripes(color, i));
  }
  return root;
}

export function writePicture(file: string, content: Uint8Array | string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Unusable pictures, in a class folder `red` of `root`, and the expected reason for each. */
export async function addBadPictures(root: string): Promise<Record<string, RegExp>> {
  const jpeg = await sharp(await stripes('red', 1, 400))
    .jpeg()
    .toBuffer();
  const files: [string, Uint8Array | string, RegExp][] = [
    ['red/truncated.jpg', jpeg.subarray(0, jpeg.length / 2), /^damaged/],
    ['red/text.jpg', 'this is no picture\n', /not a picture: its content is in no known format/],
    ['red/empty.jpg', '', /empty file/],
    ['red/tiny.png', await stripes('red', 1, 1), /1 x 1 pixels/],
    ['red/drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', /'\.svg' is not a picture format/],
    [
      'red/huge.png',
      await sharp({
        create: { width: 20_000, height: 20_000, channels: 3, background: '#fff' },
        limitInputPixels: false,
      })
        .png()
        .toBuffer(),
      /more pixels than 268,402,689/,
    ],
  ];
  for (const [file, content] of files) writePicture(join(root, file), content);
  mkdirSync(join(root, 'nothing'));
  return Object.fromEntries([
    ...files.map(([file, , reason]) => [file, reason]),
    ['nothing', /class folder without pictures/],
  ]);
}

/** Two unusual pictures that can be read: CMYK colours, and an animation. */
export async function addOddPictures(root: string): Promise<string[]> {
  const red = await stripes('red', 2);
  writePicture(join(root, 'red/ink.jpg'), await sharp(red).toColourspace('cmyk').jpeg().toBuffer());
  writePicture(
    join(root, 'red/moving.gif'),
    await sharp([red, await stripes('red', 3)], { join: { animated: true } })
      .gif()
      .toBuffer(),
  );
  return ['red/ink.jpg', 'red/moving.gif'];
}
