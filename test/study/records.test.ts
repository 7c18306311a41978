import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { loadStudy, type RunRecord, writeMlflow } from '../../src/study';
import { RunStore } from '../../src/study/records';
import { temporaryFolder } from '../folders';
import { mistake } from '../mistake';

const record = (changes: Partial<Record<keyof RunRecord, unknown>> = {}) => ({
  ...{ id: 'run-a', hash: 'aa', axes: { dropout: 0.5 }, seed: 1, state: 'failed', error: 'it fell' },
  ...{ accuracy: null, loss: null, epochs: 0, pictures: null, curve: [], trainedParameters: null, memory: null },
  ...{ seconds: 1, started: '2026-01-01T00:00:00Z', ended: '2026-01-01T00:00:01Z', host: 'here' },
  ...changes,
});

/** A study's folder next to another folder of the user. */
function study(): { folder: string; precious: string; put(name: string, value: unknown): string } {
  const place = temporaryFolder();
  const folder = join(place, 'study');
  const precious = join(place, 'precious');
  mkdirSync(join(folder, 'runs'), { recursive: true });
  mkdirSync(precious);
  writeFileSync(join(precious, 'photo'), 'mine');
  const put = (name: string, value: unknown) => {
    mkdirSync(join(folder, 'runs', name), { recursive: true });
    writeFileSync(join(folder, 'runs', name, 'run.json'), JSON.stringify(value));
    return join(folder, 'runs', name);
  };
  return { folder, precious, put };
}

describe("a study's runs on disk", () => {
  it('are identified by their folders: a run with the id of another is refused, and nothing is deleted', () => {
    for (const id of ['../../precious', '/etc', '..', '.', '', 'run-b', 'a/../../../precious', 'x\0', 3, null]) {
      const { folder, precious, put } = study();
      const own = put('run-a', record({ id }));
      put('run-b', record({ id: 'run-b', hash: 'bb', state: 'done' }));
      const store = new RunStore(folder);
      for (const work of [() => store.read(), () => store.removeFailed(), () => store.cleanUp()]) {
        mistake(work, join(own, 'run.json'));
      }
      assert.ok(existsSync(join(precious, 'photo')) && existsSync(own) && existsSync(join(folder, 'runs', 'run-b')));
    }
  });

  it('are deleted if they failed, and only then', () => {
    const { folder, put } = study();
    put('run-a', record());
    put('run-b', record({ id: 'run-b', hash: 'bb', state: 'done', accuracy: 1 }));
    new RunStore(folder).removeFailed();
    assert.deepEqual(readdirSync(join(folder, 'runs')), ['run-b']);
  });

  it('never have a folder outside the study', () => {
    const { folder, precious } = study();
    const store = new RunStore(folder);
    mkdirSync(join(folder, 'prepared'));
    for (const id of ['../../precious', '..', 'a/b', '']) {
      mistake(() => store.prepare(id), 'has the id');
      mistake(() => store.save(join(folder, 'prepared'), record({ id }) as RunRecord), 'has the id');
      mistake(() => writeMlflow({ folder, records: [record({ id }) as RunRecord] }, temporaryFolder()), 'has the id');
    }
    assert.deepEqual(readdirSync(precious), ['photo']);
  });

  it('are not written through links, which may lead to other folders', () => {
    for (const name of ['runs', 'checkpoints', 'index.jsonl']) {
      const place = temporaryFolder();
      const [folder, precious] = [join(place, 'study'), join(place, 'precious')];
      for (const each of [folder, join(precious, 'run-a')]) mkdirSync(each, { recursive: true });
      writeFileSync(join(precious, 'run-a', 'run.json'), JSON.stringify(record()));
      symlinkSync(precious, join(folder, name));
      mistake(() => new RunStore(folder).cleanUp(), join(folder, name), 'is a link');
      assert.deepEqual(readdirSync(precious), ['run-a']);
    }
    const { folder, precious, put } = study();
    symlinkSync(put('run-b', record({ id: 'run-b' })), join(folder, 'runs', 'run-a'));
    mistake(() => new RunStore(folder).removeFailed(), join(folder, 'runs', 'run-a'), 'is a link');
    assert.ok(existsSync(join(folder, 'runs', 'run-b')) && existsSync(precious));
  });

  it('do not affect files that the user put next to them', () => {
    const { folder } = study();
    const left = join(folder, 'runs', '.run-a.123.tmp');
    const own = ['.notes', '.git', '.tmp', '.my.tmp'].map((name) => join(folder, 'runs', name));
    for (const each of [left, ...own]) mkdirSync(each);
    new RunStore(folder).cleanUp();
    assert.deepEqual([left, ...own].map(existsSync), [false, true, true, true, true]);
  });

  it('are exported to MLflow without linked files, under names that cannot be paths', () => {
    const { folder, precious, put } = study();
    const own = put('run-a', record({ axes: { '..': 1, '': 2, ['x'.repeat(400)]: 3 } }));
    symlinkSync(join(precious, 'photo'), join(own, 'photo'));
    symlinkSync(precious, join(own, 'photos'));
    writeFileSync(join(own, 'config.json'), JSON.stringify({ settings: { toString: 1, '../../x': {} } }));
    const store = temporaryFolder();
    writeMlflow({ folder, records: [record({ axes: { '..': 1 } }) as unknown as RunRecord] }, store);
    const files = readdirSync(store, { recursive: true }).map(String);
    assert.deepEqual(
      files
        .filter((file) => file.includes('artifacts/'))
        .map((file) => basename(file))
        .sort(),
      ['config.json', 'run.json'],
    );
    assert.deepEqual(
      files
        .filter((file) => file.includes('params/'))
        .map((file) => basename(file))
        .sort(),
      ['.._.._x', '___', 'seed', 'toString'],
    );
  });

  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  for (const key of Object.keys(record()) as (keyof RunRecord)[]) {
    it(`are refused in one line if ${key} has an invalid value`, () => {
      const values = [
        '{}',
        '[]',
        '[[]]',
        '"x\\n"',
        '1e308',
        '-1',
        'true',
        '{"toString": 1}',
        nested(10),
        nested(50_000),
      ];
      for (const value of [undefined, ...values]) {
        const { folder, put } = study();
        const file = join(put('run-a', null), 'run.json');
        const text = JSON.stringify(record({ [key]: value && '@' }));
        writeFileSync(file, text.replace('"@"', value ?? ''));
        if (fitting[key]?.includes(value ?? '')) new RunStore(folder).read();
        else oneLine(() => new RunStore(folder).read(), file);
      }
    });
  }

  it('are refused in one line if run.json is not a JSON file', () => {
    for (const text of ['', '{', 'null', '[]', '3', '"x"', nested(50_000), '{"__proto__": {}}']) {
      const { folder, put } = study();
      const file = join(put('run-a', record()), 'run.json');
      writeFileSync(file, text);
      oneLine(() => new RunStore(folder).read(), file);
    }
    const { folder } = study();
    mkdirSync(join(folder, 'runs', 'run-a', 'run.json'), { recursive: true });
    oneLine(() => new RunStore(folder).read(), join(folder, 'runs', 'run-a', 'run.json'));
    for (const target of ['/dev/zero', '/etc/hostname']) {
      const { folder } = study();
      mkdirSync(join(folder, 'runs', 'run-a'));
      symlinkSync(target, join(folder, 'runs', 'run-a', 'run.json'));
      oneLine(() => new RunStore(folder).read(), join(folder, 'runs', 'run-a', 'run.json'));
    }
  });
});

/** The valid ones of the values above. */
const fitting: Partial<Record<keyof RunRecord, string[]>> = {
  axes: ['{}', '{"toString": 1}'],
  curve: ['[]'],
  error: ['"x\\n"'],
  host: ['"x\\n"'],
  loss: ['1e308', '-1'],
};

describe('study.json', () => {
  const plan = {
    configuration: { data: 'emoji' },
    dataFingerprint: 'f',
    configurations: [{ dropout: 0 }, { dropout: 0.5 }],
    tasks: [{ id: 'run-a', hash: 'aa', axes: { dropout: 0.5 }, seed: 1 }],
  };

  it('is read', () => {
    const { folder, put } = study();
    put('run-a', record({ state: 'done', error: null, accuracy: 0.5 }));
    writeFileSync(join(folder, 'study.json'), JSON.stringify(plan));
    const { rows, left } = loadStudy(folder);
    assert.deepEqual([rows.map(({ n }) => n), left], [[0, 1], 0]);
  });

  const nested = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const paths = [
    ...['configuration', 'dataFingerprint', 'configurations', 'tasks', 'configuration.data', 'configurations.0'],
    ...['configurations.0.dropout', 'tasks.0', 'tasks.0.id', 'tasks.0.hash', 'tasks.0.axes', 'tasks.0.seed'],
  ];
  for (const path of paths) {
    it(`is read, or refused in one line, with any value for ${path}`, () => {
      for (const value of ['null', '{}', '[]', '"x"', '1e308', '-1', '{"toString": 1}', '"../x"', nested]) {
        const { folder, put } = study();
        put('run-a', record({ state: 'done', error: null, accuracy: 0.5 }));
        const file = join(folder, 'study.json');
        const changed = structuredClone(plan) as Record<string, unknown>;
        const parts = path.split('.');
        const parent = parts.slice(0, -1).reduce((at, part) => at[part] as Record<string, unknown>, changed);
        parent[parts.at(-1)!] = '@';
        writeFileSync(file, JSON.stringify(changed).replace('"@"', value));
        try {
          loadStudy(folder);
        } catch (error) {
          checkOneLine(error as Error, file);
          continue;
        }
        const fits = { 'configuration.data': ['"x"', '"../x"'], dataFingerprint: ['"x"', '"../x"'], tasks: ['[]'] };
        const own = Object.hasOwn(fits, path) ? fits[path as keyof typeof fits] : [];
        const labels = path === 'configurations.0.dropout' ? ['null', '"x"', '1e308', '-1', '"../x"'] : [];
        const ids = path === 'tasks.0.id' || path === 'tasks.0.hash' ? ['"x"'] : [];
        assert.ok([...own, ...labels, ...ids].includes(value), `${path} was taken as ${value.slice(0, 20)}`);
      }
    });
  }
});

function oneLine(work: () => unknown, name: string): void {
  assert.throws(work, (error: Error) => checkOneLine(error, name));
}

function checkOneLine(error: Error, name: string): true {
  assert.ok(error instanceof UserError, error.stack);
  assert.ok(error.message.includes(name), error.message);
  assert.doesNotMatch(error.message, /[\r\n]/);
  assert.ok(error.message.length < 600 + name.length, error.message);
  return true;
}
