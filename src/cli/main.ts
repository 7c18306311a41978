import { Command, CommanderError } from 'commander';
import { didYouMean } from '../core/didYouMean';
import { messageOf, UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { printError } from './print';

/**
 * Run the command line of tunebook.
 *
 * @param argv the arguments after `tunebook`
 * @returns the exit code: 0, or 1 after an error, which is printed on standard error in one line
 */
export async function main(argv: readonly string[]): Promise<number> {
  const program = commandLine(argv[0]);
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      outputError: (text, write) => write(`${printableLine(errorLine(text, command, argv).trimEnd())}\n`),
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // commander has printed the error or the help
    if (!isExpected(error)) throw error;
    printError(messageOf(error));
    return 1;
  }
}

const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)];

/** Whether an error is a user's mistake, or of this machine (such as a full disk), and not a fault of tunebook. */
function isExpected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // the errors of kernel-setup/ are of another class, as it runs before src is compiled
  if (error instanceof UserError || error.name === 'SetupError') return true;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && typeof syscall === 'string';
}

/** The commands, in the order of the help. Each is loaded when it is called: all of them together load nearly the whole of tunebook. */
const COMMANDS: Readonly<Record<string, () => Command>> = {
  auto: () => (require('./auto') as typeof import('./auto')).autoCommand(),
  train: () => (require('./train') as typeof import('./train')).trainCommand(),
  predict: () => (require('./predict') as typeof import('./predict')).predictCommand(),
  evaluate: () => (require('./evaluate') as typeof import('./evaluate')).evaluateCommand(),
  export: () => (require('./export') as typeof import('./export')).exportCommand(),
  report: () => (require('./report') as typeof import('./report')).reportCommand(),
  study: () => (require('./study') as typeof import('./study')).studyCommand(),
  worker: () => (require('./worker') as typeof import('./worker')).workerCommand(),
  check: () => (require('./check') as typeof import('./check')).checkCommand(),
  datasets: () => (require('./datasets') as typeof import('./datasets')).datasetsCommand(),
  new: () => (require('./new') as typeof import('./new')).newCommand(),
  course: () => (require('./course') as typeof import('./course')).courseCommand(),
  advise: () => (require('./advise') as typeof import('./advise')).adviseCommand(),
  notebooks: () => (require('./notebooks') as typeof import('./notebooks')).notebooksCommand(),
  site: () => (require('./site') as typeof import('./site')).siteCommand(),
  lab: () => (require('./setupCommands') as typeof import('./setupCommands')).labCommand(),
  kernel: () => (require('./setupCommands') as typeof import('./setupCommands')).kernelCommand(),
  doctor: () => (require('./setupCommands') as typeof import('./setupCommands')).doctorCommand(),
  cache: () => (require('./cache') as typeof import('./cache')).cacheCommand(),
  setup: () => (require('./setupCommands') as typeof import('./setupCommands')).setupSubcommand(),
};

/**
 * All commands with their options.
 *
 * @param called the name of a command, if that is the only one that is needed
 */
export function commandLine(called?: string): Command {
  const program = new Command('tunebook').description(
    'Fine-tune a pre-trained CNN on a small image dataset, and see what it does.',
  );
  const known = called !== undefined && Object.hasOwn(COMMANDS, called);
  for (const name of known ? [called] : Object.keys(COMMANDS)) program.addCommand(COMMANDS[name]!());
  return program;
}

/** The error of commander in one line, with the name that was probably meant. */
function errorLine(text: string, { options }: Command, argv: readonly string[]): string {
  const line = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  if (line.startsWith('required option')) {
    // if a required option is misspelled, commander only reports that it is missing
    const names = options.map(({ long }) => long ?? '');
    const stray = argv
      .map((word) => word.replace(/=.*/s, ''))
      .find((word) => /^--./.test(word) && !names.includes(word));
    if (stray !== undefined) return `tunebook: unknown option '${stray}'${didYouMean(stray, names)}\n`;
  }
  const [, given = '', choices = ''] =
    /(?:argument|value) '(.*?)' is invalid(?: for argument '.*?')?\. Allowed choices are (.*)\.$/.exec(line) ?? [];
  return `tunebook: ${line}${didYouMean(given, choices.split(', '))}\n`;
}
