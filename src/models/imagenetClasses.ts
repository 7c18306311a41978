import names from './imagenet-classes.json';

/** The first of the names that ImageNet-1k gives class `index` (0 to 999); two classes are called 'crane', two 'maillot'. */
export function imagenetClassName(index: number): string {
  return names[index]?.split(',')[0] ?? `class ${index}`;
}
