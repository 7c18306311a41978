import { UserError } from '../../core/errors';
import type { PickleCall, PickleValue } from './pickle';
import { asTensor } from './torchTensor';

/** How deep checkpoints put their state dictionary: `{ ema: { module: { state_dict: ... } } }` */
const DEEPEST = 4;
const MOST_TABLES = 10_000;
/** Moving averages of the weights, which their authors evaluate; timm takes them first, too. */
const AVERAGE = /(^|_)ema(_|$)/;
/** What holds tensors that are no weights. */
const OTHERS = /optim|sched|scaler|callback|loops|hyper_param|rng/i;

/** Tensors by name, and the key of the checkpoint that they are under. */
type Table = { key: string; tensors: Map<string, PickleCall> };

/**
 * Find the state dictionary in what a torch file holds: the file's only value, or within a checkpoint, beside the state of an
 * optimizer, under any key (`state_dict`, `model_state_dict`, `model`, `net`, `module`, ...). Of several, it is the one with the
 * most tensors; of several as large, one that is called `ema`, else the first.
 *
 * @returns the call that makes each tensor, by name; values that are no tensors, such as a step count, are left out
 * @throws {UserError} if there is none
 */
export function findStateDictionary(value: PickleValue): Map<string, PickleCall> {
  const tables: Table[] = [];
  const seen = new Set<PickleValue>();
  const visit = (table: Map<PickleValue, PickleValue>, key: string, depth: number) => {
    if (seen.has(table) || seen.size > MOST_TABLES) return;
    seen.add(table);
    const tensors = new Map<string, PickleCall>();
    for (const [name, item] of table) {
      const tensor = asTensor(item);
      if (tensor && typeof name !== 'string') continue; // the state of an optimizer, by number
      if (tensor) tensors.set(name as string, tensor);
      else if (item instanceof Map && depth > 0 && typeof name === 'string' && !OTHERS.test(name)) {
        visit(item, key === '' ? name : `${key}.${name}`, depth - 1);
      }
    }
    if (tensors.size > 0) tables.push({ key, tensors });
  };
  if (value instanceof Map) visit(value, '', DEEPEST);
  const most = Math.max(...tables.map(({ tensors }) => tensors.size));
  const largest = tables.filter(({ tensors }) => tensors.size === most);
  const isAverage = ({ key }: Table) => key.split('.').some((part) => AVERAGE.test(part));
  const found = largest.find(isAverage) ?? largest[0];
  if (!found) throw new UserError('the torch file holds no state dictionary (a table of named tensors)');
  return found.tensors;
}
