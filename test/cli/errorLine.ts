import assert from 'node:assert/strict';
import { runCommand } from './runCommand';

/** The single line on stderr of a command that fails with a UserError. */
export async function errorLine(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runCommand(...args);
  assert.equal(status, 1, stderr + stdout);
  assert.equal(stdout, '');
  const lines = stderr.trim().split('\n');
  assert.equal(lines.length, 1, stderr);
  return lines[0]!;
}
