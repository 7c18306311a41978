import type { Example } from './dataset';

/** Pictures that must stay together: those of a group, and each picture without a group by itself. */
export function groupExamples(examples: readonly Example[]): Example[][] {
  const groups = new Map<string, Example[]>();
  for (const example of examples) {
    const key = example.group === undefined ? `picture ${example.file}` : `group ${example.group}`;
    const members = groups.get(key);
    if (members) members.push(example);
    else groups.set(key, [example]);
  }
  return [...groups.values()];
}

/** How many of each class; [classes]. */
export function countClasses(examples: readonly Example[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const { label } of examples) counts[label]!++;
  return counts;
}
