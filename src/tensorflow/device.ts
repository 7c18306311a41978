import { availableParallelism, cpus } from 'node:os';
import * as tf from '#tfjs';
import { usedGpu } from './gpu';
import { availableEngines, type Engine } from './graph/engine';

/** The device that TensorFlow computes on, and the versions in use. */
export interface DeviceReport {
  /** Version of TensorFlow's native library, such as '2.21.0'. */
  tensorflow: string;
  /** Version of TensorFlow.js. */
  tfjs: string;
  /** Whether TensorFlow computes on the CPU or on a GPU. */
  kind: 'CPU' | 'GPU';
  /** Name of the device, such as 'AMD EPYC 7763' or 'NVIDIA H100 80GB HBM3'. */
  name: string;
  /** Number of logical processors that this process may use. */
  threads: number;
  /** What the setting `engine` may be here beside 'auto': TensorFlow, and ONNX Runtime and OpenVINO where they are installed. */
  engines: Engine[];
}

interface NodeBackend {
  isUsingGpuDevice: boolean;
  binding: { TF_Version: string };
}

/**
 * Tell which device TensorFlow computes on, and which versions are in use. It loads TensorFlow, if that has not been used yet.
 *
 * @throws {UserError} when TensorFlow is not set up
 *
 * @example
 * ```ts
 * import { deviceReport } from 'tunebook';
 *
 * const { kind, name, threads } = deviceReport();
 * console.log(`${kind}: ${name}, ${threads} threads`);
 * ```
 */
export function deviceReport(): DeviceReport {
  const backend = tf.backend() as unknown as NodeBackend;
  const gpu = backend.isUsingGpuDevice;
  return {
    tensorflow: backend.binding.TF_Version,
    tfjs: tf.version_core,
    kind: gpu ? 'GPU' : 'CPU',
    name: gpu ? (usedGpu()?.name ?? 'NVIDIA GPU') : processorName(),
    threads: availableParallelism(),
    engines: availableEngines(),
  };
}

/** The processor's name; Linux on arm64 does not tell it, and Node says 'unknown'. */
function processorName(): string {
  const model = cpus()[0]?.model.trim();
  return model && model !== 'unknown' ? model : `${process.arch} processor`;
}
