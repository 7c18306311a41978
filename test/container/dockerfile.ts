/** One instruction of a Dockerfile, with its continuation lines. */
export interface Instruction {
  /** In capitals, such as RUN. */
  name: string;
  /** Options such as `--chown=node:node`, by their name. */
  options: Record<string, string>;
  /** What follows the options, as it is written. */
  text: string;
}

/** What is known when an instruction is carried out. */
export interface State {
  /** Environment of all later commands. */
  env: Record<string, string>;
  /** Values of ARG, which are not part of the image. */
  args: Record<string, string>;
  user: string;
  folder: string;
}

/**
 * Read a Dockerfile: comments are left out, and lines that end in a backslash are joined.
 *
 * @throws {Error} for a line that is no instruction
 */
export function parseDockerfile(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replace(/\\[ \t]*\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const match = /^\s*([A-Za-z]+)\s+((?:--[\w-]+(?:=\S+)?\s+)*)(.*)$/.exec(line);
      if (!match) throw new Error(`not an instruction of a Dockerfile: ${line}`);
      const [, name = '', options = '', rest = ''] = match;
      const pairs = [...options.matchAll(/--([\w-]+)(?:=(\S+))?/g)].map(([, key = '', value = '']) => [key, value]);
      return { name: name.toUpperCase(), options: Object.fromEntries(pairs), text: rest.trim().replace(/\s+/g, ' ') };
    });
}

/** Fill in `$NAME`, `${NAME}` and `${NAME:-default}`, as Docker does in every instruction but RUN and CMD. */
export function fillIn(text: string, { args, env }: Pick<State, 'args' | 'env'>): string {
  return text.replace(/\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})/g, (_, plain, braced, usual = '') => {
    const name = plain ?? braced;
    return env[name] ?? args[name] ?? usual;
  });
}

/** The words of a command: a JSON list, or a line for the shell. */
export function commandWords(text: string): string[] {
  return text.startsWith('[') ? JSON.parse(text) : ['/bin/sh', '-c', text];
}

/**
 * The instructions that build a stage: its own, after those of the stages that it begins with.
 *
 * @param stage name of a stage; default: the last
 */
export function instructionsOf(all: readonly Instruction[], stage?: string): Instruction[] {
  const starts = all.flatMap(({ name }, i) => (name === 'FROM' ? [i] : []));
  const named = starts.map((start, k) => {
    const [from = '', , own = ''] = all[start]!.text.split(' ');
    return { from, own, body: all.slice(start + 1, starts[k + 1]) };
  });
  const last = stage === undefined ? named.at(-1) : named.find(({ own }) => own === stage);
  if (!last) throw new Error(`there is no stage ${stage}; the stages are ${named.map(({ own }) => own).join(', ')}`);
  const below = named.find(({ own }) => own === last.from);
  if (below) return [...instructionsOf(all, below.own), ...last.body];
  return [{ name: 'FROM', options: {}, text: last.from }, ...last.body];
}
