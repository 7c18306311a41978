import { UserError } from '../core/errors';
import type { FamilyMember, TorchNetwork } from './backboneFamily';
import type { Architecture, ArchitectureOptions } from './network';
import type { Preprocessing } from './preprocessing';
import { matchWeights } from './weights/matchWeights';
import type { NamedArray } from './weights/safetensors';
import type { SavedWeights } from './weights/savedWeights';

/** A backbone built as its weights need it. */
export interface FittedNetwork {
  architecture: Architecture;
  /** by 'layer/weight' */
  arrays: Map<string, NamedArray>;
  /** how pictures are prepared for weights of this origin */
  preprocessing: Preprocessing;
}

/**
 * Build a backbone as its weights need it. Keras's network and those of PyTorch's libraries can differ in strides, padding and
 * epsilons, which do not show in a file; the names in the file say whose it is.
 *
 * @param source the file, for errors
 * @param hint the name of the file or of its architecture; decides between networks whose tensors have the same names
 * @throws {UserError} if the weights fit none of the backbone's networks: the first differences to the likeliest
 */
export function fitNetwork(
  { entry, build, torch = [] }: FamilyMember,
  saved: SavedWeights,
  options: Required<ArchitectureOptions>,
  source: string,
  hint: string,
): FittedNetwork {
  const own: TorchNetwork = { architectures: [], build };
  const theirs = [...torch].sort((a, b) => likeness(b, hint) - likeness(a, hint));
  const candidates = saved.kind === 'torch' && torch.length > 0 ? theirs : [own, ...theirs];
  let first: unknown;
  for (const network of candidates) {
    const architecture = (network.build ?? build)(options);
    try {
      const arrays = matchWeights(architecture.model, saved, source, network.names);
      return { architecture, arrays, preprocessing: network.preprocessing ?? entry.preprocessing };
    } catch (error) {
      architecture.model.dispose();
      if (!(error instanceof UserError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** Length of the longest of the network's names that the hint has: 'tf_efficientnet_b0' is more than 'efficientnet_b0'. */
function likeness({ architectures }: TorchNetwork, hint: string): number {
  return Math.max(0, ...architectures.filter((name) => hint.includes(name)).map((name) => name.length));
}
