import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { backboneLabel } from '../../src/models/backboneLabel';

describe('the label of a backbone', () => {
  it('is its name, and where its weights are from', () => {
    assert.equal(backboneLabel('mobilenet-v2'), 'mobilenet-v2');
    assert.equal(backboneLabel({ architecture: 'resnet50' }), 'resnet50');
    assert.equal(backboneLabel({ architecture: 'resnet50', weights: 'imagenet' }), 'resnet50');
    assert.equal(backboneLabel({ architecture: 'resnet50', weights: 'mine/a.pth' }), 'resnet50 with a.pth');
    const weights = 'hf://timm/resnet50.a1_in1k';
    assert.equal(backboneLabel({ architecture: 'resnet50', weights }), `resnet50 with ${weights}`);
  });

  it('is given without loading the networks: a notebook that shows a value needs it', () => {
    const program = 'require(process.argv[1]); process.stdout.write(Object.keys(require.cache).join("\\n"))';
    const loaded = execFileSync(process.execPath, ['-e', program, require.resolve('../../src/models/backboneLabel')]);
    const files = loaded.toString().split('\n');
    assert.ok(files.some((file) => file.endsWith('backboneLabel.js')));
    assert.deepEqual(
      files.filter((file) => /registry|families|tensorflow/.test(file)),
      [],
    );
  });
});
