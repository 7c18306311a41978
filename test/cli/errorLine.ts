import assert from 'node:assert/strict';
import { main } from '../../src/cli/main';

/** The single line on stderr of a command that fails with a UserError. It runs in this process, where TensorFlow is loaded. */
export async function errorLine(...args: string[]): Promise<string> {
  const printed = { stdout: '', stderr: '' };
  const { stdout, stderr } = process;
  const write = { stdout: stdout.write, stderr: stderr.write };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array) => {
      printed[name] += text;
      return true;
    };
  }
  let status: number;
  try {
    status = await main(args);
  } finally {
    stdout.write = write.stdout;
    stderr.write = write.stderr;
  }
  assert.equal(status, 1, printed.stderr + printed.stdout);
  assert.equal(printed.stdout, '');
  const lines = printed.stderr.trim().split('\n');
  assert.equal(lines.length, 1, printed.stderr);
  return lines[0]!;
}
