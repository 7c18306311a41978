import type { Example } from './dataset';

/** The pictures of each group; a picture without a group is a group of its own. */
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

/** The number of examples of each class: [classes]. */
export function countClasses(examples: readonly Example[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const { label } of examples) counts[label]!++;
  return counts;
}

/** The number of groups (single pictures, where there are no groups) that have pictures of each class: [classes]. */
export function groupsOfClasses(examples: readonly Example[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const members of groupExamples(examples)) {
    for (const label of new Set(members.map((example) => example.label))) counts[label]!++;
  }
  return counts;
}
