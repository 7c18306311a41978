import { didYouMean } from '../core/didYouMean';
import { shown, UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { type DomainBackboneName, type DomainWeights, domainWeights, domainWeightsOf } from './domainWeights';
import type { BackboneName } from './families';
import { fitChannels } from './fitChannels';
import { INPUT_CHANNELS, INPUT_SIZE } from './network';
import type { Preprocessing } from './preprocessing';
import { backboneEntry, backboneNames, isBackboneName, memberOf } from './registry';

/** A backbone with weights of your own: an architecture of the registry, and where its weights are. */
export interface BackboneData {
  /** Name of the architecture: as in `backbones`, or timm's name of one of them, such as 'tf_efficientnet_b0'. */
  architecture: BackboneName;
  /**
   * Where the weights are: a file in any format of `models.readWeights`, an https address, `hf://OWNER/MODEL` on Hugging Face's hub, or
   * the folder of a run. Default: 'imagenet', the weights that the architecture was published with.
   */
  weights?: string;
  /**
   * How pictures are prepared, where it differs from what the weights come with: `mean` and `std` are on the scale 0 to 255. Default:
   * as for published weights of this kind (Keras, PyTorch), or as a run or a model of Hugging Face's hub says.
   */
  preprocessing?: Partial<Preprocessing>;
  /**
   * Number of channels of the pictures: 1 for grey, or as many as the bands of a TIFF file or NumPy array. If the weights have another, the
   * kernels of the first convolution are summed or repeated as in timm; mean and deviation are averaged for 1, else measured on the pictures.
   * Default: 3.
   */
  inputChannels?: number;
}

/** An address on Hugging Face's hub: `hf://OWNER/MODEL`, `hf://OWNER/MODEL@REVISION`. */
export type HubAddress = `hf://${string}`;

/**
 * What can be given as a backbone: a name of the registry or of `models.domainWeights`, an address on Hugging Face's hub, or an architecture
 * with weights.
 */
export type BackboneSource = BackboneName | DomainBackboneName | HubAddress | BackboneData;

/** A text is an address on Hugging Face's hub: owner and model, perhaps a revision after an @. */
export const HUB_ADDRESS = /^hf:\/\/([\w.-]+)\/([\w.-]+)(?:@([\w.-]+))?$/;

/** Name of the registry for a name of timm or torchvision; undefined if none has it. */
export function architectureFor(name: string): BackboneName | undefined {
  const plain = name.split('.')[0]!; // resnet50.a1_in1k is the architecture resnet50 with weights called a1_in1k
  if (isBackboneName(name)) return name;
  return memberOf(plain);
}

/**
 * Check what was given as a backbone.
 *
 * @returns a name, or an object with an architecture of the registry
 * @throws {UserError} that says what is wrong and what is expected
 */
export function checkBackbone(caller: string, value: unknown): BackboneName | BackboneData {
  if (typeof value === 'string' && !value.startsWith('hf:')) return ofName(value);
  if (typeof value === 'string') {
    const [, , model] = HUB_ADDRESS.exec(value) ?? [];
    const architecture = model && architectureFor(model);
    if (architecture) return { architecture, weights: value };
    throw new UserError(
      model
        ? `${caller}: '${value.slice(0, 200)}' does not say which architecture it is: give { architecture: NAME, weights: '${value.slice(0, 200)}' }`
        : `${caller}: ${shown(value)} is no address on Hugging Face's hub, expected hf://OWNER/MODEL`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(
      `${caller}: backbone is a name, hf://OWNER/MODEL, or { architecture, weights }, got ${shown(value)}`,
    );
  }
  const given = withDefaults<Record<keyof BackboneData, unknown>>(`${caller}: backbone`, value, {
    ...{ architecture: undefined, weights: undefined, preprocessing: undefined, inputChannels: undefined },
  });
  const { weights, preprocessing, inputChannels } = given;
  if (weights !== undefined && (typeof weights !== 'string' || weights === '' || weights.length > 4096)) {
    throw new UserError(`${caller}: backbone.weights is a file, an address or a run folder, got ${shown(weights)}`);
  }
  const architecture = architectureOfData(caller, given.architecture, weights);
  if (inputChannels !== undefined) {
    checkNumber(`${caller}: backbone.inputChannels`, inputChannels, { ...INPUT_CHANNELS, integer: true });
  }
  const values =
    preprocessing === undefined
      ? undefined
      : checkPreprocessing(`${caller}: backbone.preprocessing`, preprocessing, inputChannels as number | undefined);
  return {
    architecture,
    ...(weights !== undefined && { weights }),
    ...(values && { preprocessing: values }),
    ...(inputChannels !== undefined && { inputChannels: inputChannels as number }),
  };
}

/** @throws {UserError} that lists the names of the registry, and those of other domains */
function ofName(name: string): BackboneName | BackboneData {
  if (isBackboneName(name)) return name;
  const known = domainWeightsOf(name);
  if (known) return asBackboneData(known);
  const others = domainWeights.map((each) => each.name);
  const names = [...backboneNames(), ...others];
  throw new UserError(
    `unknown backbone '${name}'; the backbones are ${backboneNames().join(', ')}; with other weights ${others.join(', ')}${didYouMean(name, names)}`,
  );
}

function architectureOfData(caller: string, name: unknown, weights: string | undefined): BackboneName {
  const hub = weights === undefined ? null : HUB_ADDRESS.exec(weights);
  const given = name ?? hub?.[2];
  const found = typeof given === 'string' ? architectureFor(given) : undefined;
  if (found) return found;
  if (typeof name === 'string') return backboneEntry(name).name; // its error names the known ones
  throw new UserError(`${caller}: backbone needs an architecture, a name of the registry, got ${shown(name)}`);
}

/** @throws {UserError} on an unknown key, or a value that no picture can be prepared with */
export function checkPreprocessing(where: string, value: unknown, channels = 3): Partial<Preprocessing> {
  type Given = Omit<Preprocessing, 'channels'>;
  const keys: Record<keyof Given, undefined> = {
    ...{ inputSize: undefined, crop: undefined, interpolation: undefined },
    ...{ mean: undefined, std: undefined, range: undefined, channelOrder: undefined },
  };
  const all = withDefaults<{ [Key in keyof Given]: Given[Key] | undefined }>(where, value as object, keys);
  if (all.inputSize !== undefined) checkNumber(`${where}.inputSize`, all.inputSize, { ...INPUT_SIZE, integer: true });
  if (all.crop !== undefined) checkNumber(`${where}.crop`, all.crop, { min: 0.1, max: 1 });
  checkChoice(`${where}.interpolation`, all.interpolation, ['bicubic', 'bilinear']);
  checkChoice(`${where}.channelOrder`, all.channelOrder, ['rgb', 'bgr']);
  const { range } = all as { range?: unknown };
  if (
    range !== undefined &&
    !(Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] < range[1])
  ) {
    throw new UserError(
      `${where}.range is [low, high], the sample values that 0 and 255 stand for, got ${shown(range)}`,
    );
  }
  for (const key of ['mean', 'std'] as const) {
    const numbers: unknown = all[key];
    if (numbers === undefined) continue;
    const fits = (n: unknown) => typeof n === 'number' && Number.isFinite(n) && (key === 'mean' || n > 0);
    if (!Array.isArray(numbers) || numbers.length !== channels || !numbers.every(fits)) {
      throw new UserError(
        `${where}.${key} is a list of ${channels} ${key === 'std' ? 'positive ' : ''}numbers (${channels === 3 ? 'red, green, blue' : 'one for each channel'}; 0 to 255), got ${shown(numbers)}`,
      );
    }
  }
  return Object.fromEntries(Object.entries(all).filter(([, each]) => each !== undefined));
}

function checkChoice(where: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  const hint = typeof value === 'string' ? didYouMean(value, choices) : '';
  throw new UserError(`${where} is ${choices.join(' or ')}, got ${shown(value)}${hint}`);
}

/** The name of the registry behind a choice that was checked. */
export const architectureOf = (backbone: BackboneName | BackboneData): BackboneName =>
  typeof backbone === 'string' ? backbone : backbone.architecture;

/**
 * A backbone with weights of a domain as an architecture with weights, for pictures of so many channels. Where it is not known what the
 * preprocessing of so many channels is, it is left to be measured.
 */
export function asBackboneData(
  { architecture, address, inputChannels, preprocessing: own }: DomainWeights,
  channels = inputChannels,
): BackboneData {
  const { preprocessing, unknown } = fitChannels(own, channels);
  const { inputSize, crop, interpolation, mean, std, range } = preprocessing;
  return {
    ...{ architecture, weights: address },
    preprocessing: {
      ...{ inputSize, crop, interpolation },
      ...(!unknown && { mean, std, ...(range && { range }) }),
    },
    ...(channels !== 3 && { inputChannels: channels }),
  };
}
