import { checkNumber, withDefaults } from '../core/options';
import type { BackboneName } from './families';
import type { Architecture, ArchitectureOptions } from './network';
import { familyMember } from './registry';

/**
 * Build the layers of a backbone without its pre-trained weights; every weight is a constant.
 *
 * @param name of a backbone in `backbones`
 * @throws {UserError} when the name or an option is unknown, or the input size is outside 32 to 4096 pixels, or too small
 *   for this one
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * const { model, blocks } = models.buildArchitecture('mobilenet-v1-0.25', { inputSize: 96, includeTop: false });
 * model.outputs[0]?.shape; // => [ null, 256 ]
 * blocks.length; // => 14
 * ```
 */
export function buildArchitecture(name: BackboneName, options?: ArchitectureOptions): Architecture {
  const { entry, build } = familyMember(name);
  const defaults: Required<ArchitectureOptions> = {
    inputSize: entry.preprocessing.inputSize,
    inputChannels: 3,
    includeTop: true,
  };
  const given = withDefaults('buildArchitecture', options, defaults);
  if (entry.smallestInput) checkNumber('inputSize', given.inputSize, { min: entry.smallestInput });
  return build(given);
}
