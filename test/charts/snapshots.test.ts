import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderSvg } from '../../src/charts/render';
import { projectFolder } from '../../src/core/paths';
import { examples } from './examples';
import { checkChart, scene } from './scene';

/** What each chart draws, in a few numbers. To update it after an intended change: TUNEBOOK_SNAPSHOTS=write npm test */
interface Snapshot {
  size: string;
  marks: Record<string, number>;
  texts: string[];
  twin: string[];
}
const file = join(projectFolder, 'test', 'charts', 'snapshots.json');
const write = process.env.TUNEBOOK_SNAPSHOTS === 'write';
const known: Record<string, Snapshot> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};

describe('every chart', function () {
  this.timeout(60_000); // vega takes its time to load on a busy machine
  const found: Record<string, Snapshot> = {};

  for (const [name, chart] of Object.entries(examples)) {
    it(`compiles without a warning and draws the same as before: ${name}`, async () => {
      checkChart(chart);
      const drawn = await scene(chart);
      assert.deepEqual(drawn.warnings, []);
      const svg = await renderSvg(chart);
      assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
      const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
      const types = ['rect', 'line', 'area', 'symbol', 'rule', 'text', 'image'];
      found[name] = {
        size: `${Math.round(Number(width))} x ${Math.round(Number(height))}`,
        marks: Object.fromEntries(
          types.map((t) => [t, drawn.marks(t).length] as const).filter(([, count]) => count > 0),
        ),
        texts: drawn.texts('title-text').concat(drawn.texts('title-subtitle')),
        twin: chart.usermeta.text.split('\n').slice(0, 3),
      };
      if (!write) assert.deepEqual(found[name], known[name]);
    });
  }

  after(() => {
    if (write) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
  });
});
