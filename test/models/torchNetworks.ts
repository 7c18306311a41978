import { crc32 } from 'node:zlib';
import type { BackboneName, NamedArray, SavedWeights } from '../../src/models';
import { fitNetwork } from '../../src/models/fitNetwork';
import { assignWeights } from '../../src/models/loadBackbone';
import { familyMember } from '../../src/models/registry';
import { tf } from '../../src/tensorflow';
import { relativeError } from './keras';

/** What torchOracle.py wrote of a network. */
export interface TorchFixture {
  library: string;
  name: string;
  size: number;
  /** factor of the kernels. Default: 1 */
  gain?: number;
  parameters: number;
  /** name and shape of each tensor */
  tensors: string[];
  /** every fifth */
  logits: number[];
  /** every fourth */
  features: number[];
  rate?: number;
  last?: string;
  losses?: Record<'head' | 'last' | 'all', number[]>;
}

/** Numbers from -1 to 1 that depend on the name, as torchOracle.py makes them. */
export function uniform(name: string, count: number): Float64Array {
  const seed = crc32(name);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 2654435761) + seed) | 0;
    x = Math.imul(x ^ (x >>> 16), 2246822507);
    x = Math.imul(x ^ (x >>> 13), 3266489909);
    numbers[i] = ((x ^ (x >>> 16)) >>> 0) / 2147483648 - 1;
  }
  return numbers;
}

/** The weights of a tensor, as torchOracle.py makes them. */
function formula(name: string, shape: readonly number[], gain: number): Float32Array {
  const count = shape.reduce((product, side) => product * side, 1);
  const last = name.split('.').at(-1)!;
  const vector = shape.length < 2 || count === Math.max(...shape);
  const fanIn = Math.max(1, Math.floor(count / shape[0]!));
  const value = (u: number): number => {
    if (last === 'running_var') return 1 + 0.3 * u;
    if (last === 'running_mean' || last === 'bias' || last === 'beta') return 0.1 * u;
    if (!vector) return u * Math.sqrt(6 / fanIn) * gain;
    return last === 'gamma' || last === 'layer_scale' ? 0.5 + 0.3 * u : 1 + 0.3 * u;
  };
  const numbers = uniform(name, count);
  const weights = new Float32Array(count);
  for (let i = 0; i < count; i++) weights[i] = value(numbers[i]!);
  return weights;
}

/** The state dictionary of a fixture, under a prefix. */
export function stateOf(fixture: TorchFixture, prefix = ''): Extract<SavedWeights, { kind: 'torch' }> {
  if (last?.fixture !== fixture) last = { fixture, arrays: arraysOf(fixture) };
  const arrays = last.arrays.map(([name, array]): [string, NamedArray] => [prefix + name, array]);
  return { kind: 'torch', arrays: new Map(arrays) };
}

/** The weights of the fixture that was asked for last, as most of its tests' time would go into computing them again. */
let last: { fixture: TorchFixture; arrays: [string, NamedArray][] } | undefined;

function arraysOf({ tensors, gain = 1 }: TorchFixture): [string, NamedArray][] {
  return tensors.map((line) => {
    const [name, ...sides] = line.split(' ');
    const shape = sides.map(Number);
    return [name!, { shape, data: formula(name!, shape, gain) }];
  });
}

/** The picture of torchOracle.py: [batch, size, size, 3], about -1 to 1. */
export function torchPictures(size: number, batch = 1): Float32Array {
  return Float32Array.from({ length: batch * size * size * 3 }, (_, i) =>
    Math.fround((Math.sin(i / 97) + Math.cos(i / 1013) + 0.5 * Math.sin((i * i) / 7919)) / 2),
  );
}

/** The network of a backbone with the weights of a fixture. The caller disposes it. */
export function networkOf(name: BackboneName, fixture: TorchFixture, includeTop: boolean, prefix = '') {
  const { size } = fixture;
  const options = { includeTop, inputSize: size, inputChannels: 3 };
  const { architecture, arrays } = fitNetwork(
    familyMember(name),
    stateOf(fixture, prefix),
    options,
    `${fixture.library}'s ${fixture.name}`,
    fixture.name,
  );
  assignWeights(architecture.model, arrays, fixture.name);
  return architecture;
}

const every = (values: ArrayLike<number>, step: number) => Array.from(values).filter((_, i) => i % step === 0);

/** Relative errors of logits and features, and the parameter count with the classifier. */
export function compareWithTorch(name: BackboneName, fixture: TorchFixture) {
  const run = (includeTop: boolean) => {
    const { model } = networkOf(name, fixture, includeTop);
    const output = tf.tidy(() => {
      const { size } = fixture;
      return (model.predict(tf.tensor(torchPictures(size), [1, size, size, 3])) as tf.Tensor).dataSync();
    });
    const parameters = model.countParams();
    model.dispose();
    return { output, parameters };
  };
  const [whole, features] = [run(true), run(false)];
  return {
    logits: relativeError(every(whole.output, 5), fixture.logits),
    features: relativeError(every(features.output, 4), fixture.features),
    parameters: whole.parameters,
  };
}
