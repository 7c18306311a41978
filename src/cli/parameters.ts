import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { stringLiteral } from '../core/escape/sourceCode';

/**
 * A parameter of a notebook: a declaration in its cell tagged `parameters`, on one line, such as
 *
 *     let epochs = 20; // passes over the training pictures
 *
 * Values are numbers, strings, booleans and lists of these. Other lines of the cell do not change.
 */
export interface Parameter {
  name: string;
  /** index of its line in the cell, from 0 */
  line: number;
  /** the text before the value: `let epochs = ` */
  before: string;
  value: string;
  /** the text after the value: `; // passes over the training pictures` */
  after: string;
}

const number = /-?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?/i;
const string = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\$]|\\.)*`/;
const literal = new RegExp(`${string.source}|true|false|${number.source}`, 'i');
const list = new RegExp(`\\[\\s*(?:(?:${literal.source})\\s*,?\\s*)*\\]`, 'i');
const declaration = new RegExp(
  `^(\\s*(?:let|const|var)\\s+([\\w$]+)\\s*(?::[^=]+)?=\\s*)(${list.source}|${literal.source})(\\s*;?\\s*(?://.*)?)$`,
  'i',
);

/** The parameters that a cell declares, in order. */
export function findParameters(source: string): Parameter[] {
  return source.split('\n').flatMap((text, line) => {
    const found = declaration.exec(text);
    if (!found) return [];
    const [, before = '', name = '', value = '', after = ''] = found;
    return [{ name, line, before, value, after }];
  });
}

/**
 * Replace the values of some parameters in a cell. Comments and everything else do not change.
 *
 * @param source the cell's text
 * @param values by name, as typed on the command line; each is read as the type of the old value
 * @throws {UserError} if a value has another type, or the cell does not declare a name
 */
export function setParameters(source: string, values: ReadonlyMap<string, string>): string {
  const parameters = findParameters(source);
  const lines = source.split('\n');
  for (const [name, value] of values) {
    const parameter = parameters.find((other) => other.name === name);
    if (!parameter) throw unknownParameter(name, parameters);
    lines[parameter.line] = parameter.before + literalLike(parameter, value) + parameter.after;
  }
  return lines.join('\n');
}

/** The error for a parameter that does not exist; it lists those that do. */
export function unknownParameter(name: string, parameters: readonly Parameter[]): UserError {
  const names = [...new Set(parameters.map((parameter) => parameter.name))];
  const known = names.length > 0 ? `the parameters are ${names.join(', ')}` : 'there are no parameters';
  return new UserError(`--set: unknown parameter '${name}'; ${known}${didYouMean(name, names)}`);
}

function literalLike({ name, value: old }: Parameter, text: string): string {
  if (!old.startsWith('[')) return scalarLike(name, old, text);
  const example = literal.exec(old)?.[0];
  const items = itemsOf(text.trim().replace(/^\[(.*)\]$/s, '$1'));
  const literals = items.map((item) => (example ? scalarLike(name, example, unquote(item)) : guess(item)));
  return `[${literals.join(', ')}]`;
}

/** The items of a list as typed, separated by commas; commas in quotes belong to an item. */
function itemsOf(inner: string): string[] {
  if (inner.trim() === '') return [];
  const quoted = new RegExp(`^\\s*(${string.source})\\s*(?:,|$)`);
  const items: string[] = [];
  for (let rest: string | undefined = inner; rest !== undefined; ) {
    const found = quoted.exec(rest);
    const end: number = found ? found[0].replace(/,$/, '').length : (rest.indexOf(',') + 1 || rest.length + 1) - 1;
    items.push(rest.slice(0, end).trim());
    rest = end < rest.length ? rest.slice(end + 1) : undefined;
  }
  return items;
}

function scalarLike(name: string, old: string, text: string): string {
  if (/^['"`]/.test(old)) return stringLiteral(text);
  if (old === 'true' || old === 'false') {
    if (text !== 'true' && text !== 'false') throw wrongType(name, 'true or false', text);
    return text;
  }
  if (text.trim() === '' || !Number.isFinite(Number(text.replaceAll('_', '')))) throw wrongType(name, 'a number', text);
  return String(Number(text.replaceAll('_', '')));
}

/** An item of a list whose old value is empty and so does not tell the type. */
function guess(item: string): string {
  if (item === 'true' || item === 'false') return item;
  return item !== '' && Number.isFinite(Number(item)) ? String(Number(item)) : stringLiteral(unquote(item));
}

function wrongType(name: string, expected: string, text: string): UserError {
  return new UserError(`--set ${name}: expected ${expected}, got '${text}'`);
}

function unquote(text: string): string {
  if (!new RegExp(`^(?:${string.source})$`, 's').test(text)) return text;
  return text.slice(1, -1).replace(escapeSequence, (_, long?: string, short?: string) => {
    if (long !== undefined) return String.fromCharCode(Number.parseInt(long, 16));
    return letters[short!] ?? short!;
  });
}

/** Escape sequences in a string literal. */
const escapeSequence = /\\(?:u([0-9a-f]{4})|([\s\S]))/gi;
const letters: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
