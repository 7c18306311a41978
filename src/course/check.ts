import { inspect } from 'node:util';
import { didYouMean } from '../core/didYouMean';
import { shown, UserError } from '../core/errors';
import { judge } from './answers';
import type { ChapterValues } from './exercise';
import { exercises } from './exercises';

/** What {@link check} says of an answer; a notebook shows its text. */
export interface CheckedAnswer {
  /** Whether the answer is right. */
  right: boolean;
  /** One sentence: that the answer is right, or what is off about it, without the right answer. */
  says: string;
  /** Number of the exercise in its chapter. */
  exercise: number;
}

/** The chapter whose exercises are checked, and its values: a notebook is one chapter. */
let current: { name: string; values: ChapterValues } | undefined;

/**
 * Checks answers to the exercises of the course.
 *
 * The right answers are computed from the values of the chapter, so that they suit the reader's own pictures, seeds and numbers of
 * epochs. What is said of a wrong answer leads on, and never contains the right one.
 *
 * @example
 * ```ts
 * import { check } from 'tunebook';
 *
 * check.chapter('01-choose-a-model');
 * check.exercise(1, 6423041).says; // => 'this is the head with 256 units'
 * check.exercise(1, 'many').right; // => false
 * ```
 */
export const check = {
  /**
   * Say which chapter's exercises are checked.
   *
   * @param name of the chapter, such as `'06-monitor'`
   * @param values of the chapter that its exercises need, such as `{ run }`
   * @throws {UserError} if there is no such chapter, or no such value
   */
  chapter(name: string, values: ChapterValues = {}): void {
    const names = Object.keys(exercises);
    if (!Object.hasOwn(exercises, name)) {
      throw new UserError(
        `check.chapter: no exercises to check in ${shown(name)}; the chapters are ${names.join(', ')}${didYouMean(String(name), names)}`,
      );
    }
    const needed = neededValues(name);
    const unknown = Object.keys(values).find((key) => !needed.some((value) => value === key));
    if (unknown !== undefined) {
      throw new UserError(
        `check.chapter: ${name} needs no value '${unknown}'; it needs ${needed.join(', ') || 'none'}${didYouMean(unknown, needed)}`,
      );
    }
    current = { name, values };
  },

  /**
   * Check an answer.
   *
   * @param number of the exercise, from 1
   * @param answer any value
   * @returns whether it is right, and what is off
   * @throws {UserError} without a chapter, for a number that the chapter does not have, or if the chapter's values are missing
   */
  exercise(number: number, answer?: unknown): CheckedAnswer {
    if (!current)
      throw new UserError(
        "check.exercise: which chapter? Call check.chapter, such as check.chapter('06-monitor', { run })",
      );
    const { name, values } = current;
    const all = exercises[name]!;
    const exercise = Number.isInteger(number) ? all[number - 1] : undefined;
    if (!exercise) {
      throw new UserError(`check.exercise: ${name} has the exercises 1 to ${all.length}, got ${shown(number)}`);
    }
    const missing = exercise.needs.filter((key) => values[key] === undefined || values[key] === null);
    if (missing.length > 0) {
      throw new UserError(
        `check.exercise: exercise ${number} needs ${missing.join(', ')}: run the cells above, then check.chapter('${name}', { ${neededValues(name).join(', ')} })`,
      );
    }
    const verdict = judge(answer, exercise.expected(values as Required<ChapterValues>));
    return new Checked(number, verdict.right, verdict.says);
  },
};

/** Names of the values that the exercises of a chapter need. */
export function neededValues(chapter: string): (keyof ChapterValues)[] {
  return [...new Set(exercises[chapter]!.flatMap(({ needs }) => needs))];
}

class Checked implements CheckedAnswer {
  constructor(
    readonly exercise: number,
    readonly right: boolean,
    readonly says: string,
  ) {}

  [inspect.custom](): string {
    return this.right ? `Exercise ${this.exercise}: right` : `Exercise ${this.exercise}: not yet, ${this.says}`;
  }
}
