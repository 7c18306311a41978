import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a peer is asked to prepare; peers/serve.py says what it answers. */
export interface Work {
  kind: 'forward' | 'step' | 'matmul' | 'conv';
  network?: string;
  batch?: number;
  /** side of the pictures, in pixels */
  size?: number;
  classes?: number;
  precision?: 'float32' | 'bfloat16';
}

/** What a peer says of the work it prepared. */
export interface Prepared {
  parameters?: number;
  /** of the framework */
  version?: string;
  /** floating-point operations of one run: two for a multiplication with addition */
  flops?: number;
}

/** A framework in a process of its own, which lives as long as a row is measured and does its work once whenever asked. */
export class Peer {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private errors = '';

  constructor(program: string, parameters: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(program, parameters, { env, stdio: 'pipe' });
    this.child.on('error', (error) => {
      this.errors += error.message;
    });
    this.child.stdin.on('error', () => {}); // it ended: the missing answer says so
    this.child.stderr.on('data', (text) => {
      this.errors = `${this.errors}${text}`.slice(-2000);
    });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  prepare(work: Work): Promise<Prepared> {
    return this.ask({ do: 'prepare', ...work });
  }

  /** Do the work once. @returns milliseconds */
  async run(): Promise<number> {
    return (await this.ask<{ ms: number }>({ do: 'run' })).ms;
  }

  /** @returns the largest resident memory of the process so far, in bytes */
  async peakMemory(): Promise<number> {
    return (await this.ask<{ bytes: number }>({ do: 'memory' })).bytes;
  }

  end(): void {
    this.child.stdin.end();
    this.child.kill();
  }

  private async ask<T extends object>(request: object): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(this.errors.trim().split('\n').at(-1) || 'the process ended');
    const answer = JSON.parse(value) as T & { error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
