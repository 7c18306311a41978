import { shown } from '../core/errors';

/** What the program says about the answer to an exercise. */
export interface Verdict {
  /** Whether the answer is right. */
  right: boolean;
  /** One sentence: that the answer is right, or what is off about it, without the right answer. */
  says: string;
}

/** A wrong answer that is often given, and the question that leads on from it. */
interface Mistake<T> {
  value: T;
  says: string;
}

/** What is compared with an answer. */
export type Expected =
  | {
      kind: 'number';
      value: number;
      /** A proportion is from 0 to 1, a count is a whole number, a difference may be negative. */
      unit: 'proportion' | 'count' | 'difference' | 'ratio';
      /** Largest deviation of a right answer, so that rounded numbers count. Default: 0 for counts, otherwise 0.006 */
      tolerance?: number;
      mistakes?: Mistake<number>[];
    }
  | {
      kind: 'text';
      /** All right answers: more than one where several are equal. */
      values: readonly string[];
      choices: readonly string[];
      mistakes?: Mistake<string>[];
    }
  | { kind: 'names'; value: readonly string[]; choices: readonly string[] }
  | { kind: 'pair'; values: readonly (readonly [string, string])[]; choices: readonly string[] };

const wrong = (says: string): Verdict => ({ right: false, says });
const right: Verdict = { right: true, says: 'right' };
const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();
const has = (all: readonly string[], name: string) => all.some((each) => same(each, name));

/** Compare an answer, which may be any value, with what is expected. It never throws. */
export function judge(answer: unknown, expected: Expected): Verdict {
  if (answer === undefined || answer === null) return wrong('no answer yet: write it in place of undefined');
  if (answer instanceof Promise) return wrong('this is a promise: write await before it');
  if (expected.kind === 'number') return judgeNumber(answer, expected);
  if (expected.kind === 'text') return judgeText(answer, expected);
  return expected.kind === 'names' ? judgeNames(answer, expected) : judgePair(answer, expected);
}

function judgeNumber(answer: unknown, expected: Extract<Expected, { kind: 'number' }>): Verdict {
  const { value, unit, mistakes = [] } = expected;
  if (typeof answer !== 'number') return wrong(`a number is expected, this is ${shown(answer)}`);
  if (!Number.isFinite(answer)) return wrong(`a number is expected, this is ${answer}: was something divided by 0?`);
  const tolerance = expected.tolerance ?? (unit === 'count' ? 0 : 0.006);
  const near = (other: number) => Math.abs(answer - other) <= tolerance + 1e-9;
  if (near(value)) return right;
  if (unit === 'count' && !Number.isInteger(answer)) return wrong('a whole number is expected');
  if (unit === 'proportion' && (answer < 0 || answer > 1)) {
    return wrong('a proportion is expected, from 0 to 1: 25% is 0.25');
  }
  if (unit === 'difference' && Math.abs(answer) > 1 && Math.abs(value) <= 1) {
    return wrong('the difference is not in percentage points here: 2 points are 0.02');
  }
  const known = mistakes.find((mistake) => near(mistake.value));
  if (known) return wrong(known.says);
  if (unit === 'difference' && near(-value)) return wrong('the sign is reversed: which is subtracted from which?');
  if (unit === 'ratio' && near(1 / value)) return wrong('this is the ratio the other way round');
  return wrong(answer > value ? 'this is too large' : 'this is too small');
}

function judgeText(answer: unknown, expected: Extract<Expected, { kind: 'text' }>): Verdict {
  const { values, choices, mistakes = [] } = expected;
  if (typeof answer !== 'string') return wrong(`a name in quotes is expected, this is ${shown(answer)}`);
  if (has(values, answer)) return right;
  if (!has(choices, answer)) return unknownName(answer, choices);
  const known = mistakes.find(({ value }) => same(value, answer));
  return wrong(known?.says ?? 'this is another one');
}

function judgeNames(answer: unknown, { value, choices }: Extract<Expected, { kind: 'names' }>): Verdict {
  if (!Array.isArray(answer) || !answer.every((each) => typeof each === 'string')) {
    return wrong(`a list of names is expected, such as ['${choices[0]}'], this is ${shown(answer)}`);
  }
  const names: string[] = answer;
  const unknown = names.find((name) => !has(choices, name));
  if (unknown !== undefined) return unknownName(unknown, choices);
  const [added, missing] = [names.some((name) => !has(value, name)), value.some((name) => !has(names, name))];
  if (added && missing) return wrong('a name too many is in the list, and one is missing');
  if (added) return wrong('the list contains a name that does not belong there');
  return missing ? wrong('a name is missing in the list') : right;
}

function judgePair(answer: unknown, { values, choices }: Extract<Expected, { kind: 'pair' }>): Verdict {
  if (!Array.isArray(answer) || answer.length !== 2 || !answer.every((each) => typeof each === 'string')) {
    return wrong(
      `a list of two names is expected, such as ['${choices[0]}', '${choices.at(-1)}'], this is ${shown(answer)}`,
    );
  }
  const [first, second] = answer as [string, string];
  const unknown = [first, second].find((name) => !has(choices, name));
  if (unknown !== undefined) return unknownName(unknown, choices);
  if (values.some(([a, b]) => same(a, first) && same(b, second))) return right;
  if (values.some(([a, b]) => same(b, first) && same(a, second))) return wrong('these two, but in the other order');
  return wrong('these two are not the ones');
}

const unknownName = (name: string, choices: readonly string[]) =>
  wrong(`${shown(name)} is none of the possible answers: ${choices.join(', ')}`);
