import { type Chart, pictureGrid } from '../../charts';
import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import { listed } from '../../core/text';
import { thumbnail } from '..';
import type { Context, Finding, Severity } from './finding';

/** What was found in a dataset: tables and a chart of the findings. */
export interface FindingReport {
  /**
   * A table with the columns `severity`, `finding`, `pictures` (how many), `detail` and `advice`, the most serious first;
   * empty when nothing was found.
   */
  findings: ColumnTable;
  /**
   * A table with the columns `finding`, `part`, `class` and `file`: one row for each picture of each finding, in the same order.
   */
  pictures: ColumnTable;
  /** A chart with the pictures of the findings. */
  grid: Chart;
  /** The most serious severity among the findings. */
  worst: Severity | 'none';
}

const SEVERITIES: Severity[] = ['error', 'warning', 'note'];

/** The most serious findings first; of equal ones in the order in which they were found. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** @param most the most pictures in the grid */
export async function reportFindings(
  found: readonly Finding[],
  context: Context,
  most: number,
): Promise<FindingReport> {
  const findings = bySeverity(found);
  const pictures = findings.flatMap(({ finding, examples }) => examples.map((example) => ({ finding, example })));
  return {
    findings: arquero.table({
      severity: findings.map(({ severity }) => severity),
      finding: findings.map(({ finding }) => finding),
      pictures: findings.map(({ examples }) => examples.length),
      detail: findings.map(({ detail }) => detail),
      advice: findings.map(({ advice }) => advice),
    }),
    pictures: arquero.table({
      finding: pictures.map(({ finding }) => finding),
      part: pictures.map(({ example }) => context.partOf(example)),
      class: pictures.map(({ example }) => context.classOf(example)),
      file: pictures.map(({ example }) => example.file),
    }),
    grid: await gridOf(findings, context, most),
    worst: findings[0]?.severity ?? 'none',
  };
}

/** The pictures of the most serious findings, those of a finding side by side. */
async function gridOf(findings: readonly Finding[], context: Context, most: number): Promise<Chart> {
  const cells = findings.flatMap(({ finding, examples }) =>
    examples.slice(0, 6).map((example) => ({ example, label: finding })),
  );
  const shown = await Promise.all(
    cells.slice(0, most).map(async ({ example, label }) => ({
      url: await thumbnail(example),
      label,
      detail: listed([context.nameOf(example)]),
    })),
  );
  const more = cells.length > most ? `, the first ${most} of ${cells.length}` : '';
  return pictureGrid(shown, { title: `Pictures with findings${more}` });
}
