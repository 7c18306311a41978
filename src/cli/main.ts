import { Command, CommanderError } from 'commander';
import { didYouMean } from '../core/didYouMean';
import { messageOf, UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { adviseCommand } from './advise';
import { autoCommand } from './auto';
import { cacheCommand } from './cache';
import { checkCommand } from './check';
import { courseCommand } from './course';
import { datasetsCommand } from './datasets';
import { evaluateCommand } from './evaluate';
import { exportCommand } from './export';
import { newCommand } from './new';
import { notebooksCommand } from './notebooks';
import { predictCommand } from './predict';
import { printError } from './print';
import { reportCommand } from './report';
import { doctorCommand, kernelCommand, labCommand, setupSubcommand } from './setupCommands';
import { siteCommand } from './site';
import { studyCommand } from './study';
import { trainCommand } from './train';
import { workerCommand } from './worker';

/**
 * Run the command line of tunebook.
 *
 * @param argv the arguments after `tunebook`
 * @returns the exit code: 0, or 1 after an error, which is printed on standard error in one line
 */
export async function main(argv: readonly string[]): Promise<number> {
  const program = commandLine();
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

/** All commands with their options. */
export function commandLine(): Command {
  return new Command('tunebook')
    .description('Fine-tune a pre-trained CNN on a small image dataset, and see what it does.')
    .addCommand(autoCommand())
    .addCommand(trainCommand())
    .addCommand(predictCommand())
    .addCommand(evaluateCommand())
    .addCommand(exportCommand())
    .addCommand(reportCommand())
    .addCommand(studyCommand())
    .addCommand(workerCommand())
    .addCommand(checkCommand())
    .addCommand(datasetsCommand())
    .addCommand(newCommand())
    .addCommand(courseCommand())
    .addCommand(adviseCommand())
    .addCommand(notebooksCommand())
    .addCommand(siteCommand())
    .addCommand(labCommand())
    .addCommand(kernelCommand())
    .addCommand(doctorCommand())
    .addCommand(cacheCommand())
    .addCommand(setupSubcommand());
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
