import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { imageFolder } from '../../src/data';
import { type BackboneData, writeSafetensors } from '../../src/models';
import { checkConfiguration } from '../../src/study/configuration';
import { planStudy } from '../../src/study/plan';
import { hashesOfWeights } from '../../src/study/weightsHashes';
import { temporaryFolder } from '../folders';
import { NAME, registerSmall, tensors } from '../models/smallFamily';
import { stripesFolder } from '../pictures';

describe('the hashes of the runs of a study', () => {
  it('depend on the content of weights, and not on their path', async () => {
    const removeSmall = registerSmall();
    try {
      const folder = temporaryFolder();
      const [first, copy, other] = ['a', 'b', 'c'].map((name) => join(folder, `${name}.safetensors`)) as [
        ...[string, string, string],
      ];
      writeSafetensors(first, tensors());
      cpSync(first, copy);
      writeSafetensors(other, tensors('', 3, 8));
      const data = await stripesFolder(3);
      const hashOf = async (weights: string) => {
        const backbone: BackboneData = { architecture: NAME, weights };
        const axes = { network: [{ name: 'mine', backbone }, { name: 'usual' }] };
        const study = checkConfiguration({ data, axes, seeds: 1 });
        const { tasks } = planStudy(study, imageFolder(data), await hashesOfWeights(study));
        assert.deepEqual(tasks[0]!.settings.backbone, backbone);
        return tasks[0]!.hash;
      };
      const hash = await hashOf(first);
      assert.equal(await hashOf(copy), hash);
      assert.notEqual(await hashOf(other), hash);
      cpSync(other, first);
      assert.equal(await hashOf(first), await hashOf(other));
      await assert.rejects(hashOf(join(folder, 'none.safetensors')), /there is no file of weights/);
    } finally {
      removeSmall();
    }
  });
});
