import { commandLine } from '../src/cli/main';

/**
 * Which command the command line understands by these words, without doing it.
 *
 * @throws if it knows no such command, option or argument
 */
export async function commandOf(words: readonly string[]): Promise<string> {
  const program = commandLine();
  let reached = '';
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
    if (command === program) continue;
    command.action(() => {
      reached = command.name();
    });
  }
  await program.parseAsync([...words], { from: 'user' });
  return reached;
}
