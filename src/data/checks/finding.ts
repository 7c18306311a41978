import type { Example } from '..';

/** error: numbers from this data would be wrong. warning: worth mending. note: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** One thing that was found in a dataset. */
export interface Finding {
  severity: Severity;
  /** such as 'leak' or 'unreadable' */
  finding: string;
  /** what it is, in words */
  detail: string;
  /** what to do */
  advice: string;
  /** the pictures it is about */
  examples: readonly Example[];
}

/** Which part of a split a picture is in; `all` where nothing is split yet. */
export type Part = 'train' | 'validation' | 'test' | 'all';

/** What findings are made from. */
export interface Context {
  classes: readonly string[];
  partOf(example: Example): Part;
  /** a file's name for people: its path inside the folder */
  nameOf(example: Pick<Example, 'file'>): string;
  /** the name of its class */
  classOf(example: Example): string;
}

/** 'a, b and 3 more' */
export function listed(names: readonly string[], most = 4): string {
  if (names.length <= most + 1) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** Map.groupBy's values, which Node 20 lacks. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
