import { withDefaults } from '../core/options';
import type { BackboneName } from './families';
import type { Architecture, ArchitectureOptions } from './network';
import { familyMember } from './registry';

/**
 * Build a backbone's network without its pre-trained weights; every weight is a constant.
 *
 * @param name as in the registry
 * @throws {UserError} on an unknown name or option, or an input size outside 32 to 4096 pixels
 *
 * @example
 * const { model, blocks } = buildArchitecture('mobilenet-v2', { inputSize: 96, includeTop: false });
 */
export function buildArchitecture(name: BackboneName, options?: ArchitectureOptions): Architecture {
  const { entry, build } = familyMember(name);
  const defaults: Required<ArchitectureOptions> = { inputSize: entry.preprocessing.inputSize, includeTop: true };
  return build(withDefaults('buildArchitecture', options, defaults));
}
