import type { Listener } from '../../core/listener';
import { listed } from '../../core/text';
import type { Example } from '..';
import { findAlike } from './alike';
import { type Context, type Finding, groupBy } from './finding';
import type { Readable } from './inspect';

/**
 * Find identical pictures and pictures that look alike: within a part, in different parts, and with different labels.
 *
 * @param listener receives progress; when it asks to stop, a finding says that not all pictures were compared
 */
export async function findDuplicates(
  pictures: readonly Readable[],
  context: Context,
  listener: Pick<Listener, 'onProgress' | 'shouldStop'> = {},
): Promise<Finding[]> {
  const byContent = groupBy(pictures, ({ hash }) => hash);
  const alike = await findAlike(
    byContent.map(([first]) => first!),
    listener,
  );
  const near = alike.groups.map((group) => group.flatMap((i) => byContent[i]!));
  return [
    ...byContent.filter((group) => group.length > 1).map((group) => describe(group, true, context)),
    ...near.map((group) => describe(group, false, context)),
    ...(alike.partly > 0 ? [comparedInPart(alike.partly)] : []),
    ...(alike.finished ? [] : [STOPPED]),
  ];
}

const STOPPED: Finding = {
  severity: 'note',
  finding: 'stopped',
  detail: 'not all pictures were compared with all others',
  advice: 'run the check again without stopping it to find all pictures that look alike',
  examples: [],
};

function comparedInPart(count: number): Finding {
  return {
    severity: 'note',
    finding: 'compared in part',
    detail: `${count.toLocaleString('en')} pictures have so many others of the same pattern of light and dark that they were not compared with all of them`,
    advice: 'crop the pictures to what differs between them, if a border or a template fills most of each',
    examples: [],
  };
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
        ? 'remove it from all parts but one: validation needs pictures that were not trained on'
        : 'look at them; if they show the same thing, put them into one group (labels.csv) or remove all but one',
    );
  }
  if (classes.length > 1) {
    return make(
      exact ? 'error' : 'warning',
      'label conflict',
      `, as ${classes.length === 2 ? classes.join(' and ') : listed(classes)}`,
      'decide which class is right, and remove the others',
    );
  }
  return make(
    exact ? 'warning' : 'note',
    'duplicate',
    '',
    exact
      ? 'keep one: a random split could put copies into both training and validation'
      : 'if they show the same thing, give them one group (labels.csv), so that a split keeps them together',
  );
}

/** Find groups (people, patients, things) with pictures in more than one part of the split. */
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
