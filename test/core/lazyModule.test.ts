import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lazyModule, once } from '../../src/core/lazyModule';
import { projectFolder } from '../../src/core/paths';

describe('a lazy module', () => {
  it('is loaded once, when one of its properties is first used', () => {
    let loads = 0;
    const lazy = lazyModule(() => {
      loads += 1;
      return { double: (x: number) => 2 * x, name: 'doubling' };
    });
    assert.equal((lazy as { __esModule?: boolean }).__esModule, true);
    assert.equal(loads, 0);
    assert.equal(lazy.double(4), 8);
    assert.deepEqual(
      [lazy.name, 'double' in lazy, Object.keys(lazy), loads],
      ['doubling', true, ['double', 'name'], 1],
    );
  });

  it('lets properties be set', () => {
    const own = { level: 1 };
    lazyModule(() => own).level = 2;
    assert.equal(own.level, 2);
  });

  it('may be a function, and passes on errors of loading', () => {
    assert.equal(lazyModule(() => (x: number) => x + 1)(2), 3);
    const broken = lazyModule((): { a: number } => {
      throw new Error('not installed');
    });
    assert.throws(() => broken.a, /not installed/);
  });

  it('keeps a value even if it is undefined', () => {
    let made = 0;
    const value = once(() => {
      made += 1;
    });
    value();
    value();
    assert.equal(made, 1);
  });
});

describe('importing tunebook', () => {
  it('loads none of the large packages before they are used', () => {
    const script = `
      const tunebook = require(${JSON.stringify(projectFolder)});
      const heavy = /node_modules.(@tensorflow|arquero|sharp|vega|vega-lite|tar|yauzl|umap-js|ml-pca|bullmq|ioredis|h5wasm|commander)./;
      const loaded = () => Object.keys(require.cache).filter((file) => heavy.test(file)).length;
      const before = loaded();
      tunebook.tf.scalar(1);
      console.log(JSON.stringify([before, loaded() > 0]));`;
    const output = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(output), [0, true]);
  });
});
