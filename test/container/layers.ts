import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateVariables } from './debianRoot';
import type { State } from './dockerfile';

/** The result of some instructions: folders of changes over the base, lowest first. */
export interface Layers {
  /** Folder with the base, the layers and what is mounted. */
  place: string;
  base: string;
  changes: readonly string[];
  /** Identifies what was done so far. */
  key: string;
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The variables that a process in the root gets: those of the image, and nothing of this machine but its certificates. */
const variables = (state: State) =>
  Object.entries({ HOME: homeOf(state.user), ...certificateVariables(), ...state.env });

const homeOf = (user: string) => (user === 'root' ? '/root' : `/home/${user}`);

/** A shell's line that runs a command in the root, as the user and in the folder that the image says. */
export function inRoot(root: string, words: readonly string[], state: State): string {
  const env = variables(state).map(([name, value]) => `${name}=${value}`);
  const call = ['chroot', `--userspec=${state.user}:${state.user}`, root, 'env', '-i', ...env];
  return [...call, '/bin/sh', '-c', 'cd "$0" && exec "$@"', state.folder, ...words].map(quote).join(' ');
}

/** The shell's lines that put the layers together under `merged`; changes go to the folder `upper`. */
export function mountLines({ base, changes }: Layers, folder: string): string {
  const [merged, upper, work] = ['merged', 'upper', 'work'].map((name) => join(folder, name));
  for (const made of [merged!, upper!, work!]) mkdirSync(made, { recursive: true });
  const lower = [...changes.toReversed(), base].join(':');
  return `
    set -e
    mount -t overlay overlay -o ${quote(`lowerdir=${lower},upperdir=${upper},workdir=${work}`)} ${quote(merged!)}
    cd ${quote(merged!)}
    mount -t proc proc proc
    mount -t tmpfs tmpfs dev
    for name in null zero full random urandom tty; do touch dev/$name; mount --bind /dev/$name dev/$name; done
    mkdir dev/shm dev/pts && mount -t tmpfs tmpfs dev/shm && mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666
    ln -s pts/ptmx dev/ptmx && ln -s /proc/self/fd dev/fd
    touch etc/resolv.conf && mount --bind /etc/resolv.conf etc/resolv.conf
  `;
}

/** The options of `unshare` for processes that see only their own mounts and processes, and end with the first of them. */
export const APART = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];

/**
 * Add a layer: what a shell's lines change in the root, which is the current folder. If the same was done before, its result is used.
 *
 * @param what text that the layer depends on, besides the layers below
 */
export function addLayer(
  layers: Layers,
  what: string,
  lines: (root: string) => string,
): { layers: Layers; made: boolean } {
  const key = createHash('sha256').update(`${layers.key}\0${what}`).digest('hex').slice(0, 16);
  const folder = join(layers.place, 'layers', key);
  const next = { ...layers, key, changes: [...layers.changes, join(folder, 'upper')] };
  if (existsSync(join(folder, 'done'))) return { layers: next, made: false };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const script = `${mountLines(layers, folder)}\n${lines(join(folder, 'merged'))}`;
  const { status } = spawnSync('unshare', [...APART, 'sh', '-c', script], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`it ended with code ${status}: ${what}`);
  rmSync(join(folder, 'work'), { recursive: true, force: true });
  writeFileSync(join(folder, 'done'), '');
  return { layers: next, made: true };
}
