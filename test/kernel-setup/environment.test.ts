import assert from 'node:assert/strict';
import { kernelSetup } from '../../src/core/kernelSetup';

describe("the environment of the project's Python", () => {
  it('has no variables that name other folders of packages, or that keep Python from storing compiled files', async () => {
    const { pythonEnvironment } = await kernelSetup<{ pythonEnvironment(): NodeJS.ProcessEnv }>('lib/environment.mjs');
    const foreign = { PYTHONPATH: '/elsewhere', PIP_TARGET: '/elsewhere', PYTHONDONTWRITEBYTECODE: '1' };
    const before = { ...process.env };
    Object.assign(process.env, foreign);
    try {
      const environment = pythonEnvironment();
      for (const name of Object.keys(foreign)) assert.ok(!(name in environment), name);
      assert.equal(environment.PATH, process.env.PATH);
    } finally {
      for (const name of Object.keys(foreign)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});
