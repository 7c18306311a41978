import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { classes, listConcepts } from './concepts';
import { labelsCsv, licencesText } from './labels';
import type { Sample } from './sample';
import { Style, styleNames } from './styles';

/** Width and height in pixels: the input size of EfficientNet-Lite0 and of most other backbones. */
const size = 224;
const margin = 16;
/** Number of pictures drawn at the same time: one for each of sharp's threads. */
const parallel = 4;

/**
 * Draw the emoji sample: eight classes in five styles, some 1,100 PNG pictures of 224 x 224 on white, named
 * `<class>/<concept>__<style>.png`, with `labels.csv` (the group of a picture is its concept) and `LICENSES.md` next to the
 * class folders.
 *
 * The folder appears only when it is complete, and replaces an existing one. The same packages give the same bytes.
 *
 * @param folder folder to write
 * @param onProgress called after each picture
 */
export async function buildEmojiSamples(
  folder: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<void> {
  const target = resolve(folder);
  await removeLeftovers(target);
  const part = `${target}.part-${process.pid}`;
  const old = `${target}.old-${process.pid}`;
  try {
    const samples = listSamples();
    for (const name of classes) await mkdir(join(part, name), { recursive: true });
    await drawAll(samples, part, onProgress);
    await writeFile(join(part, 'labels.csv'), labelsCsv(samples));
    await writeFile(join(part, 'LICENSES.md'), licencesText(samples));
    if (existsSync(target)) await rename(target, old);
    await rename(part, target);
  } finally {
    if (existsSync(old) && !existsSync(target)) await rename(old, target);
    for (const path of [part, old]) await rm(path, { recursive: true, force: true });
  }
}

/** Every concept in every style that contains it. */
export function listSamples(): Sample[] {
  const styles = styleNames.map((name) => new Style(name));
  return listConcepts().flatMap((concept) =>
    styles.flatMap((style) => {
      const svg = style.svg(concept.name, size, margin);
      const file = `${concept.class}/${concept.name}__${style.name}.png`;
      return svg === undefined ? [] : [{ ...concept, style, file, svg }];
    }),
  );
}

async function drawAll(samples: readonly Sample[], folder: string, onProgress: (done: number, total: number) => void) {
  let next = 0;
  let done = 0;
  const work = async () => {
    try {
      while (next < samples.length) {
        const { svg, file } = samples[next++]!;
        await sharp(Buffer.from(svg)).flatten({ background: '#fff' }).removeAlpha().png().toFile(join(folder, file));
        onProgress(++done, samples.length);
      }
    } finally {
      next = samples.length; // after a failure, let the other drawings end before the folder is removed
    }
  };
  const results = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Remove unfinished folders of runs that were killed; that of a running process stays. */
async function removeLeftovers(target: string): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const process = /^(?:part|old)-(\d+)$/.exec(name.slice(basename(target).length + 1))?.[1];
    if (!name.startsWith(`${basename(target)}.`) || process === undefined || isRunning(Number(process))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false; // the process id was used by another process before
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
