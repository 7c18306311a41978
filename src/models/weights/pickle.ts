import { UserError } from '../../core/errors';

/** A class or function that a pickle names, as 'module.name'. It is never imported or called. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** What a pickle asked to be built by calling `callee` with `args`; the reader of the pickle decides what that means. */
export class PickleCall {
  /** the properties that it asked to be set afterwards: of a module of torch, its parameters and the modules in it */
  state?: PickleValue;

  constructor(
    readonly callee: string,
    readonly args: readonly PickleValue[],
  ) {}
}

/** An object kept outside the pickle (torch: a storage), known by its id. */
export class PersistentId {
  constructor(readonly id: PickleValue) {}
}

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleCall
  | PersistentId;

const MARK = Symbol('mark');

const DICTIONARIES = new Set(['collections.OrderedDict', 'collections.defaultdict']);

/** Values that a pickle may make; the state dictionary of a large network makes some ten thousand. */
const MOST_VALUES = 2_000_000;
/** Bytes of one text, and of a pickle. */
const LONGEST_TEXT = 2 ** 20;
const LONGEST_PICKLE = 2 ** 26;

/**
 * Read one pickle as plain data, without running any of it.
 *
 * A pickle is a program for a small stack machine that may import and call anything. This reader knows the few
 * instructions a table of tensors needs, and lets a pickle name only the globals in `allowed`: the rest is an error.
 *
 * @param bytes the file
 * @param start where the pickle begins, in bytes
 * @param allowed names like 'collections.OrderedDict'
 * @param ignored names of objects that checkpoints keep beside their tensors, such as settings: they are read over, not made
 * @returns the value and where the pickle ended
 * @throws {UserError} on an instruction or a global that is not allowed, and on a pickle that ends too soon
 */
export function readPickle(
  bytes: Buffer,
  start: number,
  allowed: ReadonlySet<string>,
  ignored?: RegExp,
): { value: PickleValue; end: number } {
  let position = start;
  const stack: (PickleValue | typeof MARK)[] = [];
  const memo = new Map<number, PickleValue>();

  const take = (length: number): Buffer => {
    if (position + length - start > LONGEST_PICKLE) {
      throw new UserError(
        `the pickle at byte ${start} has more than ${LONGEST_PICKLE} bytes: it is no table of tensors`,
      );
    }
    if (length < 0 || position + length > bytes.length) {
      throw new UserError(`the pickle at byte ${start} ends too soon: ${length} bytes expected at byte ${position}`);
    }
    position += length;
    return bytes.subarray(position - length, position);
  };
  const text = (length: number): string => {
    if (length > LONGEST_TEXT) throw new UserError(`the pickle at byte ${start} has a text of ${length} bytes`);
    return take(length).toString('utf8');
  };
  const bytesAsText = (length: number): string => {
    if (length > LONGEST_TEXT) throw new UserError(`the pickle at byte ${start} has a text of ${length} bytes`);
    return take(length).toString('latin1');
  };
  const line = (): string => {
    const end = bytes.subarray(position, position + LONGEST_TEXT).indexOf(0x0a) + position;
    if (end < position) throw new UserError(`the pickle at byte ${start} ends within a name`);
    return take(end - position + 1)
      .toString('utf8')
      .slice(0, -1);
  };
  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined || value === MARK)
      throw new UserError(`the pickle at byte ${start} is damaged: empty stack`);
    return value;
  };
  const top = (): PickleValue => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const popToMark = (): PickleValue[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) throw new UserError(`the pickle at byte ${start} is damaged: no mark on the stack`);
    const values = stack.splice(mark);
    return values.slice(1) as PickleValue[];
  };
  const recall = (index: number): PickleValue => {
    const value = memo.get(index);
    if (value === undefined) throw new UserError(`the pickle at byte ${start} is damaged: no memo ${index}`);
    return value;
  };
  const global = (name: string): PickleGlobal => {
    if (!allowed.has(name) && !ignored?.test(name)) {
      throw new UserError(
        `the file asks for '${name.slice(0, 200)}', which a file of weights has no use for; it was not run or read. If the file is yours, save only the weights: torch.save(model.state_dict(), FILE)`,
      );
    }
    return new PickleGlobal(name);
  };
  const long = (length: number): number => {
    let value = 0n;
    const digits = take(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!);
    return Number(BigInt.asIntN(8 * Math.max(length, 1), value));
  };
  const setItems = (items: PickleValue[]): void => {
    const target = top();
    if (target instanceof PickleCall) return; // a dictionary of a class that is read over
    if (!(target instanceof Map))
      throw new UserError(`the pickle at byte ${start} is damaged: items without a dictionary`);
    for (let i = 0; i + 1 < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  };
  const append = (items: PickleValue[]): void => {
    const target = top();
    if (target instanceof PickleCall) return;
    if (!Array.isArray(target)) throw new UserError(`the pickle at byte ${start} is damaged: items without a list`);
    for (const item of items) target.push(item);
  };
  const reduce = (): PickleValue => {
    const args = pop();
    const callee = classOf(pop());
    if (!(callee instanceof PickleGlobal) || !Array.isArray(args)) {
      throw new UserError(`the pickle at byte ${start} is damaged: a call of something that is no name`);
    }
    return DICTIONARIES.has(callee.name) ? new Map() : new PickleCall(callee.name, args);
  };

  // The letters are the instruction codes of Python's pickletools.
  const instructions: Record<string, () => void> = {
    '\x80': () => take(1), // PROTO
    '\x95': () => take(8), // FRAME
    '(': () => stack.push(MARK),
    '0': () => pop(),
    '1': () => popToMark(),
    '2': () => stack.push(top()),
    N: () => stack.push(null),
    '\x88': () => stack.push(true),
    '\x89': () => stack.push(false),
    J: () => stack.push(take(4).readInt32LE()),
    K: () => stack.push(take(1)[0]!),
    M: () => stack.push(take(2).readUInt16LE()),
    '\x8a': () => stack.push(long(take(1)[0]!)), // LONG1
    B: () => stack.push(bytesAsText(take(4).readUInt32LE())),
    C: () => stack.push(bytesAsText(take(1)[0]!)),
    T: () => stack.push(bytesAsText(take(4).readUInt32LE())), // texts of Python 2
    U: () => stack.push(bytesAsText(take(1)[0]!)),
    G: () => stack.push(take(8).readDoubleBE()),
    X: () => stack.push(text(take(4).readUInt32LE())),
    '\x8c': () => stack.push(text(take(1)[0]!)), // SHORT_BINUNICODE
    '}': () => stack.push(new Map()),
    ']': () => stack.push([]),
    ')': () => stack.push([]),
    '\x8f': () => stack.push([]), // EMPTY_SET
    '\x90': () => append(popToMark()), // ADDITEMS
    '\x91': () => stack.push(popToMark()), // FROZENSET
    l: () => stack.push(popToMark()),
    d: () => {
      const items = popToMark();
      stack.push(new Map());
      setItems(items);
    },
    t: () => stack.push(popToMark()),
    '\x85': () => stack.push([pop()]), // TUPLE1
    '\x86': () => stack.push([pop(), pop()].reverse()), // TUPLE2
    '\x87': () => stack.push([pop(), pop(), pop()].reverse()), // TUPLE3
    a: () => append([pop()]),
    e: () => append(popToMark()),
    s: () => setItems([pop(), pop()].reverse()),
    u: () => setItems(popToMark()),
    q: () => memo.set(take(1)[0]!, top()),
    r: () => memo.set(take(4).readUInt32LE(), top()),
    '\x94': () => memo.set(memo.size, top()), // MEMOIZE
    h: () => stack.push(recall(take(1)[0]!)),
    j: () => stack.push(recall(take(4).readUInt32LE())),
    c: () => {
      const module = line();
      stack.push(global(`${module}.${line()}`));
    },
    '\x93': () => {
      const [name, module] = [pop(), pop()]; // STACK_GLOBAL
      if (typeof name !== 'string' || typeof module !== 'string') {
        throw new UserError(`the pickle at byte ${start} is damaged: a class without a name`);
      }
      stack.push(global(`${module}.${name}`));
    },
    R: () => stack.push(reduce()),
    '\x81': () => stack.push(reduce()), // NEWOBJ: a call of the class
    '\x92': () => {
      pop(); // NEWOBJ_EX: arguments by name
      stack.push(reduce());
    },
    b: () => {
      const [state, target] = [pop(), top()]; // BUILD; that of an OrderedDict (its version notes) is not needed
      if (target instanceof PickleCall) target.state = state;
    },
    Q: () => stack.push(new PersistentId(pop())),
  };

  for (let count = 0; ; count++) {
    if (count > MOST_VALUES)
      throw new UserError(`the pickle at byte ${start} has more than ${MOST_VALUES} instructions`);
    const code = String.fromCharCode(take(1)[0]!);
    if (code === '.') return { value: pop(), end: position };
    const instruction = instructions[code];
    if (!instruction) {
      const hex = code.charCodeAt(0).toString(16).padStart(2, '0');
      throw new UserError(
        `the pickle at byte ${start} has the instruction 0x${hex}, which a file of weights has no use for`,
      );
    }
    instruction();
  }
}

/** Before torch 1.6 a class of a module was kept outside the pickle, with its source code: ['module', class, file, source]. */
function classOf(callee: PickleValue): PickleValue {
  const isModule = callee instanceof PersistentId && Array.isArray(callee.id) && callee.id[0] === 'module';
  return isModule ? (callee.id as PickleValue[])[1]! : callee;
}
