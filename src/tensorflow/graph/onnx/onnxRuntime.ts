import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from '../../../core/lazyModule';
import { cacheFolder, projectFolder } from '../../../core/paths';
import { tf } from '../backend';
import { engineThreads, type OptionalEngine, requireInstalled, type Session } from '../optionalEngine';
import { Refusal } from '../recording';
import { encodeOnnx, type OnnxGraph } from './onnxModel';

/** What is used of the package onnxruntime-node. */
interface OnnxRuntime {
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => OnnxTensor;
  env: { logLevel: string };
}
interface OnnxTensor {
  data: Float32Array;
  dims: readonly number[];
}

/**
 * The compiled part of the package, which computes at once; the package's own interface calls the same functions, but as promises, and
 * a model of TensorFlow.js computes at once, too. The set-up installs one version only, so that what this needs is there.
 */
interface Binding {
  InferenceSession: new () => {
    loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
    run(feeds: Record<string, OnnxTensor>, fetches: Record<string, null>, options: object): Record<string, OnnxTensor>;
    dispose(): void;
  };
}

const version = once((): string => {
  const file = join(projectFolder, 'kernel-setup', 'requirements', 'onnxruntime', 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).dependencies['onnxruntime-node'];
});

const folder = () => cacheFolder('onnxruntime', version(), 'node_modules', 'onnxruntime-node');

const load = once((): { runtime: OnnxRuntime; binding: Binding } => {
  const runtime = require(folder()) as OnnxRuntime;
  const { binding, initOrt } = require(join(folder(), 'dist', 'binding.js')) as { binding: Binding; initOrt(): void };
  runtime.env.logLevel = 'error';
  initOrt();
  return { runtime, binding };
});

/** A forward pass in ONNX Runtime. */
class OnnxSession implements Session {
  readonly isStale = false;
  private readonly session: InstanceType<Binding['InferenceSession']>;
  private readonly input: string;
  private readonly output: string;

  /** @throws {Refusal} if ONNX Runtime does not accept the graph */
  constructor(graph: OnnxGraph) {
    this.input = graph.input.name;
    this.output = graph.output.name;
    const { InferenceSession } = load().binding;
    this.session = new InferenceSession();
    const model = encodeOnnx(graph).toBytes();
    try {
      this.session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
        graphOptimizationLevel: 'all',
        intraOpNumThreads: engineThreads(),
        logSeverityLevel: 3,
        // between two runs, threads that wait in a loop for more work would slow down TensorFlow, sharp and other processes; within a run,
        // threads that sleep after each small operation would wake up too late
        extra: { session: { force_spinning_stop: '1' } },
      });
    } catch (error) {
      throw new Refusal(`ONNX Runtime does not load its graph: ${String(error)}`);
    }
  }

  /** Run the graph once: returns its only output. */
  run([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const { Tensor } = load().runtime;
    const feeds = { [this.input]: new Tensor('float32', x!.dataSync() as Float32Array, x!.shape) };
    const { data, dims } = this.session.run(feeds, { [this.output]: null }, {})[this.output]!;
    return [tf.tensor(data, [...dims], 'float32')];
  }

  dispose(): void {
    this.session.dispose();
  }
}

/** ONNX Runtime, by its package for Node. */
export const onnxRuntime: OptionalEngine = {
  title: 'ONNX Runtime',
  version,
  isInstalled: () => existsSync(join(folder(), 'package.json')),
  load(graph) {
    requireInstalled('onnxruntime', this);
    return new OnnxSession(graph);
  },
};
