import type { tf } from '../../../tensorflow';
import { type Activation, type Architecture, type ArchitectureOptions, Network } from '../../network';
import type { TorchNames } from '../../weights/matchTorch';
import { squeezeExcite } from './squeezeExcite';
import { torchPadding } from './torchLayers';

/** A block: expansion by 1 x 1, depthwise convolution, squeeze-and-excitation, projection (Sandler et al. 2018). */
export interface TorchBlock {
  /** channels of the depthwise convolution; as many as those of the input in the first stage, which does not expand */
  expanded: number;
  filters: number;
  kernel: number;
  stride: number;
  /** channels that the gate is reduced to; 0 without one */
  squeeze: number;
  activation: Activation;
}

/** A MobileNet or EfficientNet as PyTorch's libraries build it. */
export interface TorchMobileNet {
  stem: { filters: number; activation: Activation };
  stages: readonly (readonly TorchBlock[])[];
  /** channels of the last 1 x 1 convolution before pooling */
  head: number;
  /** channels of a hidden layer between pooling and classifier (MobileNetV3). Default: none */
  hidden?: number;
  gate: { activation: 'relu' | 'swish'; hard: boolean };
  epsilon: number;
  /** zeros as TensorFlow puts them, which timm's networks with 'tf_' have. Default: as torch does, the same at both ends */
  same?: boolean;
}

/** Build one, with timm's names. Input [batch, size, size, 3], preprocessed. */
export function buildTorchMobileNet(
  name: string,
  design: TorchMobileNet,
  options: Required<ArchitectureOptions>,
): Architecture {
  const { stem, stages, head, hidden, gate, epsilon, same = false } = design;
  const network = new Network(options);
  const norm = (x: tf.SymbolicTensor, layer: string, activation?: Activation) => {
    const y = network.batchNormalization(x, layer, { epsilon, momentum: 0.9 });
    return activation ? network.activation(y, `${layer}.act`, activation) : y;
  };
  /** Zeros before a convolution of stride 2: with them it is 'valid'. */
  const padded = (x: tf.SymbolicTensor, layer: string, kernel: number, stride: number) =>
    stride === 1 || same ? x : torchPadding(network, x, `${layer}.pad`, Math.floor(kernel / 2));
  const paddingOf = (stride: number) => (stride === 1 || same ? ('same' as const) : ('valid' as const));

  network.block('stem');
  let x = padded(network.input, 'conv_stem', 3, 2);
  x = network.convolution(x, 'conv_stem', { filters: stem.filters, kernel: 3, stride: 2, padding: paddingOf(2) });
  x = norm(x, 'bn1', stem.activation);
  stages.forEach((blocks, stage) => {
    blocks.forEach((block, index) => {
      const at = `blocks.${stage}.${index}`;
      network.block(at);
      const { expanded, filters, kernel, stride, squeeze, activation } = block;
      const input = x;
      const expands = stage > 0;
      if (expands)
        x = norm(network.convolution(x, `${at}.conv_pw`, { filters: expanded, kernel: 1 }), `${at}.bn1`, activation);
      x = padded(x, `${at}.conv_dw`, kernel, stride);
      x = network.depthwise(x, `${at}.conv_dw`, { kernel, stride, padding: paddingOf(stride) });
      x = norm(x, `${at}.bn${expands ? 2 : 1}`, activation);
      if (squeeze > 0) {
        const names = ['pool', 'conv_reduce', 'conv_expand'].map((part) => `${at}.se.${part}`);
        x = squeezeExcite(network, x, names, { reduced: squeeze, ...gate });
      }
      x = network.convolution(x, `${at}.conv_pw${expands ? 'l' : ''}`, { filters, kernel: 1 });
      x = norm(x, `${at}.bn${expands ? 3 : 2}`);
      if (stride === 1 && input.shape.at(-1) === filters) x = network.sum(`${at}.add`, [x, input]);
    });
  });
  network.block('top');
  x = network.convolution(x, hidden ? `blocks.${stages.length}.0.conv` : 'conv_head', { filters: head, kernel: 1 });
  x = norm(x, hidden ? `blocks.${stages.length}.0.bn1` : 'bn2', stem.activation);
  network.endBlocks();
  x = network.averagePool(x, 'global_pool');
  if (!options.includeTop) return network.finish(x, name);
  if (hidden) x = network.activation(network.dense(x, 'conv_head', hidden), 'act2', 'hardSwish');
  return network.finish(network.dense(x, 'classifier', 1000), name);
}

/** How torchvision's names of a version differ. */
export type TorchvisionStyle = 'mobilenet_v2' | 'mobilenet_v3' | 'efficientnet';

/** torchvision's names for timm's: modules are counted there, not named. */
export function torchvisionNames({ stages, hidden }: TorchMobileNet, style: TorchvisionStyle): TorchNames {
  const count = stages.reduce((sum, blocks) => sum + blocks.length, 0);
  const last = style === 'efficientnet' ? stages.length + 1 : count + 1;
  const whole: Record<string, string> = {
    ...{ conv_stem: 'features.0.0', bn1: 'features.0.1' },
    ...(hidden
      ? {
          [`blocks.${stages.length}.0.conv`]: `features.${last}.0`,
          [`blocks.${stages.length}.0.bn1`]: `features.${last}.1`,
        }
      : { conv_head: `features.${last}.0`, bn2: `features.${last}.1` }),
    ...(hidden ? { conv_head: 'classifier.0', classifier: 'classifier.3' } : { classifier: 'classifier.1' }),
  };
  return (layer) => {
    const [, stageText, indexText, part] = /^blocks\.(\d+)\.(\d+)\.(.+)$/.exec(layer) ?? [];
    if (whole[layer] || !part) return whole[layer] ?? layer;
    const [stage, index] = [Number(stageText), Number(indexText)];
    const before = stages.slice(0, stage).reduce((sum, blocks) => sum + blocks.length, 0);
    const inner = style === 'mobilenet_v2' ? 'conv' : 'block';
    const place = style === 'efficientnet' ? `${stage + 1}.${index}` : `${before + index + 1}`;
    return `features.${place}.${inner}.${partOf(part, stage > 0, stages[stage]![index]!.squeeze > 0, style)}`;
  };
}

/** The number of a layer within its block: expansion, depthwise convolution, gate and projection, as far as there are. */
function partOf(part: string, expands: boolean, gated: boolean, style: TorchvisionStyle): string {
  const depthwise = expands ? 1 : 0;
  const projection = depthwise + (gated ? 2 : 1);
  const plain = style === 'mobilenet_v2'; // its projection is no module of its own
  switch (part) {
    case 'se.conv_reduce':
      return `${depthwise + 1}.fc1`;
    case 'se.conv_expand':
      return `${depthwise + 1}.fc2`;
    case 'conv_dw':
      return `${depthwise}.0`;
    case expands ? 'bn2' : 'bn1':
      return `${depthwise}.1`;
    case expands ? 'conv_pwl' : 'conv_pw':
      return plain ? `${projection}` : `${projection}.0`;
    case expands ? 'bn3' : 'bn2':
      return plain ? `${projection + 1}` : `${projection}.1`;
    default:
      return part === 'conv_pw' ? '0.0' : '0.1';
  }
}
