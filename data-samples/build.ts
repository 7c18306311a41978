import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { classes, listConcepts } from './concepts';
import { labelsCsv, licencesText } from './papers';
import type { Sample } from './sample';
import { Style, styleNames } from './styles';

/** Width and height in pixels: what EfficientNet-Lite0 and most other backbones take. */
const size = 224;
const margin = 16;
/** sharp works on this many threads. */
const parallel = 4;

/**
 * Draw the emoji sample: eight classes in five styles, some 1,100 PNG pictures of 224 x 224 on white, named
 * `<class>/<concept>__<style>.png`, with `labels.csv` (the group of a picture is its concept) and `LICENSES.md` beside the
 * class folders.
 *
 * The folder appears when it is complete; one that was there before is replaced. The same packages give the same bytes.
 *
 * @param folder where to
 * @param onProgress told after each picture
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

/** Every concept in every style that has it. */
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
      next = samples.length; // one failed: the others end, too, before the folder is removed
    }
  };
  const results = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** What a killed run left beside the folder; that of a running one stays. */
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
  if (pid === process.pid) return false; // the number was another's before
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
