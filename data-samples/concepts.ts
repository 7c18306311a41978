import { readFileSync } from 'node:fs';

/** What an emoji shows; drawn once in each style. */
export interface Concept {
  /** e.g. `polar-bear`: lower-case letters, digits and hyphens */
  name: string;
  /** e.g. `mammal` */
  class: string;
}

/** The classes, and the subgroup of Unicode's emoji list that each is made of. */
const subgroups: Record<string, string> = {
  'animal-mammal': 'mammal',
  'animal-bird': 'bird',
  'animal-marine': 'marine',
  'animal-bug': 'bug',
  'food-fruit': 'fruit',
  'food-vegetable': 'vegetable',
  'transport-ground': 'vehicle',
  clothing: 'clothing',
};

/** Names of all classes in alphabetical order, which is also the order of their indices. */
export const classes: readonly string[] = Object.values(subgroups).sort();

/** Emoji in these subgroups that do not belong to the class, such as the stop sign, which is not a vehicle. */
export const leftOut: ReadonlySet<string> = new Set([
  ...['paw-prints', 'pig-nose'], // parts and traces of mammals
  ...['feather', 'wing'], // parts of birds
  ...['spider-web', 'microbe'],
  ...['station', 'mountain-railway', 'bus-stop', 'motorway', 'railway-track', 'stop-sign', 'construction'],
  ...['horizontal-traffic-light', 'vertical-traffic-light', 'police-car-light', 'oil-drum', 'fuel-pump', 'wheel'],
  ...['folding-hand-fan', 'shopping-bags', 'hair-pick', 'prayer-beads', 'lipstick', 'gem-stone'],
]);

/** The concepts of all classes, from emojibase's copy of Unicode's list, in its order. */
export function listConcepts(): Concept[] {
  const read = (file: string) => JSON.parse(readFileSync(require.resolve(`emojibase-data/${file}`), 'utf8'));
  const names = (read('meta/groups.json') as { subgroups: Record<string, string> }).subgroups;
  return (read('en/data.json') as { label: string; subgroup?: number }[]).flatMap(({ label, subgroup }) => {
    const className = subgroups[names[String(subgroup)] ?? ''];
    const name = nameOf(label);
    return className === undefined || leftOut.has(name) ? [] : [{ name, class: className }];
  });
}

/** `woman’s hat` as Iconify writes it: `womans-hat` */
function nameOf(label: string): string {
  return label
    .toLowerCase()
    .replace(/[’'“”!:.,()]/g, '')
    .replaceAll('&', 'and')
    .replaceAll(' ', '-');
}
