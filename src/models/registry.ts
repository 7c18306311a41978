import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { cacheFolder } from '../core/paths';
import type { BackboneEntry } from './backboneEntry';
import type { BackboneFamily, FamilyMember } from './backboneFamily';
import { type BackboneName, families } from './families';

/** Every backbone, by name. */
export const backbones = {} as Record<BackboneName, BackboneEntry<BackboneName>>;

const registered = new Map<string, { family: BackboneFamily; member: FamilyMember }>();

/**
 * Make the backbones of a family known by their names.
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
const isBackboneName = (name: string): name is BackboneName => Object.hasOwn(backbones, name);

/**
 * The registry's entry of a backbone; its `name` is known to be one, which a name from a file or a form is not.
 *
 * @throws {UserError} on an unknown name; the message lists the known ones
 */
export function backboneEntry(name: string): BackboneEntry<BackboneName> {
  if (isBackboneName(name)) return backbones[name];
  const names = backboneNames();
  throw new UserError(`unknown backbone '${name}'; the backbones are ${names.join(', ')}${didYouMean(name, names)}`);
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
