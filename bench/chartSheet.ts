/** Draws every chart as a PNG, and all of them on one sheet: node dist/bench/chartSheet.js [FOLDER], default build/charts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { renderPng } from '../src/charts/render';
import { projectFolder } from '../src/core/paths';
import { examples } from '../test/charts/examples';

const folder = process.argv[2] ?? join(projectFolder, 'build', 'charts');
const columns = 3;
const gap = 24;
const width = 900;
/** Pixels of the sheet for each pixel of a chart's PNG, which has two pixels for each unit of the chart. */
const scale = 0.64;

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const heights = new Array<number>(columns).fill(gap);
  const parts: sharp.OverlayOptions[] = [];
  for (const [name, chart] of Object.entries(examples)) {
    const png = await renderPng(chart);
    writeFileSync(join(folder, `${name}.png`), png);
    // the same scale for all, so that their text has one size; charts that would not fit are smaller
    const natural = await sharp(png).metadata();
    const bound = { width: Math.min(width, Math.round(scale * natural.width)), height: 1400 };
    const small = await sharp(png)
      .resize({ ...bound, fit: 'inside', withoutEnlargement: true })
      .toBuffer();
    const column = heights.indexOf(Math.min(...heights));
    parts.push({ input: small, left: gap + column * (width + gap), top: heights[column]! });
    heights[column]! += (await sharp(small).metadata()).height + gap;
  }
  const sheet = { width: columns * (width + gap) + gap, height: Math.max(...heights), channels: 3 as const };
  const file = join(folder, 'sheet.png');
  await sharp({ create: { ...sheet, background: '#ffffff' } })
    .composite(parts)
    .png({ palette: true })
    .toFile(file);
  console.log(`${parts.length} charts in ${folder}, all of them in ${file}`);
}

void main();
