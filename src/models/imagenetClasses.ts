import names from './imagenet-classes.json';

/**
 * The name of an ImageNet-1k class: the first of the synonyms that ImageNet lists for it.
 *
 * Two classes are called 'crane' (the bird and the machine) and two 'maillot'.
 *
 * @param index of the class, 0 to 999: the position of its logit in a classifier's output
 * @returns its name; 'class 1000' and so on for an index that ImageNet-1k does not have
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * models.imagenetClassName(281); // => 'tabby'
 * ```
 */
export function imagenetClassName(index: number): string {
  return names[index]?.split(',')[0] ?? `class ${index}`;
}
