import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { messageOf, UserError } from '../src/core/errors';
import { writeFileAtomically } from '../src/core/files';
import { projectFolder } from '../src/core/paths';
import type { MachinePeak } from './peak';
import { threads } from './peers';
import type { Measurement, Unit } from './row';
import type { Result } from './table';

/** What times depend on, besides the code. */
export interface Machine {
  processor: string;
  threads: number;
  /** of the vector and matrix instructions that the frameworks use */
  instructions: string[];
  /** in bytes */
  memory: number;
  system: string;
  node: string;
}

/** One run of the bench, as it is kept. */
export interface BenchRecord {
  /** time of its end, in ISO 8601 */
  when: string;
  /** of the code; with a + if there were changes that are not committed */
  commit: string;
  machine: Machine;
  peak?: MachinePeak;
  quick: boolean;
  seconds: number;
  rows: { name: string; work: string; unit: Unit; measurement: Measurement }[];
}

/** The instructions that decide how fast convolutions are, as Linux names them. */
const INSTRUCTIONS = ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16', 'amx_tile', 'asimd', 'bf16'];

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    threads,
    instructions: instructionsIn(readOr('/proc/cpuinfo')),
    memory: totalmem(),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.versions.node,
  };
}

/** In a few words. */
export const describeMachine = ({ processor, threads }: Machine): string => `${processor}, ${threads} threads`;

/** Those of the first processor. @param cpuinfo text of /proc/cpuinfo */
export function instructionsIn(cpuinfo: string): string[] {
  const known = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/) ?? [];
  return INSTRUCTIONS.filter((name) => known.includes(name));
}

/** Make the record of a run. */
export function recordOf(
  results: readonly Result[],
  about: Pick<BenchRecord, 'quick' | 'seconds' | 'peak'>,
): BenchRecord {
  const rows = results.map(({ row: { name, work, unit }, measurement }) => ({ name, work, unit, measurement }));
  return { when: new Date().toISOString(), commit: commitHere(), machine: thisMachine(), ...about, rows };
}

/** Save it in a file of its own. @returns the file */
export function keepRecord(record: BenchRecord, folder = join(projectFolder, 'build', 'bench', 'runs')): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${record.when.slice(0, 19).replaceAll(':', '-')}.json`);
  writeFileAtomically(file, `${JSON.stringify(record, null, 1)}\n`);
  return file;
}

/** @throws {UserError} if it is not a kept run */
export function readRecord(file: string): BenchRecord {
  let record: Partial<BenchRecord>;
  try {
    record = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`${file} is not a kept run of the bench: ${messageOf(error)}`);
  }
  if (!Array.isArray(record?.rows) || typeof record.machine?.processor !== 'string')
    throw new UserError(
      `${file} is not a kept run of the bench: expected JSON with 'machine' and 'rows', as in build/bench/runs`,
    );
  return record as BenchRecord;
}

/** The commit of this folder, with a + if there are changes. */
export function commitHere(): string {
  const git = (...parameters: string[]) =>
    execFileSync('git', parameters, { cwd: projectFolder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    return `${git('rev-parse', '--short', 'HEAD').trim()}${git('status', '--porcelain').trim() === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
