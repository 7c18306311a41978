/** The used fields of a cell in a notebook file. */
export interface ExecutedCell {
  cell_type: string;
  source: string | string[];
  metadata?: { tags?: string[] };
  execution_count?: number | null;
  outputs?: {
    output_type: string;
    text?: string | string[];
    ename?: string;
    data?: Record<string, unknown>;
  }[];
}

/** A value that differs between two executions of a notebook. */
export interface Difference {
  /** number of the code cell, from 1, as in its prompt */
  cell: number;
  before: string;
  after: string;
}

/** Names of columns and fields that hold times, which differ in every execution. */
const aboutTime = /second|\bms\b|millisecond|\btime\b|duration/i;
/** `0.4 s`, `2 min 05 s`, `1 h 02 min`, `499 pictures/s`, `1.2 ms` */
const times =
  /\b\d[\d.,]*(?:e[+-]?\d+)? ?(?:ms|s|min|h|minutes?|seconds?)\b(?: \d\d (?:s|min)\b)?|\b\d[\d.,]*(?:e[+-]?\d+)? \p{L}+\/s/giu;
/** The last line of a progress bar. It is missing if the work was found in a cache. */
const progress = /^[^\n]+: \d+ \p{L}+ in (?:\d[\d.]* (?:s|min|h)\b ?)+/u;
const vegaLite = /^application\/vnd\.vegalite\./;

/**
 * Compare the outputs of two executions of a notebook: every number and word of texts and tables, and all data of charts, to the
 * last digit. Times are ignored: columns and fields named after them, numbers with a unit of time, the last line of a progress
 * bar, and cells tagged `times`.
 *
 * @param before cells of one execution
 * @param after cells of the other
 * @returns the first difference of each cell
 */
export function differences(before: readonly ExecutedCell[], after: readonly ExecutedCell[]): Difference[] {
  const [old, now] = [before, after].map((cells) => cells.filter(({ cell_type }) => cell_type === 'code'));
  const found: Difference[] = [];
  for (let i = 0; i < Math.max(old!.length, now!.length); i++) {
    const [a, b] = [old![i], now![i]];
    if (!a || !b || textOf(a.source) !== textOf(b.source)) {
      found.push({ cell: i + 1, before: firstLine(a), after: firstLine(b) });
      continue;
    }
    if (a.metadata?.tags?.includes('times')) continue;
    const [x, y] = [shownBy(a), shownBy(b)];
    const at = Array.from({ length: Math.max(x.length, y.length) }, (_, at) => at).find((at) => x[at] !== y[at]);
    if (at !== undefined) found.push({ cell: i + 1, before: x[at] ?? '(nothing)', after: y[at] ?? '(nothing)' });
  }
  return found;
}

/** Number of values that are compared. */
export function comparedValues(cells: readonly ExecutedCell[]): number {
  return cells
    .filter(({ cell_type, metadata }) => cell_type === 'code' && !metadata?.tags?.includes('times'))
    .reduce((sum, cell) => sum + shownBy(cell).length, 0);
}

/** All values that a cell shows, without times. */
function shownBy({ outputs = [] }: ExecutedCell): string[] {
  return outputs.flatMap(({ data = {}, text, ename }) => {
    if (ename !== undefined) return [`error ${ename}`];
    const chart = Object.entries(data).find(([type]) => vegaLite.test(type));
    if (chart) return valuesOf(chart[1], '');
    const html = textOf(data['text/html'] as string | string[] | undefined);
    if (html.includes('<table')) return tableValues(html);
    const plain = text === undefined ? textOf(data['text/plain'] as string | string[] | undefined) : textOf(text);
    return progress.test(plain) ? [] : withoutTimes(plain).split('\n');
  });
}

/** Every number and string of a chart's specification, as `path: value`. */
function valuesOf(value: unknown, path: string): string[] {
  if (typeof value === 'string') return [`${path}: ${withoutTimes(value)}`];
  if (typeof value !== 'object' || value === null) return [`${path}: ${value}`];
  return Object.entries(value).flatMap(([name, part]) =>
    aboutTime.test(name) ? [] : valuesOf(part, `${path}/${name}`),
  );
}

/** The cells of a table, as `column: value`. */
function tableValues(html: string): string[] {
  const columns = [...html.matchAll(/<th[^>]*>(.*?)<\/th>/gs)].map(([, name]) => name!);
  return [...html.matchAll(/<tr>((?:<td.*?)?)<\/tr>/gs)].flatMap(([, row]) =>
    [...row!.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].flatMap(([, cell], i) =>
      aboutTime.test(columns[i] ?? '') ? [] : [`${columns[i]}: ${withoutTimes(cell!)}`],
    ),
  );
}

const withoutTimes = (text: string) => text.replace(times, '(time)');
const textOf = (text: string | string[] = '') => (Array.isArray(text) ? text.join('') : text);
const firstLine = (cell: ExecutedCell | undefined) => (cell ? textOf(cell.source).split('\n')[0]! : '(no such cell)');
