import type { Example } from '..';
import type { Context, Finding, Part } from './finding';

/** With fewer training pictures per class, results depend on chance. */
const FEW = 10;
/** With fewer validation pictures, differences of several percentage points are chance. */
const SMALL_VALIDATION = 100;
/** When the largest class has this many times the pictures of the smallest, classes are imbalanced. */
const UNEVEN = 3;

/** Find classes with too few pictures, or far fewer than others, and parts that are too small for reliable results. */
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
        'weight the classes, or collect more pictures of the small ones; evaluate by the recall of each class and macro F1, not by accuracy',
      );
    }
    if (!trained && members.length < SMALL_VALIDATION) add('note', 'small part', ...smallPart(part, members.length));
  }
  return findings;
}

function smallPart(part: Part, count: number): [string, string] {
  const half = 100 * 1.96 * Math.sqrt((0.9 * 0.1) / count); // half the 95% interval of a proportion near 90%
  return [
    `${count} pictures in ${part}: an accuracy of 90% is uncertain by ±${half.toFixed(0)} percentage points`,
    'do not choose between models by smaller differences; use kFold, or several seeds and paired differences',
  ];
}
