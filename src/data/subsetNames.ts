import type { Subset } from './dataset';

const SUBSETS = new Map<string, Subset>([
  ...(['train', 'training'] as const).map((name): [string, Subset] => [name, 'train']),
  ...(['validation', 'valid', 'val', 'dev', 'eval', 'evaluation'] as const).map((name): [string, Subset] => [
    name,
    'validation',
  ]),
  ...(['test', 'testing'] as const).map((name): [string, Subset] => [name, 'test']),
]);

/** The part of a split that a word names, such as `val`; upper and lower case are the same. */
export const subsetOf = (word: string): Subset | undefined => SUBSETS.get(word.trim().toLowerCase());

const WORDS = [...SUBSETS.keys()].sort((a, b) => b.length - a.length).join('|');
const PATTERN = new RegExp(
  `^(?<before>.*[_\\- ])?(?<word>${WORDS})(?:[_\\- ]?(?:set|data|dataset|images?|imgs?|pictures|photos|jpe?g|png|folder))?$`,
  'i',
);

/**
 * The part of a split that a folder's name says, such as `train`, `test_set` or `seg_train`.
 *
 * @returns also the prefix before that word, which all parts of a dataset share
 */
export function subsetOfFolder(name: string): { subset: Subset; before: string } | undefined {
  const { before = '', word } = PATTERN.exec(name.trim())?.groups ?? {};
  return word === undefined ? undefined : { subset: subsetOf(word)!, before: before.toLowerCase() };
}
