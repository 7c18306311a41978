import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Precision } from '../src/tensorflow/graph/precision';

/** What a peer is asked to prepare; peers/serve.py says what it answers. */
export interface Work {
  kind: 'forward' | 'step' | 'decode' | 'matmul' | 'conv';
  network?: string;
  batch?: number;
  /** side of the pictures, in pixels */
  size?: number;
  classes?: number;
  /** last blocks of the backbone to count operations of */
  blocks?: number;
  /** photos to decode */
  files?: readonly string[];
  precision?: Precision;
  /** with torch.compile, for PyTorch */
  compiled?: boolean;
}

/** What a peer says of the work it prepared. */
export interface Prepared {
  parameters?: number;
  /** of the framework */
  version?: string;
  /** floating-point operations of one run: two for a multiplication with addition */
  flops?: number;
  /** the part of them that is in the last blocks of the backbone that the work names */
  flopsOfBlocks?: number;
  /** between outputs in the precision asked for and in float32, the least of all rows */
  cosine?: number;
}

/** Milliseconds after which an answer is not waited for any longer. */
const PATIENCE = 120_000;

/** A framework in a process of its own, which lives as long as a row is measured and does its work once whenever asked. */
export class Peer {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private errors = '';

  constructor(
    program: string,
    parameters: readonly string[],
    env: NodeJS.ProcessEnv,
    private readonly patience = PATIENCE,
  ) {
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
    // its own children (torch.compile has some) may hold the other ends open, for which this process would wait
    this.child.stdout.destroy();
    this.child.stderr.destroy();
  }

  private async ask<T extends object>(request: object): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.nextAnswer();
    if (done) throw new Error(this.errors.trim().split('\n').at(-1) || 'the process ended');
    const answer = JSON.parse(value) as T & { error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  private async nextAnswer(): Promise<IteratorResult<string>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${this.patience / 1000} s`)), this.patience);
    });
    try {
      return await Promise.race([this.answers.next(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
