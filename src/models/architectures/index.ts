import { backboneEntry } from '../registry';
import { buildEfficientNet } from './efficientNet';
import { buildEfficientNetLite } from './efficientNetLite';
import { buildMobileNetV1 } from './mobileNetV1';
import { buildMobileNetV2 } from './mobileNetV2';
import { buildMobileNetV3 } from './mobileNetV3';
import type { Architecture, ArchitectureOptions } from './network';
import { buildResNet } from './resNet';
import { buildVgg } from './vgg';

type Builder = (options?: ArchitectureOptions) => Architecture;

const BUILDERS: Record<string, Builder> = {
  vgg16: (options) => buildVgg(16, options),
  vgg19: (options) => buildVgg(19, options),
  resnet50: (options) => buildResNet(50, options),
  resnet101: (options) => buildResNet(101, options),
  resnet152: (options) => buildResNet(152, options),
  'mobilenet-v1': (options) => buildMobileNetV1(1, options),
  'mobilenet-v1-0.75': (options) => buildMobileNetV1(0.75, options),
  'mobilenet-v1-0.50': (options) => buildMobileNetV1(0.5, options),
  'mobilenet-v1-0.25': (options) => buildMobileNetV1(0.25, options),
  'mobilenet-v2': (options) => buildMobileNetV2(1, options),
  'mobilenet-v3-small': (options) => buildMobileNetV3('small', options),
  'mobilenet-v3-large': (options) => buildMobileNetV3('large', options),
};
for (let variant = 0; variant < 8; variant++) {
  BUILDERS[`efficientnet-b${variant}`] = (options) => buildEfficientNet(variant, options);
}
for (let variant = 0; variant < 3; variant++) {
  BUILDERS[`efficientnet-lite${variant}`] = (options) => buildEfficientNetLite(variant, options);
}

/**
 * Build a backbone's network without its pre-trained weights; every weight is a constant.
 *
 * @param name as in the registry
 * @throws {UserError} on an unknown name or an input size below 32 pixels
 */
export function buildArchitecture(name: string, options?: ArchitectureOptions): Architecture {
  return BUILDERS[backboneEntry(name).name]!(options);
}

export type { Architecture, ArchitectureOptions, Block } from './network';
