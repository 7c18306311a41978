import { Option } from 'commander';
import { architectureOf, type BackboneData, type BackboneName, type BackboneSource, checkBackbone } from '../models';
import { defaultSettings } from '../training';

/** The option for weights of one's own, beside `--backbone`. */
export const weightsFileOption = (): Option =>
  new Option(
    '--weights-file <file>',
    'weights of your own for the backbone: a file (.pth, .safetensors, .keras, .h5, ...), an https address, hf://OWNER/MODEL, or a run folder',
  );

/**
 * The backbone that `--backbone` and `--weights-file` name together.
 *
 * @returns undefined if neither is given
 */
export function withWeightsFile(
  caller: string,
  backbone: BackboneSource | undefined,
  weights: string | undefined,
): BackboneName | BackboneData | undefined {
  if (weights === undefined) return backbone === undefined ? undefined : checkBackbone(caller, backbone);
  const isHub = backbone === undefined && weights.startsWith('hf://'); // its name says the architecture
  const given = isHub ? weights : (backbone ?? defaultSettings.backbone);
  return checkBackbone(caller, isHub ? given : { architecture: architectureOf(checkBackbone(caller, given)), weights });
}
