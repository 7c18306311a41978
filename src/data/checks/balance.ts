import type { Example } from '..';
import type { Context, Finding, Part } from './finding';

/** Fewer training pictures a class are too few to learn from without luck. */
const FEW = 10;
/** Below so many validation pictures, differences of several points are chance. */
const SMALL_VALIDATION = 100;
/** A class with so many times fewer pictures than the largest is drowned out. */
const UNEVEN = 3;

/** Classes with too few pictures, or far fewer than others, and parts too small to tell anything. */
export function findImbalance(examples: readonly Example[], context: Context): Finding[] {
  const parts = [...new Set(examples.map(context.partOf))];
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], finding: string, detail: string, advice: string) => {
    findings.push({ severity, finding, detail, advice, examples: [] });
  };
  for (const part of parts) {
    const members = examples.filter((example) => context.partOf(example) === part);
    const counts = new Array<number>(context.classes.length).fill(0);
    for (const { label } of members) counts[label]!++;
    const trained = part === 'train' || part === 'all';
    const named = (label: number) => `'${context.classes[label]}'`;
    const where = part === 'all' ? '' : ` in ${part}`;
    for (const [label, count] of counts.entries()) {
      if (count === 0) {
        add(
          trained ? 'error' : 'warning',
          'missing class',
          `no picture of ${named(label)}${where}`,
          trained ? 'add pictures of it, or remove the class' : 'its recall cannot be measured: add pictures of it',
        );
      } else if (trained && count < FEW) {
        add(
          'warning',
          'few pictures',
          `${count} picture${count === 1 ? '' : 's'} of ${named(label)}${where}`,
          `collect at least ${FEW}, better 50; until then compare over several seeds and freeze the backbone`,
        );
      }
    }
    const [largest, smallest] = [Math.max(...counts), Math.min(...counts.filter((count) => count > 0))];
    if (trained && largest >= UNEVEN * smallest) {
      add(
        'warning',
        'imbalance',
        `${largest} pictures of ${named(counts.indexOf(largest))}, ${smallest} of ${named(counts.indexOf(smallest))}${where}`,
        'weigh classes, or collect more of the small ones; judge by recall of each class and macro F1, not by accuracy',
      );
    }
    if (!trained && members.length < SMALL_VALIDATION) add('note', 'small part', ...smallPart(part, members.length));
  }
  return findings;
}

function smallPart(part: Part, count: number): [string, string] {
  const half = 100 * 1.96 * Math.sqrt((0.9 * 0.1) / count); // of a binomial share near 90%
  return [
    `${count} pictures in ${part}: an accuracy of 90% is uncertain by ${half.toFixed(0)} points either way`,
    'do not choose between models by fewer points than that; use kFold, or several seeds and paired differences',
  ];
}
