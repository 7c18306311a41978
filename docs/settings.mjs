// `npm run settings`: writes what follows from the table in src/training/settings/table.ts, namely the page docs/settings.md and the
// comments in src/training/settings/types.ts. A test compares both with the table.
import { readFileSync, writeFileSync } from 'node:fs';
import { describeSetting, settingsPage } from '../dist/src/training/index.js';

const types = new URL('../src/training/settings/types.ts', import.meta.url);
const LINE = 120;

/** A comment of one line where it fits, else of several. */
function comment(text) {
  const line = `  /** ${text} */`;
  if (line.length <= LINE) return line;
  const lines = ['   *'];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length >= LINE) lines.push('   *');
    lines[lines.length - 1] += ` ${word}`;
  }
  return ['  /**', ...lines, '   */'].join('\n');
}

const property = / {2}(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n {2})?(\w+): (\w+);/g;
const source = readFileSync(types, 'utf8');
writeFileSync(
  types,
  source.replace(property, (_, name, type) => `${comment(describeSetting(name))}\n  ${name}: ${type};`),
);
writeFileSync(new URL('settings.md', import.meta.url), settingsPage());
