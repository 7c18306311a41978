import { availableParallelism, cpus } from 'node:os';
import * as tf from '#tfjs';
import { usedGpu } from './gpu';

/** What TensorFlow runs on. */
export interface DeviceReport {
  /** version of libtensorflow, e.g. '2.20.0' */
  tensorflow: string;
  tfjs: string;
  kind: 'CPU' | 'GPU';
  /** e.g. 'AMD EPYC 7763' for a CPU, 'NVIDIA H100 80GB HBM3' for a GPU */
  name: string;
  /** logical processors that this process may use */
  threads: number;
}

interface NodeBackend {
  isUsingGpuDevice: boolean;
  binding: { TF_Version: string };
}

/** Say which device TensorFlow uses, and which versions are at work. */
export function deviceReport(): DeviceReport {
  const backend = tf.backend() as unknown as NodeBackend;
  const gpu = backend.isUsingGpuDevice;
  return {
    tensorflow: backend.binding.TF_Version,
    tfjs: tf.version_core,
    kind: gpu ? 'GPU' : 'CPU',
    name: gpu ? (usedGpu()?.name ?? 'NVIDIA GPU') : (cpus()[0]?.model.trim() ?? 'unknown'),
    threads: availableParallelism(),
  };
}
