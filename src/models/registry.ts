import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { cacheFolder } from '../core/paths';
import type { BackboneEntry } from './backboneEntry';
import type { BackboneFamily, FamilyMember } from './backboneFamily';
import { families } from './families';

/** Every backbone, by name. */
export const backbones: Record<string, BackboneEntry> = {};

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
    backbones[member.entry.name] = member.entry;
    registered.set(member.entry.name, { family, member });
  }
}

for (const family of families) registerFamily(family);

/** The registry's entry of a backbone. @throws {UserError} on an unknown name; the message lists the known ones */
export function backboneEntry(name: string): BackboneEntry {
  const entry = Object.hasOwn(backbones, name) ? backbones[name] : undefined;
  if (!entry) {
    const names = Object.keys(backbones);
    throw new UserError(`unknown backbone '${name}'; the backbones are ${names.join(', ')}${didYouMean(name, names)}`);
  }
  return entry;
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
