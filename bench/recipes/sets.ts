import { join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { Random } from '../../src/core/random';
import { type Dataset, type Example, selectClasses } from '../../src/data';
import { openDataset } from '../../src/data/public';

/** Classes that are easily told apart, and classes that are not. */
const tasks: Record<string, Record<string, string[]>> = {
  flowers: { coarse: ['daisy', 'tulips'], fine: ['roses', 'tulips'] },
  'sign-digits': { coarse: ['0', '5'], fine: ['2', '3'] },
  emoji: { coarse: ['fruit', 'vehicle'], fine: ['bird', 'mammal'] },
};

/** The sets that are measured if none are named. */
export const usual = ['flowers-5', 'flowers-10', 'flowers-20', 'flowers-40', 'emoji-25', 'emoji-60'].concat(
  ['sign-digits-5', 'sign-digits-10', 'sign-digits-20', 'sign-digits-40'],
  [
    'flowers-coarse-20',
    'flowers-fine-20',
    'sign-digits-coarse-20',
    'sign-digits-fine-20',
    'emoji-coarse-20',
    'emoji-fine-20',
  ],
);

/** A dataset, and how many training pictures of each class it is to have. @param name such as `flowers-40`, or `flowers-fine-20` */
export async function openSet(
  name: string,
  folder: string | undefined,
): Promise<{ dataset: Dataset; perClass: number }> {
  const match = /^(flowers|sign-digits|emoji)(?:-(coarse|fine))?-(\d+)$/.exec(name);
  if (!match) throw new UserError(`unknown set '${name}': expected one like flowers-40 or sign-digits-fine-20`);
  const [, data, task, perClass] = match as unknown as [string, string, string | undefined, string];
  if (data !== 'emoji' && folder === undefined) throw new UserError(`the set '${name}' needs the folder of the data`);
  const all = await openDataset(data === 'emoji' ? data : join(folder!, data));
  return { dataset: task ? selectClasses(all, tasks[data]![task]!) : all, perClass: Number(perClass) };
}

/** Test pictures at most. */
const TEST = 300;

/** The dataset with its pictures in three parts, drawn at random: a third as many for validation as for training. */
export function divided(dataset: Dataset, perClass: number, seed: number): Dataset {
  const validation = Math.max(2, Math.round(perClass / 3));
  const seen = dataset.classes.map(() => 0);
  let tests = 0;
  const examples = new Random(seed, 'bench').shuffled(dataset.examples).flatMap((example): Example[] => {
    const place = seen[example.label]!++;
    if (place < perClass) return [{ ...example, subset: 'train' }];
    if (place < perClass + validation) return [{ ...example, subset: 'validation' }];
    return tests++ < TEST ? [{ ...example, subset: 'test' }] : [];
  });
  return { ...dataset, examples };
}
