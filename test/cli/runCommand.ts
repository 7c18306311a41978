import { main } from '../../src/cli/main';

/** The exit code and what a command prints. It runs in this process, where TensorFlow is loaded. */
export async function runCommand(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  const { stdout, stderr } = process;
  const write = { stdout: stdout.write, stderr: stderr.write };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array) => {
      printed[name] += text;
      return true;
    };
  }
  try {
    return { status: await main(args), ...printed };
  } finally {
    stdout.write = write.stdout;
    stderr.write = write.stderr;
    process.exitCode = 0; // some commands set it, which would be that of the tests
  }
}
