import assert from 'node:assert/strict';
import type { TopLevelSpec } from 'vega-lite';

/** A mark in Vega's scene, which Vega would draw. */
export interface Item {
  marktype?: string;
  role?: string;
  name?: string;
  items?: Item[];
  text?: string | string[];
  fill?: string;
  url?: string;
  tooltip?: object;
  x?: number;
  y?: number;
  opacity?: number;
  strokeWidth?: number;
}

/** The marks of a chart after Vega-Lite has compiled it and Vega has laid it out, with the compiler's warnings. */
export async function scene(spec: TopLevelSpec) {
  const [vega, vegaLite] = [await import('vega'), await import('vega-lite')];
  const warnings: string[] = [];
  const logger = vega.logger(vega.Warn);
  logger.warn = (...parts: readonly unknown[]) => {
    warnings.push(parts.join(' '));
    return logger;
  };
  const view = new vega.View(vega.parse(vegaLite.compile(spec, { logger }).spec), { renderer: 'none', logger });
  await view.runAsync();
  const found: { group: Item; item: Item }[] = [];
  walk((view.scenegraph() as unknown as { root: Item }).root, found);
  view.finalize();
  return {
    warnings,
    /** the items of one type of mark, those of axes and titles left out unless asked for */
    marks: (type: string, role = 'mark') =>
      found.filter(({ group }) => group.marktype === type && group.role === role).map(({ item }) => item),
    texts: (role = 'mark') =>
      found
        .filter(({ group }) => group.marktype === 'text' && group.role === role)
        .map(({ item }) => [item.text].flat().join(' ')),
  };
}

function walk(group: Item, found: { group: Item; item: Item }[]): void {
  for (const item of group.items ?? []) {
    if (item.marktype) walk(item, found);
    else {
      found.push({ group, item });
      walk(item, found);
    }
  }
}

/** Checks that a chart names the schema that JupyterLab draws, has both texts, and is unchanged after conversion to JSON. */
export function checkChart(spec: TopLevelSpec): void {
  assert.equal(spec.$schema, 'https://vega.github.io/schema/vega-lite/v5.json');
  assert.ok(typeof spec.description === 'string' && spec.description.length > 10);
  const { text } = spec.usermeta as { text: string };
  assert.ok(typeof text === 'string' && text.length > 0);
  assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec);
}

/** The labels of the horizontal axes of each panel, from left to right. */
export function epochTicks({ marks }: Awaited<ReturnType<typeof scene>>): string[][] {
  const axes: string[][] = [];
  let last = Number.POSITIVE_INFINITY;
  for (const { x, y, text, opacity } of marks('text', 'axis-label')) {
    if (y! < 5 || x! < 0 || opacity === 0) continue; // of a vertical axis
    if (x! <= last) axes.push([]);
    axes.at(-1)!.push(String(text));
    last = x!;
  }
  return axes;
}

/** Checks that an axis of epochs has increasing whole numbers within the training, each once. */
export function assertWholeAndOnce(ticks: readonly string[], epochs: number): void {
  const numbers = ticks.map(Number);
  assert.ok(numbers.length > 0 && numbers.length <= 11, ticks.join());
  assert.ok(
    numbers.every((tick, i) => Number.isInteger(tick) && tick >= 1 && tick <= epochs && tick > (numbers[i - 1] ?? 0)),
    `${epochs} epochs: ${ticks.join()}`,
  );
  assert.deepEqual(ticks, numbers.map(String));
}
