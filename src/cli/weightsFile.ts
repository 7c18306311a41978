import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Option } from 'commander';
import { UserError } from '../core/errors';
import { readJson } from '../core/readBounded';
import {
  architectureOf,
  asBackboneData,
  type BackboneData,
  type BackboneName,
  type BackboneSource,
  checkBackbone,
  domainWeightsIn,
  INPUT_CHANNELS,
} from '../models';
import { backboneIn, isBackboneName } from '../models/registry';
import { defaultSettings } from '../training';
import { numberOption } from './options';

/** The option for weights of one's own, beside `--backbone`. */
export const weightsFileOption = (): Option =>
  new Option(
    '--weights-file <file>',
    'weights of your own for the backbone: a file (.pth, .safetensors, .keras, .h5, ...), an https address, hf://OWNER/MODEL, or a run folder',
  );

/** The option for pictures of other channels than red, green and blue. */
export const inputChannelsOption = (): Option =>
  new Option(
    '--input-channels <n>',
    'channels of the pictures: 1 for grey, or as many as the bands of TIFF files or NumPy arrays',
  ).argParser(numberOption({ ...INPUT_CHANNELS, integer: true }));

/** The backbone for pictures of so many channels; undefined leaves it as it is. */
export function withInputChannels<T extends BackboneSource | undefined>(
  caller: string,
  backbone: T,
  inputChannels: number | undefined,
): T | BackboneData {
  if (inputChannels === undefined) return backbone;
  const given = checkBackbone(caller, backbone ?? defaultSettings.backbone);
  const known = domainWeightsIn(given);
  if (known) return asBackboneData(known, inputChannels); // its mean and deviation fit its own channels
  return { ...(typeof given === 'string' ? { architecture: given } : given), inputChannels };
}

/** The backbone that an argument names: a name, hf://OWNER/MODEL, a run, or a file whose name says its architecture. */
export function backboneArgument(caller: string, text: string): BackboneName | BackboneData {
  if (isBackboneName(text) || text.startsWith('hf:')) return checkBackbone(caller, text);
  if (existsSync(text)) return backboneAt(caller, text);
  if (!LIKE_A_PATH.test(text)) return checkBackbone(caller, text);
  throw new UserError(
    `${caller}: no file or folder '${text}': expected a run, a file of weights, or the name of a backbone`,
  );
}

/** A folder before it, or the ending of a file of weights: no name of a backbone has either. */
const LIKE_A_PATH = /[\\/]|\.(?:pth?|bin|ckpt|safetensors|keras|h5)$/i;

/**
 * The backbone that `--backbone` and `--weights-file` name together. Without `--backbone` the file says the architecture.
 *
 * @returns undefined if neither is given
 * @throws {UserError} if nothing says which architecture it is
 */
export function withWeightsFile(
  caller: string,
  backbone: BackboneSource | undefined,
  weights: string | undefined,
): BackboneName | BackboneData | undefined {
  if (weights === undefined) return backbone === undefined ? undefined : checkBackbone(caller, backbone);
  if (backbone !== undefined) {
    return checkBackbone(caller, { architecture: architectureOf(checkBackbone(caller, backbone)), weights });
  }
  if (existsSync(weights)) return backboneAt(caller, weights);
  if (weights.startsWith('hf://')) return checkBackbone(caller, weights); // its name says the architecture
  const architecture = backboneIn(basename(weights)) ?? architectureOf(checkBackbone(caller, defaultSettings.backbone));
  return checkBackbone(caller, { architecture, weights });
}

/** Bytes of a config.json. */
const LARGEST_CONFIG = 8 * 2 ** 20;

/** A run, the folder of a model of Hugging Face's hub, or a file called after its architecture, such as 'resnet50-11ad3fa6.pth'. */
function backboneAt(caller: string, path: string): BackboneName | BackboneData {
  const architecture = inConfiguration(path) ?? backboneIn(basename(resolve(path)));
  if (architecture !== undefined) return checkBackbone(caller, { architecture, weights: path });
  throw new UserError(
    `${caller}: the name of '${path}' does not say which architecture its weights are of: give --backbone NAME --weights-file ${path}`,
  );
}

/** What the config.json of a run, or of a model of the hub, says. */
function inConfiguration(path: string): unknown {
  const file = join(path, 'config.json');
  if (!statSync(path).isDirectory() || !existsSync(file)) return undefined;
  const config = readJson(file, { largest: LARGEST_CONFIG, root: path });
  if (typeof config !== 'object' || config === null) return undefined;
  const { settings, architecture } = config as Record<string, unknown>;
  if (typeof settings !== 'object' || settings === null) return architecture;
  const { backbone } = settings as { backbone?: unknown };
  const isData = typeof backbone === 'object' && backbone !== null;
  return isData ? (backbone as { architecture?: unknown }).architecture : backbone;
}
