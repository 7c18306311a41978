import { messageOf } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { availablePrecision } from './availablePrecision';
import { nodeBackend, type tf } from './backend';
import { buildWithEngine } from './chooseEngine';
import { buildGraph, type CompiledGraph } from './compiledGraph';
import { availableEngine, type Engine, type EngineChoice } from './engine';
import { float32Tolerance, type Precision } from './precision';
import { isRecording } from './recorder';
import { type Form, formOf, pack, type Results, unpack } from './results';

export interface CompileOptions {
  /** name of the function in messages */
  name?: string;
  /**
   * One graph for every batch size: true if the batch is the first dimension of every input that has the same one as the
   * first input, or the indices of the inputs that have it. Default true.
   */
  anyBatch?: boolean | readonly number[];
  /**
   * Variables whose values become constants of the graph, which TensorFlow can then optimize; the graph is compiled again
   * when one of them was assigned. All others are fed at every call. Default none.
   */
  frozen?: readonly tf.Variable[];
  /** fold batch normalization in inference mode into the convolutions before it, where both are frozen; default true */
  foldBatchNormalization?: boolean;
  /**
   * 'bfloat16' computes convolutions and matrix products in numbers of 8 bits' precision, about twice as fast on processors
   * that have instructions for it. Elsewhere, and where a row of the results would be off by more than a cosine of 0.999 in the first
   * batch, it stays 'float32', the default, and `onFallback` is called.
   */
  precision?: Precision;
  /**
   * What computes the graph. Engines other than TensorFlow only compute functions of one tensor of which all variables are frozen. 'auto'
   * is the fastest engine: all are measured on the first batch, once for each network. Default 'tensorflow'.
   */
  engine?: EngineChoice;
  /**
   * Variables that are fed stay in TensorFlow's memory from call to call, and are read back only when a program reads their
   * values: otherwise each call copies all weights to the GPU and back. Default: where there is a GPU.
   */
  keepVariables?: boolean;
  /** in float32, largest difference between graph and function, relative to the largest number of a tensor; default 1e-3, or 2e-2
   * on a GPU that multiplies in TensorFloat-32 */
  tolerance?: number;
  /** largest number of graphs (input shapes); beyond it the least recently used one is dropped. Default 4 */
  graphs?: number;
  /** called once with the reason when calls run op by op, or in another precision; default: console.warn */
  onFallback?: (message: string) => void;
}

/** Report on the compilation of a graph. */
export interface CompileReport {
  /** operations that were recorded */
  ops: number;
  /** nodes of the graph, with constants */
  nodes: number;
  /** number of batch normalizations, and of factors of each channel, that were folded into a convolution */
  folded: number;
  /** whether the graph accepts every batch size */
  anyBatch: boolean;
  /** largest difference between graph and function, relative to the largest number of a tensor */
  difference: number;
  /** what computes the graph */
  engine: Engine;
  /** what it computes in */
  precision: Precision;
  /** why calls run op by op, or null if they run as a graph */
  fallback: string | null;
  /** seconds for recording, loading and checking */
  seconds: number;
}

/** A function of tensors that runs as one TensorFlow graph. */
export interface CompiledFunction<I extends tf.Tensor[], O extends Results> {
  call(...inputs: I): O;
  /** Compile the graph for inputs of these shapes now, and report on it. Variables keep their values. */
  compile(...inputs: I): CompileReport;
  /** report on the last compilation; undefined before the first */
  readonly report: CompileReport | undefined;
  /** Free the memory of all graphs. A later call compiles again. */
  dispose(): void;
}

interface Entry {
  graph?: CompiledGraph;
  form: Form;
  report: CompileReport;
}

/**
 * Compile a function of tensors into one TensorFlow graph, instead of running it operation by operation.
 *
 * At the first call (or `compile`) the function runs a few times on small batches and its operations are recorded; the
 * graph is checked against it, and all later calls with inputs of that type and shape run the graph. The function may
 * read and write `tf.Variable`s, compute gradients and use an optimizer: weights and slots are fed and fetched.
 *
 * The function must not branch on the values of tensors, nor keep numbers in JavaScript between calls: learning rates and seeds are
 * inputs, and random numbers come from TensorFlow's stateless operations. Most violations are detected: then the function runs op by
 * op, and `onFallback` is called once. Tensors of the closure that are not variables become constants.
 */
export function compile<I extends tf.Tensor[], O extends Results>(
  fn: (...inputs: I) => O,
  options?: CompileOptions,
): CompiledFunction<I, O> {
  return new Compiled(fn, options);
}

class Compiled<I extends tf.Tensor[], O extends Results> implements CompiledFunction<I, O> {
  report: CompileReport | undefined;
  private readonly options: Required<CompileOptions>;
  /** by signature; the one used last comes last */
  private readonly entries = new Map<string, Entry>();
  /** signatures for which one graph for all batch sizes failed: they get a graph for each */
  private readonly exact = new Set<string>();
  private batched: ReadonlySet<number> | undefined;
  private frozenData: object[] = [];
  private warned = false;

  constructor(
    private readonly fn: (...inputs: I) => O,
    options?: CompileOptions,
  ) {
    this.options = withDefaults<Required<CompileOptions>>('compile', options, {
      name: fn.name || 'a function',
      anyBatch: true,
      frozen: [],
      foldBatchNormalization: true,
      precision: 'float32',
      engine: 'tensorflow',
      keepVariables: nodeBackend().isUsingGpuDevice,
      tolerance: float32Tolerance(),
      graphs: 4,
      onFallback: (message) => console.warn(message),
    });
    checkNumber('compile: graphs', this.options.graphs, { min: 1, integer: true });
    checkNumber('compile: tolerance', this.options.tolerance, { min: 0 });
    this.options.precision = availablePrecision(this.options.precision, this.options.onFallback);
    this.options.engine = availableEngine(this.options.engine, this.options.precision);
  }

  call(...inputs: I): O {
    if (isRecording() || inputs.some(({ size }) => size === 0)) return this.fn(...inputs);
    const { graph, form } = this.entryFor(inputs);
    return graph ? (unpack(graph.session.run(inputs), form) as O) : this.fn(...inputs);
  }

  compile(...inputs: I): CompileReport {
    return this.entryFor(inputs).report;
  }

  dispose(): void {
    for (const { graph } of this.entries.values()) graph?.session.dispose();
    this.entries.clear();
    this.exact.clear();
  }

  private entryFor(inputs: I): Entry {
    const { frozen, anyBatch } = this.options;
    if (this.frozenData.some((data, i) => data !== frozen[i]!.dataId)) this.dispose();
    this.batched ??= batchedInputs(inputs, anyBatch);
    const free = signature(inputs, this.batched);
    const key = free !== undefined && !this.exact.has(free) ? free : signature(inputs, new Set())!;
    let entry = this.entries.get(key);
    if (entry?.graph?.session.isStale) {
      entry.graph.session.dispose();
      entry = undefined;
    }
    this.entries.delete(key);
    if (!entry) {
      entry = this.make(inputs, key === free ? this.batched : new Set());
      this.frozenData = frozen.map(({ dataId }) => dataId);
      this.report = entry.report;
    }
    // a graph for one batch size only goes under the signature that names it
    const place = !entry.report.anyBatch && entry.graph ? signature(inputs, new Set())! : key;
    if (place !== key) this.exact.add(key);
    this.entries.set(place, entry);
    if (this.entries.size > this.options.graphs) this.forgetOldest();
    return entry;
  }

  /** For any batch size if that can be, else for this one, else none. */
  private make(inputs: I, batched: ReadonlySet<number>): Entry {
    const began = performance.now();
    const { foldBatchNormalization, precision, keepVariables, frozen, tolerance, name, onFallback } = this.options;
    let form: Form;
    const fn = (...tensors: tf.Tensor[]) => {
      const results = this.fn(...(tensors as I));
      form = formOf(results);
      return pack(results);
    };
    const report: CompileReport = {
      ops: 0,
      nodes: 0,
      folded: 0,
      anyBatch: false,
      difference: 0,
      engine: 'tensorflow',
      precision: 'float32',
      fallback: null,
      seconds: 0,
    };
    let graph: CompiledGraph | undefined;
    for (const free of batched.size > 0 ? [batched, new Set<number>()] : [batched]) {
      try {
        const common = { foldBatchNormalization, precision, keepVariables, tolerance };
        const settings = { ...common, frozen: new Set(frozen), batched: free };
        const build = (engine: Engine) => buildGraph(fn, inputs, { ...settings, engine });
        graph = buildWithEngine(this.options.engine, build, inputs, frozen, onFallback);
        const { engine, ops, nodes, folded, difference, precision: used, refused } = graph;
        const made = { engine, ops, nodes, folded, difference, precision: used };
        Object.assign(report, made, { anyBatch: free.size > 0, fallback: null });
        if (refused !== undefined) this.warn(`${name} in float32: ${refused}`);
        break;
      } catch (error) {
        report.fallback = messageOf(error);
      }
    }
    report.seconds = (performance.now() - began) / 1000;
    if (report.fallback !== null) this.warn(`${name} runs op by op: ${report.fallback}`);
    return { graph, form, report };
  }

  /** Say once that something else is computed than what was asked for. */
  private warn(message: string): void {
    if (!this.warned) this.options.onFallback(message);
    this.warned = true;
  }

  private forgetOldest(): void {
    const [key, entry] = this.entries.entries().next().value!;
    entry.graph?.session.dispose();
    this.entries.delete(key);
  }
}

function batchedInputs(inputs: readonly tf.Tensor[], anyBatch: boolean | readonly number[]): ReadonlySet<number> {
  if (typeof anyBatch !== 'boolean') return new Set(anyBatch);
  const batch = inputs[0]?.shape[0];
  if (!anyBatch || batch === undefined) return new Set();
  return new Set(inputs.flatMap(({ shape }, i) => (shape[0] === batch ? [i] : [])));
}

/** Types and shapes, without the batch size; undefined if the inputs that should have the same one do not. */
function signature(inputs: readonly tf.Tensor[], batched: ReadonlySet<number>): string | undefined {
  const sizes = new Set([...batched].map((i) => inputs[i]?.shape[0]));
  if (sizes.size > 1) return undefined;
  return inputs
    .map(({ dtype, shape }, i) => `${dtype}[${batched.has(i) ? ['*', ...shape.slice(1)] : shape}]`)
    .join(' ');
}
