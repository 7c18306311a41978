import { relative } from 'node:path';
import type { Dataset, Example, Split } from '..';
import type { Context, Part } from './finding';

/** Names and parts for the findings about a dataset. @param parts a split; default: the parts that the dataset itself gives */
export function contextOf({ folder, classes, examples }: Dataset, parts?: Split): Context {
  const partOfFile = new Map<string, Part>();
  const put = (some: readonly Example[], part: Part) => {
    for (const { file } of some) partOfFile.set(file, part);
  };
  if (parts) {
    put(parts.train, 'train');
    put(parts.validation, 'validation');
    put(parts.test ?? [], 'test');
  } else {
    for (const { file, subset } of examples) partOfFile.set(file, subset ?? 'all');
  }
  return {
    classes,
    partOf: ({ file }) => partOfFile.get(file) ?? 'all',
    nameOf: ({ file }) => relative(folder, file) || file,
    classOf: ({ label }) => classes[label] ?? 'no class',
  };
}
