import { execFileSync } from 'node:child_process';
import { familyMember } from '../../src/models/registry';
import { peerEnvironment, peerPython } from '../peers';

/** Prints the names of the networks of the libraries that are installed. */
const LIST = `
import json
names = []
try:
    import torchvision
    names += ["torchvision/" + name for name in torchvision.models.list_models()]
except ImportError:
    pass
try:
    import timm
    names += ["timm/" + name for name in timm.list_models()]
except ImportError:
    pass
print(json.dumps(names))
`;

let known: ReadonlySet<string> | undefined;

/** The same network in torchvision or, if it is installed, in timm: 'torchvision/resnet50'. Undefined if neither has it. */
export function libraryNetwork(name: string): string | undefined {
  known ??= new Set(
    JSON.parse(execFileSync(peerPython(), ['-c', LIST], { env: peerEnvironment(), encoding: 'utf8' })) as string[],
  );
  const architectures = (familyMember(name).torch ?? []).flatMap((network) => network.architectures);
  return ['torchvision', 'timm']
    .flatMap((library) => architectures.map((architecture) => `${library}/${architecture}`))
    .find((candidate) => known!.has(candidate));
}
