import { printable } from './printable';

/**
 * Text as Markdown (CommonMark, GitHub's tables and links) that shows just this text, within a line, a list or a table cell:
 * no emphasis, link, HTML, heading or cell can come of it. Line breaks become spaces.
 *
 * ```ts
 * escapeMarkdown('<b>[a](http://x) | `c`'); // '&lt;b\\>\\[a\\]\\(http\\:\\/\\/x\\) \\| \\`c\\`'
 * ```
 */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .replace(/[\n\t]+/g, ' ')
    .replaceAll('&', '&amp;') // as entities, because some renderers do not accept a backslash before these two
    .replaceAll('<', '&lt;')
    .replace(/&(?:amp|lt);|[!-/:-@[-`{-~]/g, (found) => (found.length > 1 ? found : `\\${found}`));
}

/** A block of code in Markdown, with a fence that is longer than any in the code. */
export function markdownCode(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
