import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { cacheFolder } from '../core/paths';
import type { BackboneEntry } from './backboneEntry';
import type { BackboneFamily, FamilyMember } from './backboneFamily';
import { type BackboneName, families } from './families';

/**
 * What is known of each backbone, by name: parameters, features, published accuracy, preprocessing, licence and source of the
 * weights.
 *
 * @example
 * ```ts
 * import { backbones } from 'tunebook';
 *
 * Object.keys(backbones).filter((name) => name.startsWith('mobilenet-v3')); // => [ 'mobilenet-v3-small', 'mobilenet-v3-large' ]
 * ```
 */
export const backbones = {} as Record<BackboneName, BackboneEntry<BackboneName>>;

const registered = new Map<string, { family: BackboneFamily; member: FamilyMember }>();

/**
 * Add the backbones of a family to the registry.
 *
 * @throws {Error} on a name that is taken, or that cannot be the name of a file
 */
export function registerFamily(family: BackboneFamily): void {
  for (const { entry } of family.members) {
    if (Object.hasOwn(backbones, entry.name)) throw new Error(`there are two backbones '${entry.name}'`);
    if (!/^[a-z0-9][a-z0-9.-]*$/.test(entry.name)) {
      throw new Error(`the backbone '${entry.name}' needs a name of lower-case letters, digits, dots and hyphens`);
    }
  }
  for (const member of family.members) {
    Object.assign(backbones, { [member.entry.name]: member.entry });
    registered.set(member.entry.name, { family, member });
  }
}

for (const family of families) registerFamily(family);

/**
 * The names of all backbones.
 *
 * @returns names for `train`, `loadBackbone` and others
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 * models.backboneNames().includes('resnet50'); // => true
 * ```
 */
export const backboneNames = () => Object.keys(backbones) as BackboneName[];

/** Whether there is a backbone of this name. */
export const isBackboneName = (name: string): name is BackboneName => Object.hasOwn(backbones, name);

/**
 * Look up what is known of a backbone. The result's `name` has the type of a known name, also when the given one is any string.
 *
 * @param name as in `backbones`
 * @throws {UserError} when the name is unknown; the message lists the known ones
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * models.backboneEntry('mobilenet-v2').features; // => 1280
 * ```
 */
export function backboneEntry(name: string): BackboneEntry<BackboneName> {
  if (isBackboneName(name)) return backbones[name];
  const names = backboneNames();
  throw new UserError(`unknown backbone '${name}'; the backbones are ${names.join(', ')}${didYouMean(name, names)}`);
}

/** Name of the backbone that timm or torchvision calls by this name; undefined if there is none. */
export function memberOf(architecture: string): BackboneName | undefined {
  for (const [name, { member }] of registered) {
    if (member.torch?.some(({ architectures }) => architectures.includes(architecture))) return name as BackboneName;
  }
  return undefined;
}

/**
 * The backbone whose name, or whose name in timm or torchvision, is a part of a text: of 'wide_resnet50_2-9ba9bcbe.pth' the longest,
 * 'wide_resnet50_2'. Undefined if there is none.
 */
export function backboneIn(text: string): BackboneName | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const within = `_${plain(text)}_`;
  const names = [...registered].flatMap(([name, { member }]) =>
    [name, ...(member.torch ?? []).flatMap(({ architectures }) => architectures)].map((each) => ({
      name,
      each: plain(each),
    })),
  );
  const found = names.filter(({ each }) => within.includes(`_${each}_`));
  const longest = Math.max(...found.map(({ each }) => each.length));
  return found.find(({ each }) => each.length === longest)?.name as BackboneName | undefined;
}

/** How a backbone is built and its weights are named. @throws {UserError} on an unknown name */
export const familyMember = (name: string): FamilyMember => registered.get(backboneEntry(name).name)!.member;

/** The family that a backbone belongs to. @throws {UserError} on an unknown name */
export const familyOf = (name: string): BackboneFamily => registered.get(backboneEntry(name).name)!.family;

/**
 * Where the converted weights of a backbone lie on this machine: those with the ImageNet classifier, which serve both
 * ways, or a file without it.
 */
export function weightsFile(entry: BackboneEntry, { includeTop = true }: { includeTop?: boolean } = {}): string {
  return cacheFolder('weights', `${entry.name}${includeTop ? '' : '-notop'}.safetensors`);
}
