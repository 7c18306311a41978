import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, projectFolder } from '../../src/core/paths';
import { LineProcess } from '../lineProcess';

/** The Python that has Keras, made for tests by kernel-setup/steps/oracle.mjs; TUNEBOOK_ORACLE names another. */
export function oraclePython(): string | undefined {
  const python = process.env.TUNEBOOK_ORACLE ?? cacheFolder('oracle', 'bin', 'python');
  return existsSync(python) ? python : undefined;
}

/** Skip the tests that need Keras where it is not installed, and say so once. */
export function needsOracle(suite: Mocha.Context): string {
  const python = oraclePython();
  if (!python) {
    console.log('    Keras is not installed for tests (.cache/oracle; npm test brings it): comparisons are skipped');
    return suite.skip();
  }
  return python;
}

export type KerasFormat = '.h5' | '.weights.h5' | '.keras';

export interface OracleRequest {
  name: string;
  size: number;
  /** of the files that are written; default: `.h5` */
  formats?: readonly KerasFormat[];
}

export interface OracleAnswer {
  /** a file of each format, of the whole network */
  top: string[];
  /** the same without its last layers */
  noTop: string[];
  parameters: number;
  logits: number[];
  features: number[];
}

/** One Keras process that answers requests in turn; it may be asked for the next while an answer is looked at. */
export class KerasOracle {
  private readonly process: LineProcess;

  constructor(
    python: string,
    private readonly folder: string,
  ) {
    this.process = new LineProcess('Keras', python, [join(projectFolder, 'test', 'models', 'oracle.py'), folder]);
  }

  ask(request: OracleRequest): void {
    this.process.ask(request);
  }

  answer(): Promise<OracleAnswer> {
    return this.process.answer<OracleAnswer>();
  }

  /** What the preprocessing of a backbone's weights makes of pixels of 0 to 255. */
  async preprocess(name: string, pixels: Uint8Array): Promise<Float32Array> {
    const file = join(this.folder, 'pixels.bin');
    writeFileSync(file, pixels);
    this.process.ask({ preprocess: name, pixels: file });
    const { output } = await this.process.answer<{ output: string }>();
    return new Float32Array(new Uint8Array(readFileSync(output)).buffer);
  }

  /** What a saved model, an `.h5`, a `.keras` or the folder of a SavedModel, makes of an input. */
  async predict(model: string, input: Float32Array): Promise<{ shape: number[]; output: number[]; names: string[] }> {
    const file = join(this.folder, 'input.bin');
    writeFileSync(file, Buffer.from(input.buffer, input.byteOffset, input.byteLength));
    this.process.ask({ predict: model, input: file });
    const answer = await this.process.answer<{ shape: number[]; output: number[]; names: string[]; error?: string }>();
    if (answer.error) throw new Error(`Keras: ${answer.error}`);
    return answer;
  }

  end(): void {
    this.process.end();
  }
}

/** The picture of oracle.py, pixels of 0 to 255. */
export function formulaPicture(size: number): Float32Array {
  return Float32Array.from({ length: size * size * 3 }, (_, i) =>
    // as Python rounds: halves to the even number, which do not occur here
    Math.round(127.5 + 63.75 * (Math.sin(i / 97) + Math.cos(i / 1013))),
  );
}

/** Largest difference relative to the largest expected value. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    difference = Math.max(difference, Math.abs(expected[i]! - actual[i]!));
  }
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / scale;
}
