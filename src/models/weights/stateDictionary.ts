import { UserError } from '../../core/errors';
import { PickleCall, type PickleValue } from './pickle';
import { asTensor } from './torchTensor';

/** How deep checkpoints put their state dictionary: `{ ema: { module: { state_dict: ... } } }` */
const DEEPEST = 4;
const MOST_TABLES = 10_000;
/** Moving averages of the weights, which their authors evaluate; timm takes them first, too. */
const AVERAGE = /(^|_)ema(_|$)/;
/** What holds tensors that are no weights. */
const OTHERS = /optim|sched|scaler|callback|loops|hyper_param|rng/i;

/** How deep modules of a whole model lie in each other. */
const DEEPEST_MODULE = 40;

/** Tensors by name, and the key of the checkpoint that they are under. */
type Table = { key: string; tensors: Map<string, PickleCall> };

/**
 * Find the state dictionary in what a torch file holds: the file's only value, or within a checkpoint, beside the state of an
 * optimizer, under any key (`state_dict`, `model_state_dict`, `model`, `net`, `module`, ...). Of several, it is the one with the
 * most tensors; of several as large, one that is called `ema`, else the first. Of a whole model (`torch.save(model, FILE)`) it is made of the
 * parameters and buffers of its modules, whose classes are neither needed nor run.
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
      else if (isModule(item)) tables.push({ key: String(name), tensors: tensorsOf(item) });
      else if (item instanceof Map && depth > 0 && typeof name === 'string' && !OTHERS.test(name)) {
        visit(item, key === '' ? name : `${key}.${name}`, depth - 1);
      }
    }
    if (tensors.size > 0) tables.push({ key, tensors });
  };
  if (value instanceof Map) visit(value, '', DEEPEST);
  if (isModule(value)) tables.push({ key: '', tensors: tensorsOf(value) });
  const most = Math.max(...tables.map(({ tensors }) => tensors.size));
  const largest = tables.filter(({ tensors }) => tensors.size === most);
  const isAverage = ({ key }: Table) => key.split('.').some((part) => AVERAGE.test(part));
  const found = largest.find(isAverage) ?? largest[0];
  if (!found) throw new UserError('the torch file holds no state dictionary (a table of named tensors)');
  return found.tensors;
}

/** Whether a pickle makes a module of torch: an object with parameters, buffers and the modules in it. */
function isModule(value: PickleValue | undefined): value is PickleCall & { state: Map<PickleValue, PickleValue> } {
  return (
    value instanceof PickleCall &&
    value.state instanceof Map &&
    ['_parameters', '_buffers', '_modules'].every((key) => (value.state as Map<PickleValue, PickleValue>).has(key))
  );
}

/** The tensors of a module and of those in it, by the names that `state_dict` gives them. */
function tensorsOf(module: PickleValue): Map<string, PickleCall> {
  const tensors = new Map<string, PickleCall>();
  const seen = new Set<PickleValue>();
  const collect = (value: PickleValue, prefix: string, depth: number) => {
    if (!isModule(value) || seen.has(value)) return;
    if (depth > DEEPEST_MODULE || seen.size > MOST_TABLES) {
      throw new UserError('the torch file has a model with more modules in each other than a network can have');
    }
    seen.add(value);
    for (const part of ['_parameters', '_buffers', '_modules']) {
      const items = value.state.get(part);
      if (!(items instanceof Map)) continue;
      for (const [name, item] of items) {
        if (typeof name !== 'string') continue;
        const tensor = asTensor(item);
        if (tensor) tensors.set(prefix + name, tensor);
        else if (part === '_modules') collect(item, `${prefix}${name}.`, depth + 1);
      }
    }
  };
  collect(module, '', 0);
  return tensors;
}
