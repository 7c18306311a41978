import type { tf } from '../../../tensorflow';
import { customLayers } from '../../layers';
import type { Network } from '../../network';

/**
 * Squeeze-and-excitation (Hu et al. 2018): a gate a channel from the picture's mean.
 *
 * @param names of the pooling, of the convolution that reduces the channels, and of the one that expands them
 * @param options `hard`: whether the gate is MobileNetV3's hard sigmoid
 */
export function squeezeExcite(
  network: Network,
  x: tf.SymbolicTensor,
  names: readonly string[],
  { reduced, activation, hard }: { reduced: number; activation: 'relu' | 'swish'; hard: boolean },
): tf.SymbolicTensor {
  const [pool, reduce, expand] = names as [string, string, string];
  const channels = x.shape.at(-1)!;
  let gate = network.reshape(network.averagePool(x, pool), `${pool}.reshape`, [1, 1, channels]);
  gate = network.convolution(gate, reduce, { filters: reduced, kernel: 1, bias: true, activation });
  gate = network.convolution(gate, expand, {
    ...{ filters: channels, kernel: 1, bias: true },
    ...(!hard && { activation: 'sigmoid' as const }),
  });
  if (hard) gate = network.add(new customLayers.HardSigmoid({ name: `${expand}.gate` }), gate);
  return network.product(`${pool}.multiply`, [x, gate]);
}
