import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../src/core/paths';
import {
  PersistentId,
  PickleCall,
  PickleGlobal,
  type PickleValue,
  readPickle,
} from '../../../src/models/weights/pickle';
import { findStateDictionary } from '../../../src/models/weights/stateDictionary';
import { readTorchFile } from '../../../src/models/weights/torchFile';
import { asTensor } from '../../../src/models/weights/torchTensor';

const tensor = (key: string): PickleCall =>
  new PickleCall('torch._utils._rebuild_tensor_v2', [
    new PersistentId(['storage', new PickleGlobal('torch.FloatStorage'), key, 'cpu', 1]),
    ...[0, [1], [1]],
  ]);
const table = (values: Record<string, PickleValue>): Map<PickleValue, PickleValue> => new Map(Object.entries(values));
const weights = (key = 'w') => table({ 'a.weight': tensor(key), 'a.bias': tensor('b') });
const namesIn = (value: PickleValue) => [...findStateDictionary(value).keys()];

describe('the state dictionary of a torch file', () => {
  it('is that of a whole model, whose classes are not needed: as torch says, in both of its formats', () => {
    const file = join(projectFolder, 'test', 'models', 'weights', 'wholeModel.json');
    const { state, ...files } = JSON.parse(readFileSync(file, 'utf8')) as {
      state: Record<string, number[]>;
      zipped: string;
      legacy: string;
    };
    for (const content of Object.values(files)) {
      const arrays = readTorchFile(Buffer.from(content, 'base64'), 'whole.pt');
      assert.deepEqual([...arrays.keys()].sort(), Object.keys(state).sort());
      for (const [name, values] of Object.entries(state)) assert.deepEqual([...arrays.get(name)!.data], values);
    }
  });

  it('is not sought in modules without end', () => {
    const module = new PickleCall('torch.nn.Module', []);
    const modules = new Map<PickleValue, PickleValue>([['again', module]]);
    module.state = table({ _parameters: table({ weight: tensor('w') }), _buffers: new Map(), _modules: modules });
    assert.deepEqual(namesIn(module), ['weight']);
    let deep: PickleCall = module;
    for (let i = 0; i < 100; i++) {
      const outer = new PickleCall('torch.nn.Module', []);
      outer.state = table({ _parameters: new Map(), _buffers: new Map(), _modules: table({ inner: deep }) });
      deep = outer;
    }
    assert.throws(() => namesIn(deep), /more modules in each other/);
  });

  it('is the file itself, or lies in a checkpoint under any key, beside the state of an optimizer', () => {
    const optimizer = table({
      state: new Map([[0, table({ step: 3, exp_avg: tensor('x'), exp_avg_sq: tensor('y'), max: tensor('z') })]]),
    });
    assert.deepEqual(namesIn(weights()), ['a.weight', 'a.bias']);
    for (const key of ['state_dict', 'model_state_dict', 'model', 'net', 'module', 'my_own']) {
      assert.deepEqual(
        namesIn(table({ epoch: 3, [key]: weights(), optimizer, optimizer_states: [optimizer] })),
        ['a.weight', 'a.bias'],
        key,
      );
    }
    assert.deepEqual(namesIn(table({ checkpoint: table({ net: table({ state_dict: weights() }) }) })), [
      'a.weight',
      'a.bias',
    ]);
  });

  it('is the moving average, if the checkpoint has both', () => {
    for (const key of ['ema', 'state_dict_ema', 'model_ema', 'ema_state_dict']) {
      const found = findStateDictionary(table({ state_dict: weights('now'), [key]: weights('average') }));
      assert.deepEqual(((found.get('a.weight')!.args[0] as PersistentId).id as PickleValue[])[2], 'average', key);
    }
  });

  it('has parameters as tensors, and leaves out what is none', () => {
    const parameter = new PickleCall('torch._utils._rebuild_parameter', [tensor('p'), true, new Map()]);
    assert.equal(asTensor(parameter)?.callee, 'torch._utils._rebuild_tensor_v2');
    assert.deepEqual(namesIn(table({ a: parameter, version: 2, note: 'x', none: null })), ['a']);
  });

  it('is missing in a file without tensors', () => {
    for (const value of [null, 7, [], table({}), table({ a: 1 }), table({ optimizer: weights() })]) {
      assert.throws(() => findStateDictionary(value), /^UserError: the torch file holds no state dictionary/);
    }
  });

  it('is found beside objects of other classes, which are read over and not made', () => {
    const pickle = Buffer.from(
      '\x80\x02}(X\x01\0\0\0acargparse\nNamespace\n)\x81}X\x01\0\0\0bK\x01sbX\x01\0\0\0cK\x02u.',
      'latin1',
    );
    const { value } = readPickle(pickle, 0, new Set(), /^argparse\.Namespace$/);
    assert.ok(value instanceof Map && value.get('a') instanceof PickleCall && value.get('c') === 2);
    assert.throws(
      () => readPickle(pickle, 0, new Set()),
      /asks for 'argparse\.Namespace'.*torch\.save\(model\.state_dict\(\), FILE\)/,
    );
  });
});
