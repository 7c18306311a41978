import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TopLevelSpec } from 'vega-lite';
import { compileChart, pngScale } from '../charts/render';
import { writeFileAtomically } from '../core/files';
import { vegaLite } from '../notebook/mime';
import { readCells } from './notebookJobs';

/** The file of Vega for browsers; kernel-setup/pack/needed-files.mjs keeps it in the package. */
export const vegaForBrowsers = (): string =>
  join(dirname(require.resolve('vega/package.json')), 'build', 'vega.min.js');

/** Files of a notebook's charts, relative to the book, by `CELL,OUTPUT`: indices from 0. */
export type ChartFiles = Record<string, string>;

/**
 * Write the charts in the outputs of notebooks into the folder of a book, and Vega, which draws them: each as a script, because pages
 * that are opened from a folder can load nothing else. Charts that hold pictures are left out: they gain nothing, and are large.
 *
 * @returns the files of each notebook
 */
export async function writeCharts(notebooks: readonly string[], out: string): Promise<Record<string, ChartFiles>> {
  const files: Record<string, ChartFiles> = {};
  for (const notebook of notebooks) {
    const charts: ChartFiles = {};
    for (const [at, { outputs = [] }] of readCells(notebook).entries()) {
      for (const [i, { data }] of outputs.entries()) {
        const chart = data?.[vegaLite] as TopLevelSpec | undefined;
        if (!chart || pngScale(chart) === 1) continue;
        const spec = JSON.stringify(await compileChart(chart));
        const name = createHash('sha256').update(spec).digest('hex').slice(0, 16);
        charts[`${at},${i}`] = `charts/${name}.js`;
        writeFileAtomically(join(out, 'charts', `${name}.js`), `bookChart(${JSON.stringify(name)}, ${spec});\n`);
      }
    }
    files[notebook] = charts;
  }
  const licence =
    '/* Vega 5, https://vega.github.io/vega, University of Washington Interactive Data Lab, BSD-3-Clause */\n';
  const source = readFileSync(vegaForBrowsers(), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  writeFileAtomically(join(out, 'charts', 'vega.js'), licence + source);
  return files;
}
