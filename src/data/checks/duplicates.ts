import type { Example } from '..';
import { type Context, type Finding, groupBy, listed } from './finding';
import type { Readable } from './inspect';
import { looksAlike } from './perceptualHash';

/** Pictures with the same content, and such that look alike: within a part, across parts, and with different labels. */
export function findDuplicates(pictures: readonly Readable[], context: Context): Finding[] {
  const exact = groupBy(pictures, ({ hash }) => hash).filter((group) => group.length > 1);
  const firsts = new Map(pictures.map((picture) => [picture.hash, picture]));
  const near = joinAlike([...firsts.values()]).map((group) => {
    const hashes = new Set(group.map(({ hash }) => hash));
    return pictures.filter(({ hash }) => hashes.has(hash));
  });
  return [
    ...exact.map((group) => describe(group, true, context)),
    ...near.map((group) => describe(group, false, context)),
  ];
}

function describe(group: readonly Readable[], exact: boolean, context: Context): Finding {
  const examples = group.map(({ example }) => example);
  const names = listed(examples.map(context.nameOf));
  const parts = [...new Set(examples.map(context.partOf))];
  const classes = [...new Set(examples.map(context.classOf))];
  const what = exact ? `the same picture ${examples.length} times` : `${examples.length} pictures that look alike`;
  const make = (severity: Finding['severity'], finding: string, detail: string, advice: string): Finding => ({
    severity,
    finding: exact ? finding : `near ${finding}`,
    detail: `${what}: ${names}${detail}`,
    advice,
    examples,
  });
  if (parts.length > 1) {
    return make(
      exact ? 'error' : 'warning',
      'leak',
      `, in ${parts.join(' and ')}`,
      exact
        ? 'remove it from all parts but one: what was trained on cannot be validated on'
        : 'look at them; if they show the same thing, put them into one group (labels.csv) or remove all but one',
    );
  }
  if (classes.length > 1) {
    return make(
      exact ? 'error' : 'warning',
      'label conflict',
      `, as ${classes.join(' and ')}`,
      'decide which class it is of, and remove the others',
    );
  }
  return make(
    exact ? 'warning' : 'note',
    'duplicate',
    '',
    exact
      ? 'keep one: a random split would put the others on the other side'
      : 'if they show the same thing, give them one group (labels.csv), so that a split keeps them together',
  );
}

/** Groups of pictures that look alike, also by way of others of the group. All pairs are compared. */
function joinAlike(pictures: readonly Readable[]): Readable[][] {
  const parent = pictures.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    parent[i] = root;
    return root;
  };
  for (let i = 0; i < pictures.length; i++) {
    const a = pictures[i]!;
    for (let j = 0; j < i; j++) {
      const b = pictures[j]!;
      if (looksAlike(a.look, b.look, a.gray || b.gray)) parent[rootOf(i)] = rootOf(j);
    }
  }
  return groupBy(
    pictures.map((picture, i) => ({ picture, root: rootOf(i) })),
    ({ root }) => String(root),
  )
    .filter((group) => group.length > 1)
    .map((group) => group.map(({ picture }) => picture));
}

/** Groups (people, patients, concepts) with pictures on both sides of a split. */
export function findGroupLeaks(examples: readonly Example[], context: Context): Finding[] {
  return groupBy(
    examples.filter(({ group }) => group !== undefined),
    ({ group }) => group!,
  ).flatMap((members): Finding[] => {
    const parts = [...new Set(members.map(context.partOf))];
    if (parts.length < 2) return [];
    return [
      {
        severity: 'error',
        finding: 'group leak',
        detail: `group '${members[0]!.group}' is in ${parts.join(' and ')}: ${listed(members.map(context.nameOf))}`,
        advice: 'split with splitDataset or kFold, which keep groups together, or move the pictures',
        examples: members,
      },
    ];
  });
}
