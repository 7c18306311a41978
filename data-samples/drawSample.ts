import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import sharp from 'sharp';

/** Number of pictures drawn at the same time: one for each of sharp's threads. */
const parallel = 4;

/** One picture of a sample. */
export interface Drawing {
  /** `mammal/polar-bear__noto.png`, relative to the sample's folder: the class, then the group and the style */
  file: string;
  /** what to draw; where it is transparent, the paper is white */
  svg: string;
}

/**
 * Draw a sample: PNG pictures in folders of classes, and texts beside these folders.
 *
 * The folder appears only when it is complete, and replaces an existing one. The same drawings give the same bytes.
 *
 * @param folder folder to write
 * @param list gives the drawings, and the texts by the names of their files
 * @param onProgress called after each picture
 */
export async function drawSample(
  folder: string,
  list: () => { drawings: readonly Drawing[]; texts: Readonly<Record<string, string>> },
  onProgress: (done: number, total: number) => void = () => {},
): Promise<void> {
  const target = resolve(folder);
  await removeLeftovers(target);
  const part = `${target}.part-${process.pid}`;
  const old = `${target}.old-${process.pid}`;
  try {
    const { drawings, texts } = list();
    for (const name of new Set(drawings.map(({ file }) => dirname(file))))
      await mkdir(join(part, name), { recursive: true });
    await drawAll(drawings, part, onProgress);
    for (const [name, text] of Object.entries(texts)) await writeFile(join(part, name), text);
    if (existsSync(target)) await rename(target, old);
    await rename(part, target);
  } finally {
    if (existsSync(old) && !existsSync(target)) await rename(old, target);
    for (const path of [part, old]) await rm(path, { recursive: true, force: true });
  }
}

async function drawAll(
  drawings: readonly Drawing[],
  folder: string,
  onProgress: (done: number, total: number) => void,
) {
  let next = 0;
  let done = 0;
  const work = async () => {
    try {
      while (next < drawings.length) {
        const { svg, file } = drawings[next++]!;
        await sharp(Buffer.from(svg)).flatten({ background: '#fff' }).removeAlpha().png().toFile(join(folder, file));
        onProgress(++done, drawings.length);
      }
    } finally {
      next = drawings.length; // after a failure, let the other drawings end before the folder is removed
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
