import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../core/fileLock';
import { temporaryBeside } from '../core/files';
import { cacheFolder } from '../core/paths';
import { samples } from '../data';
import { publicDatasets } from '../data/public';
import { backboneEntry, backboneNames } from '../models';

/** How a part of the cache comes back after it was removed. */
export type Renewal =
  | 'computed again when it is needed'
  | 'downloaded again when it is needed'
  | 'made again by set-up';

/** A folder of the cache, and what lies in it. */
interface PartKind {
  /** what it holds, in a few words */
  holds: string;
  /** how it comes back; a part without this is never removed, as it would be lost */
  renewal?: Renewal;
  /** names of the entries that tunebook makes in it; anything else is somebody's own and stays */
  entries: RegExp;
  /** whether each file in an entry can be removed alone */
  byFile?: true;
}

/** The files of Keras's weights, as they are downloaded. */
const kerasFiles = backboneNames().flatMap((name) => {
  const { weights } = backboneEntry(name);
  return weights.kind === 'keras' ? [weights.top.file, weights.noTop.file] : [];
});
const escaped = (text: string) => text.replace(/[.+]/g, '\\$&');
/** What is downloaded: wheels in folders, Keras's files, the archives of datasets, and what an interrupted download left. */
const DOWNLOADS = [
  '(?:tensorflow|nvidia|ziglang|openvino|efficientnet)[\\w.+-]*-\\d+(?:\\.\\w+)+',
  ...kerasFiles.map((file) => `${escaped(file)}(?:\\.part)?`),
  ...Object.keys(publicDatasets).map((name) => `${name}-[\\w.-]+`),
  ...['part-[\\w-]+', 'compiler', 'drawings'],
];

const oneOf = (names: readonly string[], rest: string) => new RegExp(`^(?:${names.join('|')})${rest}$`);
/** A Python environment, or those of several versions of tunebook. */
const ENVIRONMENT = /^(?:bin|etc|include|lib|lib64|share|pyvenv\.cfg|[0-9a-f]{8})$/;

/** The folders of the cache. What is not listed here is not touched. */
export const cacheKinds = {
  features: {
    holds: 'outputs of frozen layers, and decoded pictures',
    renewal: 'computed again when it is needed',
    entries: /^(?:[\w.-]+-[0-9a-f]{16}|tally)$/,
    byFile: true,
  },
  unpacked: {
    holds: 'the pictures of archives and Parquet files',
    renewal: 'computed again when it is needed',
    entries: /^[0-9a-f]{64}$/,
  },
  advice: {
    holds: 'what `advise` measured of backbones',
    renewal: 'computed again when it is needed',
    entries: /-v\d+\.json$/,
  },
  engines: {
    holds: 'which engine computes a network faster',
    renewal: 'computed again when it is needed',
    entries: /^[0-9a-f]{32}\.json$/,
  },
  compiled: {
    holds: 'code that Node compiled, for faster starts',
    renewal: 'computed again when it is needed',
    entries: /^v\d+\.\d+\.\d+-[\w-]+$/,
  },
  temporary: {
    holds: 'files of trainings that were killed',
    renewal: 'computed again when it is needed',
    entries: /^rows-/,
  },
  datasets: {
    holds: 'public datasets',
    renewal: 'downloaded again when it is needed',
    entries: oneOf(Object.keys(publicDatasets), ''),
  },
  downloads: {
    holds: 'files as they were downloaded',
    renewal: 'downloaded again when it is needed',
    entries: oneOf(DOWNLOADS, ''),
  },
  weights: {
    holds: 'weights of backbones',
    renewal: 'downloaded again when it is needed',
    entries: oneOf(backboneNames(), '(?:-notop)?\\.safetensors'),
  },
  packages: {
    holds: 'Node packages of installed tunebooks',
    renewal: 'made again by set-up',
    entries: /^[0-9a-f]{16}(?:\.part)?$/,
  },
  samples: { holds: 'sample pictures', renewal: 'made again by set-up', entries: oneOf(samples, '') },
  tensorflow: {
    holds: 'TensorFlow',
    renewal: 'made again by set-up',
    entries: /^(?:cpu|gpu)-\d[\w.]*(?:-(?:linux|darwin)-arm64)?$/,
  },
  onnxruntime: { holds: 'ONNX Runtime', renewal: 'made again by set-up', entries: /^\d[\w.-]*(?:\.part)?$/ },
  openvino: { holds: 'OpenVINO', renewal: 'made again by set-up', entries: /^\d[\w.-]*(?:\.part)?$/ },
  python: { holds: 'Python with JupyterLab', renewal: 'made again by set-up', entries: ENVIRONMENT },
  notebook7: {
    holds: 'Jupyter Notebook, in which tests operate widgets',
    renewal: 'made again by set-up',
    entries: /^(?:bin|etc|share|notebook(?:-[\w.]+\.dist-info)?)$/,
  },
  oracle: { holds: 'Python with what tests compare with', renewal: 'made again by set-up', entries: ENVIRONMENT },
  'bench-python': {
    holds: 'Python with what `npm run bench` compares with',
    renewal: 'made again by set-up',
    entries: ENVIRONMENT,
  },
  logs: { holds: 'logs of set-up and JupyterLab', entries: /\.log$/ },
  jupyter: { holds: 'settings of JupyterLab', entries: /./ },
  queue: { holds: 'the state of trainings that a queue has not finished', entries: /./ },
  'test-uses': { holds: 'which test pictures were used for which models', entries: /^[0-9a-f]{64}\.txt$/ },
} as const satisfies Record<string, PartKind>;

/** The name of a folder of the cache. */
export type CachePart = keyof typeof cacheKinds;

/** The names of the folders of the cache. */
export const cacheParts = Object.keys(cacheKinds) as CachePart[];

const kindOf = (part: CachePart): PartKind => cacheKinds[part];

/** How a part comes back, or undefined if it would be lost. */
export const renewalOf = (part: CachePart): Renewal | undefined => kindOf(part).renewal;

/** What there is in a part of the cache. */
export interface CacheUse {
  /** The name of the part. */
  part: CachePart;
  /** What it holds. */
  holds: string;
  /** How it comes back after it was removed, or null if it is never removed. */
  renewal: Renewal | null;
  /** Bytes on disk. */
  bytes: number;
  /** When one of its files was last read or written, as far as the file system says (often to a day), ISO 8601; null if it is empty. */
  used: string | null;
}

/** Sizes and last uses of all parts that there are. */
export function cacheUses(): CacheUse[] {
  return cacheParts.flatMap((part): CacheUse[] => {
    const entries = entriesOf(part).map((name) => measure(cacheFolder(part, name)));
    if (entries.length === 0) return [];
    const used = Math.max(...entries.map((entry) => entry.used));
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const { holds, renewal = null } = kindOf(part);
    return [{ part, holds, renewal, bytes, used: used > 0 ? new Date(used).toISOString() : null }];
  });
}

/**
 * Remove entries of a part that have not been used for some time. Each disappears at once under its name, so that another process never
 * takes half of it for the whole.
 *
 * @param age milliseconds since the last use; 0: all
 * @returns bytes that were freed
 */
export async function cleanPart(part: CachePart, age: number, now = Date.now()): Promise<number> {
  let freed = 0;
  for (const name of entriesOf(part)) {
    const entry = cacheFolder(part, name);
    if (kindOf(part).byFile && age > 0) {
      freed += removeFiles(entry, now - age);
      continue;
    }
    await withFileLock(`${entry}.lock`, async () => {
      const { bytes, used } = measure(entry);
      if (age > 0 && used > now - age) return;
      const aside = temporaryBeside(entry);
      renameSync(entry, aside);
      rmSync(aside, { recursive: true, force: true });
      freed += bytes;
    });
  }
  return freed;
}

/** Remove the files below a folder that were last used before a time. @returns bytes that were freed */
function removeFiles(path: string, before: number): number {
  try {
    if (lstatSync(path).isDirectory())
      return readdirSync(path).reduce((sum, name) => sum + removeFiles(join(path, name), before), 0);
    const { bytes, used } = measure(path);
    if (used > before) return 0;
    rmSync(path);
    return bytes;
  } catch {
    return 0; // removed by another process meanwhile
  }
}

function entriesOf(part: CachePart): string[] {
  try {
    return readdirSync(cacheFolder(part)).filter((name) => kindOf(part).entries.test(name));
  } catch {
    return []; // there is none
  }
}

/** Size on disk and last use of a file, or of all files in a folder. Links are not followed. */
function measure(path: string): { bytes: number; used: number } {
  let status: ReturnType<typeof lstatSync>;
  try {
    status = lstatSync(path);
    if (!status.isDirectory()) return { bytes: 512 * status.blocks, used: Math.max(status.atimeMs, status.mtimeMs) };
    const inside = readdirSync(path).map((name) => measure(join(path, name)));
    return {
      bytes: inside.reduce((sum, { bytes }) => sum + bytes, 512 * status.blocks),
      used: inside.reduce((latest, { used }) => Math.max(latest, used), 0),
    };
  } catch {
    return { bytes: 0, used: 0 }; // removed by another process meanwhile
  }
}
