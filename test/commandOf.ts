import type { Command } from 'commander';
import { commandLine } from '../src/cli/main';

/**
 * The command that the command line recognizes in these words, without running it.
 *
 * @throws if the command, an option or an argument is unknown
 */
export async function commandOf(words: readonly string[]): Promise<string> {
  const program = commandLine();
  let reached = '';
  const prepare = (command: Command, name: string) => {
    command.exitOverride().configureOutput({ writeErr: () => {} });
    if (command !== program) {
      command.action(() => {
        reached = name;
      });
    }
    for (const inner of command.commands) prepare(inner, command === program ? inner.name() : name);
  };
  prepare(program, '');
  await program.parseAsync([...words], { from: 'user' });
  return reached;
}
