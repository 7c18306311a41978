import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../src/core/paths';
import { Session } from '../test/kernel/session';

/** A cell of functions with types, which imports nothing, so that every kernel can run it. */
const functions = readFileSync(join(projectFolder, 'src', 'core', 'inOrder.ts'), 'utf8').replace('export ', '');

/** What is asked of each kernel, many times; `i` makes the cells differ. */
const questions: Record<string, (session: Session, i: number) => Promise<unknown>> = {
  'run a line': (session, i) => session.run(`const list${i} = [1, 2, 3].map((x) => ${i} * x); list${i}.length`),
  'run 25 lines': (session, i) => session.run(functions.replace('inOrder', `inOrder${i}`)),
  completion: (session, i) => {
    const code = `// ${i}\nconst value = Math.ab`;
    return session.ask('complete_request', { code, cursor_pos: code.length });
  },
  hover: (session, i) => {
    const code = `// ${i}\nMath.abs(1)`;
    return session.ask('inspect_request', { code, cursor_pos: code.indexOf('abs') + 1, detail_level: 0 });
  },
};

/**
 * Print the median wall-clock time of each question, in milliseconds, for this kernel and for Deno's, which translates cells but does not
 * check their types.
 */
export async function compareKernels(repetitions: number): Promise<void> {
  console.log('\nthrough the protocol of Jupyter');
  await measure('this kernel', await Session.start(), repetitions);
  const deno = process.env.TUNEBOOK_DENO ?? 'deno';
  const { stdout, status } = spawnSync(deno, ['--version'], { encoding: 'utf8' });
  if (status !== 0) {
    console.log("Deno's kernel: there is no deno here; TUNEBOOK_DENO can name the program");
    return;
  }
  const kernels = mkdtempSync(join(tmpdir(), 'tunebook-deno-'));
  try {
    const folder = join(kernels, 'kernels', 'deno');
    mkdirSync(folder, { recursive: true });
    const argv = [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'];
    writeFileSync(join(folder, 'kernel.json'), JSON.stringify({ argv, display_name: 'Deno', language: 'typescript' }));
    const version = /^deno \S+/.exec(stdout)?.[0] ?? 'deno';
    await measure(version, await Session.start(kernels, 'deno', kernels), repetitions);
  } finally {
    rmSync(kernels, { recursive: true, force: true });
  }
}

async function measure(name: string, session: Session, repetitions: number): Promise<void> {
  const columns: string[] = [];
  for (const [what, ask] of Object.entries(questions)) {
    const times: number[] = [];
    let last: unknown;
    for (let i = 0; i < repetitions; i++) {
      const began = performance.now();
      last = await ask(session, i);
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    columns.push(
      `${what} ${times[Math.floor(times.length / 2)]!.toFixed(0)} ms${answered(last) ? '' : ' (no answer)'}`,
    );
  }
  console.log([name.padEnd(14), ...columns].join('  '));
  await session.stop();
}

/** Whether a reply says something. */
function answered(reply: unknown): boolean {
  const {
    matches,
    found,
    reply: executed,
  } = reply as { matches?: string[]; found?: boolean; reply?: { status: string } };
  if (executed) return executed.status === 'ok';
  return matches ? matches.includes('abs') : found === true;
}
