import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { frontPart } from '../../src/front/frontPart';

const folder = join(projectFolder, 'src', 'front');
/** Modules that others import. */
const shared = ['safeHtml.mjs', 'shared.mjs'];
const parts = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs') && !shared.includes(file))
  .map((file) => file.slice(0, -'.mjs'.length));

describe('the modules for the browser', function () {
  this.timeout(120_000);

  it('have no mistakes of type', () => {
    const compiler = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    });
    assert.equal(stdout, '');
    assert.equal(status, 0);
  });

  for (const part of parts) {
    it(`${part} is one module without imports that exports render, as anywidget wants it`, async () => {
      const text = frontPart(part);
      assert.doesNotMatch(text, /^import /m);
      assert.equal(text.match(/^export /gm)?.length, 1);
      const { default: made } = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
        default: { render: unknown };
      };
      assert.equal(typeof made.render, 'function');
    });
  }
});
