import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { EngineChoice } from '../src/tensorflow/graph/engine';
import type { Precision } from '../src/tensorflow/graph/precision';

/** The work that a framework is asked to prepare; peers/serve.py describes the answers. */
export interface Work {
  kind: 'forward' | 'step' | 'load' | 'decode' | 'serve' | 'matmul' | 'conv';
  network?: string;
  batch?: number;
  /** side of the pictures, in pixels */
  size?: number;
  classes?: number;
  /** number of the backbone's last blocks whose operations are counted */
  blocks?: number;
  /** photos to decode, or the one to predict */
  files?: readonly string[];
  /** folder of the run that predicts */
  run?: string;
  precision?: Precision;
  /** what computes a forward pass, for tunebook */
  engine?: EngineChoice;
  /** with torch.compile, for PyTorch, or XLA, for Keras */
  compiled?: boolean;
}

/** A framework's description of the work that it has prepared. */
export interface Prepared {
  parameters?: number;
  /** version of the framework */
  version?: string;
  /** floating-point operations of one run: two for a multiplication with addition */
  flops?: number;
  /** the floating-point operations in the last `blocks` blocks of the backbone */
  flopsOfBlocks?: number;
  /** smallest cosine between the outputs in this precision and in float32, over all rows */
  cosine?: number;
  /** what computes tunebook's forward pass */
  engine?: string;
  /** what it computes in, which may be float32 where bfloat16 was asked for */
  precision?: Precision;
}

/** How long to wait for an answer, in milliseconds: torch.compile takes a minute for a large network. */
const PATIENCE = 300_000;

/** A framework in a separate process, which does the work that it has prepared last whenever it is asked to. */
export class Peer {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private errors = '';

  constructor(program: string, parameters: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(program, parameters, { env, stdio: 'pipe' });
    this.child.on('error', (error) => {
      this.errors += error.message;
    });
    this.child.stdin.on('error', () => {}); // writing fails if the process has ended, which the missing answer reports
    this.child.stderr.on('data', (text) => {
      this.errors = `${this.errors}${text}`.slice(-2000);
    });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  prepare(work: Work): Promise<Prepared> {
    return this.ask({ do: 'prepare', ...work });
  }

  /** Do the work so many times. @returns the median, in milliseconds */
  async run(times = 1): Promise<number> {
    return (await this.ask<{ ms: number }>({ do: 'run', times })).ms;
  }

  /** @returns the largest resident memory of the process so far, in bytes */
  async peakMemory(): Promise<number> {
    return (await this.ask<{ bytes: number }>({ do: 'memory' })).bytes;
  }

  end(): void {
    this.child.stdin.end();
    this.child.kill();
    // its child processes (torch.compile starts some) may keep the pipes open, and this process would wait for them
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
      timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE / 1000} s`)), PATIENCE);
    });
    try {
      return await Promise.race([this.answers.next(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
