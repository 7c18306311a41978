/*
 * `node dist/bench/photoReferences.js FOLDER SOURCE NAME...`: how far the activations for photos in a folder differ from the ImageNet
 * statistics that backbones contain. Writes src/features/domain/photoReferences.json, which `domainSimilarity` compares with.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectFolder } from '../src/core/paths';
import { activationStatistics } from '../src/features/domain/activationStatistics';
import { networkDistance } from '../src/features/domain/domainDistance';
import type { PhotoReference } from '../src/features/domain/domainReferences';
import { backboneEntry, loadBackbone } from '../src/models';
import { terminalListener } from '../src/terminal';

async function main([folder, source, ...names]: readonly string[]): Promise<void> {
  if (!folder || !source || names.length === 0) {
    throw new Error(
      'node dist/bench/photoReferences.js FOLDER SOURCE NAME..., e.g. photos "50 photos of mine" efficientnet-lite0',
    );
  }
  const photos = readdirSync(folder).filter((file) => /\.jpe?g$/i.test(file));
  const examples = photos.map((file) => ({ file: resolve(join(folder, file)), label: -1 }));
  const { end, ...listener } = terminalListener();
  const references: PhotoReference[] = [];
  for (const name of names.map((each) => backboneEntry(each).name)) {
    const backbone = await loadBackbone(name, { listener });
    const { layers, pictures } = await activationStatistics(backbone, examples, { task: name, listener });
    references.push({
      backbone: name,
      weightsHash: backbone.weightsHash,
      inputSize: backbone.entry.preprocessing.inputSize,
      pictures,
      source,
      distance: Number(networkDistance(layers).toFixed(4)),
    });
    backbone.model.dispose();
  }
  await end();
  console.log(references);
  const file = join(projectFolder, 'src', 'features', 'domain', 'photoReferences.json');
  writeFileSync(file, `${JSON.stringify(references, null, 2)}\n`);
}

main(process.argv.slice(2));
