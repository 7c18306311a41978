import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
import { sha256, writeFileAtomically } from '../core/files';
import { cacheFolder } from '../core/paths';
import { readBounded } from '../core/readBounded';

/** Which models were evaluated on the same pictures before, as far as this machine knows. */
export interface TestUse {
  /** Number of other models that were evaluated on any of these pictures before. */
  earlier: number;
  /** How many of these pictures they were evaluated on. */
  reused: number;
  /** Why this use could not be recorded, or earlier ones could not be read; missing when all could. */
  problem?: string;
}

/** What a model said of pictures: for each, by the beginning of its hash, a hash of the probabilities. */
type Use = Map<string, string>;

/** The most bytes of earlier uses that are compared, the latest first: those of some ten million pictures. */
const LARGEST = 2 ** 28;
const FILE = /^[0-9a-f]{32}\.txt$/;

/**
 * Keep in mind that a model was evaluated on test pictures: a file in the cache with a line for each picture. Pictures are
 * recognized by their content, whatever their names and labels are, and also when only some of them are evaluated again. The same
 * model again is no other model.
 *
 * The own use is written before earlier ones are read, so that of two evaluations at the same time at least one sees the other.
 */
export function recordTestUse(predictions: readonly { hash: string; probabilities: readonly number[] }[]): TestUse {
  const own: Use = new Map(predictions.map(({ hash, probabilities }) => [hash.slice(0, 16), wordOf(probabilities)]));
  const content = [...own].map((line) => `${line.join(' ')}\n`).sort();
  const name = `${sha256(content.join('')).slice(0, 32)}.txt`;
  const folder = cacheFolder('test-uses');
  const problems: string[] = [];
  const attempt = (what: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      problems.push(`${what}: ${messageOf(error)}`);
    }
  };
  attempt('it could not be recorded that they are used now', () => {
    if (!existsSync(join(folder, name))) writeFileAtomically(join(folder, name), content.join(''));
  });
  const others: Use[] = [];
  const reused = new Set<string>();
  attempt('earlier uses could not be read', () => {
    for (const file of earlierUses(folder, name)) {
      attempt('an earlier use could not be read', () => {
        const use = readUse(file);
        const common = [...own.keys()].filter((picture) => use.has(picture));
        if (common.length === 0 || areAlike(own, use)) return;
        for (const picture of common) reused.add(picture);
        if (!others.some((other) => areAlike(other, use))) others.push(use);
      });
    }
  });
  return {
    earlier: others.length,
    reused: predictions.filter(({ hash }) => reused.has(hash.slice(0, 16))).length,
    ...(problems.length > 0 && { problem: problems.join('; ') }),
  };
}

/** What to say of test pictures that were used before, or of which that is not known; undefined where there is nothing to say. */
export function testUseWarning({ earlier, reused, problem }: TestUse, pictures: number): string | undefined {
  const which = reused < pictures ? `${reused} of these ${pictures} test pictures` : 'these test pictures';
  const parts = [
    earlier > 0 &&
      `${which} were used for ${earlier} other model${earlier > 1 ? 's' : ''} before: the best of several looks better than it is; decide by validation pictures, and use the test pictures once`,
    problem && `whether test pictures are used more than once is not known on this machine: ${problem}`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join('; ') : undefined;
}

/** Two digits of the first probabilities: equal for the same model up to rounding errors, seldom equal for two models. */
function wordOf(probabilities: readonly number[]): string {
  const digits = probabilities.slice(0, 4).map((p) => p.toPrecision(2));
  return sha256(digits.join()).slice(0, 8);
}

/** Whether two uses are of one model: at least half of the pictures in both have the same probabilities. */
function areAlike(a: Use, b: Use): boolean {
  let common = 0;
  let equal = 0;
  for (const [picture, word] of a) {
    const other = b.get(picture);
    if (other === undefined) continue;
    common++;
    if (other === word) equal++;
  }
  return common > 0 && equal >= common / 2;
}

/** The files of all uses but one, the latest first. */
function earlierUses(folder: string, own: string): string[] {
  const files = readdirSync(folder)
    .filter((name) => FILE.test(name) && name !== own)
    .map((name) => ({ file: join(folder, name), ...sizeAndTime(join(folder, name)) }))
    .sort((a, b) => b.time - a.time);
  let bytes = 0;
  return files
    .filter(({ size }) => {
      bytes += size;
      return bytes <= LARGEST;
    })
    .map(({ file }) => file);
}

/** A line that cannot be understood counts for nothing. */
function readUse(file: string): Use {
  const lines = readBounded(file, { largest: LARGEST }).toString('latin1').split('\n');
  return new Map(
    lines.flatMap((line) => (/^\S+ [0-9a-f]{8}$/.test(line) ? [line.split(' ') as [string, string]] : [])),
  );
}

function sizeAndTime(file: string): { size: number; time: number } {
  const found = statSync(file, { throwIfNoEntry: false });
  return { size: found?.size ?? 0, time: found?.mtimeMs ?? 0 };
}
