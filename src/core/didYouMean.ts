/**
 * ` (did you mean 'hybrid'?)` after a name that is none of those to choose from, or nothing where none is like it.
 *
 * @param word what was given
 * @param words what could have been given
 */
export function didYouMean(word: string, words: readonly string[]): string {
  const given = word.toLowerCase();
  let nearest = '';
  let least = Math.max(1, Math.floor(given.length * 0.4)) + 1;
  for (const name of words) {
    const known = name.toLowerCase();
    // an abbreviation, or a longer form, counts as near although many letters differ
    const whole = given.length > 2 && (known.startsWith(given) || given.startsWith(known));
    const steps = Math.min(distance(given, known), whole ? 1 : Infinity);
    if (steps < least) [nearest, least] = [name, steps];
  }
  return nearest === '' ? '' : ` (did you mean '${nearest}'?)`;
}

/** Edit distance with insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  let [before, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last![j]! + 1, row[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before![j - 2]! + 1);
    }
    [before, last] = [last!, row];
  }
  return last!.at(-1)!;
}
