import type { Example } from '..';

/**
 * How serious a finding is: `error`: results on this data would be wrong; `warning`: should be fixed; `note`: worth knowing.
 */
export type Severity = 'error' | 'warning' | 'note';

/** A finding about a dataset. */
export interface Finding {
  severity: Severity;
  /** such as 'leak' or 'unreadable' */
  finding: string;
  /** a sentence about it */
  detail: string;
  /** what to do */
  advice: string;
  /** the pictures it is about */
  examples: readonly Example[];
}

/** The part of the split that a picture is in; `all` when the dataset is not split. */
export type Part = 'train' | 'validation' | 'test' | 'all';

/** Names and parts for the findings about a dataset. */
export interface Context {
  classes: readonly string[];
  partOf(example: Example): Part;
  /** the name of a picture in messages: its path inside the folder */
  nameOf(example: Pick<Example, 'file'>): string;
  /** the name of its class */
  classOf(example: Example): string;
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
