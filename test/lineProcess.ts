import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** A process that answers each line of JSON with one, so that what takes long to load is loaded once. */
export class LineProcess {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly answers: AsyncIterator<string>;
  private said = '';

  constructor(
    private readonly name: string,
    program: string,
    parameters: readonly string[],
  ) {
    this.child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (text: Buffer) => {
      this.said = (this.said + text.toString()).slice(-4000);
    });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Send a request; another may be sent before its answer is taken. */
  ask(request: unknown): void {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  /** The answer to the oldest request that has none yet. */
  async answer<T>(): Promise<T> {
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.name} ended: ${this.said}`);
    return JSON.parse(value);
  }

  end(): void {
    this.child.stdin.end();
    this.child.kill();
  }
}
