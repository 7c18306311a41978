import { execFileSync } from 'node:child_process';

/** What npm says of a package that it made. */
export interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

/** Run `npm pack` in a folder, with the settings of the folder, and not those of a person or of the npm that runs the tests. */
export function npmPack(folder: string, destination: string, ...options: string[]): Packed {
  const env: NodeJS.ProcessEnv = { ...process.env, npm_config_userconfig: `${destination}/none` };
  for (const name of Object.keys(env)) if (/^npm_config_(?!userconfig|cache)/i.test(name)) delete env[name];
  const printed = execFileSync('npm', ['pack', '--json', '--pack-destination', destination, ...options], {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // what a script prints comes first; then an array up to npm 11, an object from npm 12 on
  const [packed] = Object.values<Packed>(JSON.parse(printed.slice(printed.search(/^[[{]$/m))));
  if (packed === undefined) throw new Error(printed);
  return packed;
}
