import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { create } from 'tar';
import { temporaryFolder } from '../folders';

interface Registry {
  address: string;
  /** The hash of a package, as in a lock file. */
  integrity(name: string): string;
  close(): Promise<void>;
}

/** Serve packages as a registry of npm does, on this machine. @param folders installed packages, which are packed again */
export async function servePackages(folders: readonly string[]): Promise<Registry> {
  const target = temporaryFolder();
  const packages = new Map(
    folders.map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = join(target, `${basename(folder)}.tgz`);
      create({ sync: true, gzip: true, cwd: folder, prefix: 'package', file }, ['.']);
      const bytes = readFileSync(file);
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      return [manifest.name as string, { manifest, bytes, integrity }];
    }),
  );
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const found = packages.get(path.replace(/\.tgz$/, ''));
    if (!found) return response.writeHead(404).end();
    if (path.endsWith('.tgz')) return response.end(found.bytes);
    const { manifest, integrity } = found;
    const dist = { tarball: `http://${request.headers.host}/${path}.tgz`, integrity };
    response.end(JSON.stringify({ name: path, versions: { [manifest.version]: { ...manifest, dist } } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    integrity: (name) => packages.get(name)!.integrity,
    close: () => new Promise((done) => server.close(() => done())),
  };
}
