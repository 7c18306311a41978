import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from '../../src/core/paths';

/** A file of kernel-setup. */
export const setupFile = (...parts: string[]): string => join(projectFolder, 'kernel-setup', ...parts);

/** Load a module of kernel-setup, which is not part of the TypeScript build. */
export async function load<T>(...parts: string[]): Promise<T> {
  return (await import(pathToFileURL(setupFile(...parts)).href)) as T;
}

const folders: string[] = [];

/** A folder that `removeFolders` removes. */
export function temporaryFolder(name = 'tunebook-'): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Run Node until it ends; `seen` gets the process and its output so far, whenever more is printed. */
export function node(
  parameters: readonly string[],
  env: NodeJS.ProcessEnv = {},
  seen: (child: ChildProcess, printed: string) => void = () => {},
  cwd = projectFolder,
): Promise<Ended> {
  const child = spawn(process.execPath, parameters, {
    cwd,
    env: { ...process.env, TUNEBOOK_TENSORFLOW: 'cpu', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    seen(child, stdout);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })));
}

/** A small project that contains tunebook's set-up; its path has spaces and non-ASCII letters, and its build is one file. */
export function smallProject({ packages }: { packages: boolean }): string {
  const folder = join(temporaryFolder(), 'ein Übungs ordner');
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'src', 'index.ts'), 'export const answer: number = 42;\n');
  for (const name of ['kernel-setup', 'package.json', 'package-lock.json', 'tsconfig.json', '.npmrc']) {
    cpSync(join(projectFolder, name), join(folder, name), { recursive: true });
  }
  if (packages) symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** A folder to put on the PATH, with programs that are shell scripts. */
export function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}

/** The text's lines, without the empty ones. */
export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');
