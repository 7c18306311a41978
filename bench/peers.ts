import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, projectFolder } from '../src/core/paths';
import { Peer, type Work } from './peer';

/** The number of threads for every framework. */
export const threads = 2;

/** The frameworks, in the order of the table's columns; "compiled" is XLA for Keras, and torch.compile for PyTorch. */
export const peerNames = ['tunebook', 'keras', 'kerasXla', 'torch', 'torchCompiled', 'onnx', 'openvino'] as const;
export type PeerName = (typeof peerNames)[number];

/** Those that tunebook is compared with: all of them for inference, and those that train. */
export const inferencePeers = peerNames.filter((name) => name !== 'tunebook');
export const trainingPeers = inferencePeers.filter((name) => name !== 'onnx' && name !== 'openvino');

/** Networks with depthwise convolutions, for which XLA took 10 to 30 times as long as Keras without it: minutes of the bench. */
const DEPTHWISE: readonly (string | undefined)[] = ['mobilenet-v2', 'efficientnet-lite0', 'convnext-tiny'];

/** Of these frameworks those that are measured on a network. */
export const peersFor = (names: readonly PeerName[], network: string | undefined): readonly PeerName[] =>
  DEPTHWISE.includes(network) ? names.filter((name) => name !== 'kerasXla') : names;

export const peerTitles: Record<PeerName, string> = {
  tunebook: 'tunebook',
  keras: 'Keras',
  kerasXla: 'Keras XLA',
  torch: 'PyTorch',
  torchCompiled: 'PyTorch compiled',
  onnx: 'ONNX Runtime',
  openvino: 'OpenVINO',
};

/** Each one's program in bench/peers. */
const programs: Record<Exclude<PeerName, 'tunebook'>, string> = {
  keras: 'keras_peer.py',
  kerasXla: 'keras_peer.py',
  torch: 'torch_peer.py',
  torchCompiled: 'torch_peer.py',
  onnx: 'onnx_peer.py',
  openvino: 'openvino_peer.py',
};

/** The same work for each of these frameworks. */
export function worksOf<N extends PeerName>(names: readonly N[], work: Work): Map<N, Work> {
  const compiled = { ...work, compiled: true };
  return new Map(names.map((name) => [name, name === 'kerasXla' || name === 'torchCompiled' ? compiled : work]));
}

/** The virtual environment of the Python frameworks; kernel-setup/steps/bench-python.mjs makes it. */
export const peerPython = (): string => cacheFolder('bench-python', 'bin', 'python');

/** @returns why the Python frameworks cannot run, or undefined */
export const missingPeers = (): string | undefined =>
  existsSync(peerPython()) ? undefined : 'the other frameworks are not installed (they belong in .cache/bench-python)';

/** The path of a file in bench/peers. */
export const peerFile = (file: string): string => join(projectFolder, 'bench', 'peers', file);

/**
 * PyTorch asks the system for each large tensor's memory again, and gives it back, which on a virtual machine took a third of a step's time:
 * its guide to performance advises another allocator, and glibc's does as well when it keeps memory, in huge pages.
 */
const KEEPING = 'glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=4000000000:glibc.malloc.mmap_threshold=4000000000';

/**
 * Environment variables for a framework: the number of threads, no messages from TensorFlow, and what it needs to be as fast as it can be.
 *
 * @param name default: one that needs nothing more
 */
export function peerEnvironment(name?: PeerName): NodeJS.ProcessEnv {
  return {
    ...process.env,
    BENCH_THREADS: String(threads),
    OMP_NUM_THREADS: String(threads),
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(threads),
    TF_CPP_MIN_LOG_LEVEL: '2',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONNOUSERSITE: '1',
    ...((name === 'torch' || name === 'torchCompiled') && { GLIBC_TUNABLES: KEEPING }),
  };
}

/** @param env more environment variables */
export function startPeer(name: PeerName, env: NodeJS.ProcessEnv = {}): Peer {
  if (name === 'tunebook') {
    const program = join(__dirname, 'peers', 'tunebook.js');
    return new Peer(process.execPath, ['--expose-gc', program], { ...peerEnvironment(), ...env });
  }
  const missing = missingPeers();
  if (missing) throw new Error(missing);
  return new Peer(peerPython(), [peerFile(programs[name])], { ...peerEnvironment(name), ...env });
}
