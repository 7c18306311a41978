import { type BatchSource, type Data, type FrozenCounts, type FrozenPart, findFrozenPart } from '../features';
import { toSource } from '../features/batchSource';
import type { FrozenRows } from '../features/frozenRows';
import { openRows, sourceOfRows } from '../features/frozenSource';
import type { tf } from '../tensorflow';
import { compile } from '../tensorflow/graph';
import { evaluationBatches } from './evaluate';
import type { FitSettings } from './fitSettings';
import type { StepParts } from './step';

/** A forward pass: through the whole model, or only through the layers above the frozen part, whose output was computed before. */
export type Passes = Pick<StepParts, 'forward' | 'below' | 'cut'> & {
  source: BatchSource;
  /** number of layers that it passes */
  layers: number;
  /** the last layer of the part that was computed before; null if there is none */
  frozenUpTo: string | null;
};

/** The forward passes of one training. */
export interface OpenPasses {
  training: Passes;
  validation: Passes | undefined;
  /** how many outputs of the frozen part were computed or found in the cache, and in how many seconds */
  frozen: FrozenCounts;
  dispose(): void;
}

/** Prepares the passes: computes the outputs of the frozen part once per example, unless `cache` is false. */
export async function openPasses(
  model: tf.LayersModel,
  data: { train: Data; validation?: Data },
  settings: FitSettings,
): Promise<OpenPasses> {
  const { cache, listener } = settings;
  const train = toSource(data.train);
  const validation = data.validation && toSource(data.validation);
  const part = cache === false ? undefined : findFrozenPart(model);
  const { rows: given, ...limits } = typeof cache === 'object' ? cache : {};
  const { rows, sources } = part ? rowsFor(part, [train, validation], given, { ...limits, listener }) : nothing;
  try {
    const pass = async (source: BatchSource, training: boolean): Promise<Passes> => {
      const layers = model.layers.length;
      if (!part) {
        return { source, layers, frozenUpTo: null, forward: (x) => model.apply(x, { training }) as tf.Tensor2D };
      }
      const forward = (x: tf.Tensor) => part.above(x, training) as tf.Tensor2D;
      const kept = rows && sources.includes(source) && (await sourceOfRows(source, part, rows, listener));
      if (kept) {
        return { source: kept, layers: part.layersAbove, forward, cut: part.layer, frozenUpTo: part.layer };
      }
      return { source, layers, forward, below: part.below, cut: part.layer, frozenUpTo: null };
    };
    const passes = { training: await pass(train, true), validation: validation && (await pass(validation, false)) };
    const { computed, cached, seconds, engine } = rows ?? NONE;
    return { ...passes, frozen: { computed, cached, seconds, engine }, dispose: () => given || rows?.dispose() };
  } catch (error) {
    if (!given) rows?.dispose();
    throw error;
  } finally {
    rows?.close();
  }
}

const nothing = { rows: undefined, sources: [] };

const NONE: FrozenCounts = { computed: 0, cached: 0, seconds: 0, engine: 'tensorflow' };

/** Space for the outputs of all sources, so that one graph computes them; or for the validation data only, if there is not enough. */
function rowsFor(
  part: FrozenPart,
  all: readonly (BatchSource | undefined)[],
  given: FrozenRows | undefined,
  options: Parameters<typeof openRows>[2],
): { rows: FrozenRows | undefined; sources: readonly BatchSource[] } {
  const finite = all.filter((source) => source !== undefined && Number.isFinite(source.views ?? 1)) as BatchSource[];
  if (given) return { rows: given, sources: finite };
  for (const sources of [finite, finite.slice(-1)]) {
    const rows = openRows(part, sources, options);
    if (rows) return { rows, sources };
  }
  return nothing;
}

/** From this number of layers times batches on, validation runs as a graph. */
const LAYER_BATCHES_FOR_GRAPH = 600;

/** The forward pass of validation, as one graph where that is faster: the current weights are passed in at each call. */
export function validationPass(
  { source, layers, forward, below = (x) => x }: Passes,
  { epochs, graph, listener }: FitSettings,
): Pick<Passes, 'forward' | 'below'> & { dispose(): void } {
  const whole = (x: tf.Tensor) => forward(below(x));
  const worth = epochs * evaluationBatches(source).length * layers >= LAYER_BATCHES_FOR_GRAPH;
  if (graph === false || (graph === 'auto' && !worth)) return { forward: whole, below: undefined, dispose: () => {} };
  const compiled = compile(whole, {
    name: 'validation',
    onFallback: (message) => listener.onMessage?.(message),
  });
  return { forward: (x) => compiled.call(x), below: undefined, dispose: () => compiled.dispose() };
}
