import { commandLine } from '../src/cli/main';

/**
 * The command that the command line recognizes in these words, without running it.
 *
 * @throws if the command, an option or an argument is unknown
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
