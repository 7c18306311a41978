import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from '../../../core/lazyModule';
import { cacheFolder, projectFolder } from '../../../core/paths';
import { tf } from '../backend';
import { encodeOnnx, type OnnxGraph } from '../onnx/onnxModel';
import { engineThreads, type OptionalEngine, requireInstalled, type Session } from '../optionalEngine';
import { Refusal } from '../recording';
import { loadOpenVinoLibrary, type OpenVinoLibrary, type Pointer } from './library';

const version = once((): string => {
  const pins = readFileSync(join(projectFolder, 'kernel-setup', 'requirements', 'openvino', 'wheel.txt'), 'utf8');
  return /^openvino==([\d.]+)/m.exec(pins)![1]!;
});

/** Machines of several kinds may share a cache. */
const folder = () => cacheFolder('openvino', `${version()}-${process.platform}-${process.arch}`);

/** The libraries, and what knows how to compute on this machine: one for each process. */
const load = once((): { library: OpenVinoLibrary; core: Pointer } => {
  const library = loadOpenVinoLibrary(folder());
  return { library, core: library.made('core_create') };
});

/** A forward pass in OpenVINO, by the functions of its C interface. */
class OpenVinoSession implements Session {
  readonly isStale = false;
  private readonly compiled: Pointer;
  private readonly request: Pointer;

  /** @throws {Refusal} if OpenVINO does not accept the graph */
  constructor(graph: OnnxGraph) {
    const { library, core } = load();
    const bytes = encodeOnnx(graph).toBytes();
    const settings = {
      INFERENCE_NUM_THREADS: String(engineThreads()),
      PERFORMANCE_HINT: 'LATENCY', // all threads for one batch
      INFERENCE_PRECISION_HINT: 'f32', // else it is bfloat16 where the processor has that
      ENABLE_CPU_PINNING: 'NO', // the processes of a study would all compute on the same cores
    };
    let model: Pointer | undefined;
    try {
      model = library.made('core_read_model_from_memory_buffer', core, bytes, bytes.length, null);
      this.compiled = library.compiled(core, model, settings);
    } catch (error) {
      throw new Refusal(`OpenVINO does not load its graph: ${String(error)}`);
    } finally {
      if (model !== undefined) library.free('model_free', model);
    }
    this.request = library.made('compiled_model_create_infer_request', this.compiled);
  }

  /** Run the graph once: returns its only output. */
  run([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const { library } = load();
    const { request } = this;
    const input = library.tensor(x!.dataSync() as Float32Array, x!.shape);
    let output: Pointer | undefined;
    try {
      library.call('infer_request_set_input_tensor', request, input);
      library.call('infer_request_infer', request);
      output = library.made('infer_request_get_output_tensor', request);
      const { values, shape } = library.contentOf(output);
      return [tf.tensor(values, shape, 'float32')];
    } finally {
      if (output !== undefined) library.free('tensor_free', output);
      library.free('tensor_free', input);
    }
  }

  dispose(): void {
    const { library } = load();
    library.free('infer_request_free', this.request);
    library.free('compiled_model_free', this.compiled);
  }
}

/** OpenVINO, by its C library. */
export const openVino: OptionalEngine = {
  title: 'OpenVINO',
  version,
  isInstalled: () => existsSync(join(folder(), 'complete.txt')),
  load(graph) {
    requireInstalled('openvino', this);
    return new OpenVinoSession(graph);
  },
};
