/**
 * How well blurred, dark, overexposed and uniform pictures are found: node dist/bench/poorPictures.js DIR... [--json]
 *
 * DIR is a folder of good photos with one subfolder for each class. Prints what is found in it as it is, then how many of the
 * pictures with a fault made from it are found (recall), and how many of those reported have this fault (precision). The faulty
 * pictures lie among all good ones.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { Random } from '../src/core/random';
import { alignColumns } from '../src/core/text';
import { type Dataset, imageFolder } from '../src/data';
import { findProblems } from '../src/data/checks/checkDataset';

type Fault = (photo: string, random: Random) => Promise<Buffer>;

const blur: (sigma: number) => Fault = (sigma) => (photo) => sharp(photo).blur(sigma).jpeg({ quality: 90 }).toBuffer();
const expose: (factor: number) => Fault = (factor) => (photo) =>
  sharp(photo).linear(factor, 0).jpeg({ quality: 90 }).toBuffer();

/** Kinds of findings that should report each fault. */
const faults: Record<string, { expected: string[]; make: Fault }> = {
  'blur 3 pixels': { expected: ['blurred'], make: blur(3) },
  'blur 5 pixels': { expected: ['blurred'], make: blur(5) },
  'blur 8 pixels': { expected: ['blurred'], make: blur(8) },
  'exposure x 0.05': { expected: ['dark'], make: expose(0.05) },
  'exposure x 0.2': { expected: ['dark'], make: expose(0.2) },
  'exposure x 6': { expected: ['overexposed'], make: expose(6) },
  'one colour with noise': { expected: ['uniform'], make: oneColor },
  strips: { expected: ['long', 'outlier'], make: strip },
};

/** A constant colour with Gaussian noise of up to 30 of 255. */
async function oneColor(_: string, random: Random): Promise<Buffer> {
  const [width, height] = [200 + random.integer(400), 200 + random.integer(400)];
  const color = [random.integer(256), random.integer(256), random.integer(256)];
  const deviation = 30 * random.uniform();
  const noise = () =>
    deviation * Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    Math.max(0, Math.min(255, Math.round(color[i % 3]! + noise()))),
  );
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A strip of an eighth of the height. */
async function strip(photo: string): Promise<Buffer> {
  const { width, height } = await sharp(photo).metadata();
  const low = Math.ceil(height / 8);
  return sharp(photo).extract({ left: 0, top: low, width, height: low }).jpeg({ quality: 90 }).toBuffer();
}

const REPORTED = ['blurred', 'dark', 'overexposed', 'uniform', 'long', 'outlier'];

/** The files of each kind of finding. */
async function reported(dataset: Dataset): Promise<Map<string, Set<string>>> {
  const files = new Map(REPORTED.map((finding) => [finding, new Set<string>()]));
  for (const { finding, examples } of (await findProblems(dataset)).findings) {
    for (const { file } of examples) files.get(finding)?.add(file);
  }
  return files;
}

const united = (found: Map<string, Set<string>>, kinds: readonly string[]) =>
  new Set(kinds.flatMap((kind) => [...found.get(kind)!]));

interface Row {
  photos: string;
  fault: string;
  faulty: number;
  recall: number;
  precision: number;
}

/** @param every one of so many photos is made faulty */
async function withFault(folder: string, fault: string, every = 3): Promise<Row> {
  const { expected, make } = faults[fault]!;
  const root = mkdtempSync(join(tmpdir(), 'tunebook-bench-'));
  try {
    const random = new Random(0, fault);
    const faulty = new Set<string>();
    const { classes, examples } = imageFolder(folder);
    for (const [i, { file, label }] of examples.entries()) {
      const target = join(root, classes[label]!, `${i}.jpg`);
      mkdirSync(join(root, classes[label]!), { recursive: true });
      if (i % every > 0) {
        symlinkSync(file, target);
        continue;
      }
      writeFileSync(target, await make(file, random));
      faulty.add(target);
    }
    const found = united(await reported(imageFolder(root)), expected);
    const right = [...found].filter((file) => faulty.has(file)).length;
    return {
      ...{ photos: folder, fault, faulty: faulty.size, recall: right / faulty.size },
      precision: found.size === 0 ? 1 : right / found.size,
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const rows: Row[] = [];
  const asTheyAre: { photos: string; pictures: number; reported: Record<string, number> }[] = [];
  for (const folder of positionals) {
    const dataset = imageFolder(folder);
    const found = await reported(dataset);
    const counts = Object.fromEntries([...found].map(([kind, files]) => [kind, files.size]));
    asTheyAre.push({ photos: folder, pictures: dataset.examples.length, reported: counts });
    if (folder === 'emoji') continue; // drawings: their faults are not those of photos
    for (const fault of Object.keys(faults)) rows.push(await withFault(folder, fault));
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ asTheyAre, rows })}\n`);
    return;
  }
  const counts = asTheyAre.map(({ photos, pictures, reported }) => [
    photos,
    String(pictures),
    ...REPORTED.map((kind) => String(reported[kind])),
  ]);
  const right = REPORTED.map(() => true);
  const percent = (part: number) => `${(100 * part).toFixed(1)}%`;
  const lines = rows.map(({ photos, fault, faulty, recall, precision }) => [
    ...[photos, fault, String(faulty), percent(recall), percent(precision)],
  ]);
  process.stdout.write(
    `${alignColumns([['as they are', 'pictures', ...REPORTED], ...counts], [false, true, ...right])}\n\n` +
      `${alignColumns([['with faults', 'fault', 'faulty', 'recall', 'precision'], ...lines], [false, false, true, true, true])}\n`,
  );
}

if (require.main === module) void main();
