import { copyFileSync, linkSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { Style, styleNames } from '../../data-samples/styles';
import { imageFolder, loadBackbone, models, saveRun, study, train } from '../../src';

/** Class name, and the emoji that its pictures show. */
const classes = { bicycle: 'bicycle', cat: 'cat', tree: 'deciduous-tree' };
const backgrounds = ['#fff', '#dde6f0', '#f0e6d8', '#e2ecdc', '#eee'];
const pictures = 8;
const settings = {
  backbone: 'mobilenet-v1-0.25',
  weights: 'random',
  inputSize: 96,
  epochs: 2,
  batchSize: 8,
} as const;

/** Files larger than this (bytes) are never written in place, and are shared between copies. */
const SHARED = 100_000;

/**
 * What lies in the folder that examples run in: `photos/`, `labels.csv` and `photo.jpg`, and for those that name them `runs/first`
 * and `runs/second`, `study/` and `model/`. Each part is made once, with the package's own functions.
 */
export class PreparedFolder {
  readonly #made = new Map<string, Promise<void>>();

  constructor(readonly folder: string) {
    mkdirSync(folder);
  }

  /** A copy for one example: it may write to it. */
  async copyTo(folder: string, code: string): Promise<void> {
    const makers: Record<string, () => Promise<void>> = {
      photos: () => this.#drawPictures(),
      runs: () => this.#makeRuns(),
      study: () => this.#makeStudy(),
      model: () => this.#makeModel(),
    };
    mkdirSync(folder);
    for (const [part, make] of Object.entries(makers)) {
      if (part !== 'photos' && !new RegExp(`['"\`]${part}\\b`).test(code)) continue;
      await this.#once(part, make);
      copyTree(join(this.folder, part), join(folder, part));
    }
    for (const file of ['labels.csv', 'photo.jpg']) copyFileSync(join(this.folder, file), join(folder, file));
  }

  #once(part: string, make: () => Promise<void>): Promise<void> {
    const made = this.#made.get(part) ?? make();
    this.#made.set(part, made);
    return made;
  }

  async #drawPictures(): Promise<void> {
    const rows = ['file,label,group'];
    for (const [name, emoji] of Object.entries(classes)) {
      for (let i = 0; i < pictures; i++) {
        const style = styleNames[i % styleNames.length]!;
        const file = `photos/${name}/${i + 1}.${i % 2 ? 'png' : 'jpg'}`;
        await this.#draw(emoji, i, [96, 72 + 4 * i], file);
        rows.push(`${file},${name},${name}-${style}`);
      }
    }
    await this.#draw('cat', 1, [96, 72], 'photo.jpg');
    writeFileSync(join(this.folder, 'labels.csv'), `${rows.join('\n')}\n`);
  }

  /** An emoji, from the sixth on mirrored and before another background: related to an earlier one and no copy. */
  async #draw(emoji: string, i: number, [width, height]: [number, number], file: string): Promise<void> {
    const svg = new Style(styleNames[i % styleNames.length]!).svg(emoji, 96, 6)!;
    const background = backgrounds[(i + Math.floor(i / styleNames.length)) % backgrounds.length]!;
    const target = join(this.folder, file);
    mkdirSync(dirname(target), { recursive: true });
    await sharp(Buffer.from(svg))
      .flatten({ background })
      .flop(i >= styleNames.length)
      .resize(width, height, { fit: 'contain', background })
      .toFile(target);
  }

  async #makeRuns(): Promise<void> {
    for (const [name, seed] of [['first', 1] as const, ['second', 2] as const]) {
      const result = await train(imageFolder(join(this.folder, 'photos')), { ...settings, seed, cache: false });
      await saveRun(result, join(this.folder, 'runs', name));
      result.dispose();
    }
  }

  async #makeStudy(): Promise<void> {
    await study({
      data: join(this.folder, 'photos'),
      settings,
      axes: { variant: ['feature-extraction', 'hybrid'] },
      seeds: 2,
      out: join(this.folder, 'study'),
      cache: false,
    });
  }

  async #makeModel(): Promise<void> {
    const { backbone, inputSize } = settings;
    const { model } = await loadBackbone(backbone, { inputSize, weights: 'none' });
    models.assignRandomWeights(model, 1);
    await model.save(`file://${join(this.folder, 'model')}`);
    model.dispose();
  }
}

function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (statSync(source).size > SHARED) linkSync(source, target);
    else copyFileSync(source, target);
  }
}
