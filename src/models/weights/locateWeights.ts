import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { hashOfFile } from '../../core/download';
import { shown, UserError } from '../../core/errors';
import { readJson } from '../../core/readBounded';
import { domainWeights } from '../domainWeights';
import type { Preprocessing } from '../preprocessing';
import { domainFile } from './domainFile';
import { fetchHubModel, fetchWeightsFile, type WeightsListener } from './fetchWeights';
import { hubPreprocessing } from './hubConfig';
import { hashOfShards, SHARD_INDEXES } from './shards';
import { hashOfTfjs } from './tfjsFile';

/** A file of weights on this machine, and what is known of it. */
export interface LocatedWeights {
  /** a file, or the folder of a TensorFlow.js model */
  file: string;
  /** SHA-256 of its content */
  sha256: string;
  /** its size, that of all files of a folder together */
  bytes: number;
  /** what it is called, which may name its architecture */
  hint: string;
  /** how pictures are prepared, as far as its folder says */
  preprocessing: Partial<Preprocessing>;
}

/** Where else to look for weights that are not where they were. */
export interface WeightsSearch {
  /** of the weights that are wanted */
  sha256: string;
  /** folders that may hold them */
  folders: readonly string[];
}

/** Files of weights in a folder as Hugging Face's hub and its libraries write them, the best first. */
const HUB_FILES = ['model.safetensors', 'pytorch_model.bin', 'open_clip_pytorch_model.bin', ...SHARD_INDEXES];

/** Bytes of a config.json. */
const LARGEST_CONFIG = 8 * 2 ** 20;

/**
 * Find weights: a file, the folder of a run, of a TensorFlow.js model or of a model of Hugging Face's hub, an https address, or
 * `hf://OWNER/MODEL`. What an address names is downloaded once, and kept in the cache with its hash.
 *
 * @param search where to look if a file is not there any more, and which hash it must have
 * @throws {UserError} if there are none, in a line that says where they were looked for and what to do
 */
export async function locateWeights(
  weights: string,
  { search, listener }: { search?: WeightsSearch; listener?: WeightsListener } = {},
): Promise<LocatedWeights> {
  if (weights.startsWith('hf://')) {
    const { file, config, hint } = await fetchHubModel(weights, listener);
    return located(file, hint, hubPreprocessing(config));
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(weights)) {
    const known = domainWeights.find(({ address }) => address === weights);
    const file = known ? await domainFile(known, listener) : await fetchWeightsFile(weights, listener);
    return located(file, basename(new URL(weights).pathname));
  }
  const path = (await movedTo(weights, search)) ?? weights;
  if (!existsSync(path)) throw new UserError(`there is no file of weights ${path}${advice(weights, search)}`);
  return statSync(path).isDirectory() ? inFolder(path) : located(path, basename(path));
}

async function located(
  file: string,
  hint: string,
  preprocessing: LocatedWeights['preprocessing'] = {},
): Promise<LocatedWeights> {
  return { file, hint, sha256: await hashOfWeights(file), bytes: sizeOfWeights(file), preprocessing };
}

/** Where weights are that are not at their path: by their hash. */
async function movedTo(weights: string, search: WeightsSearch | undefined): Promise<string | undefined> {
  if (!search) return undefined;
  const { TUNEBOOK_WEIGHTS } = process.env;
  const folders = [...search.folders, ...(TUNEBOOK_WEIGHTS ? [TUNEBOOK_WEIGHTS] : [])];
  for (const path of [weights, ...folders.map((folder) => join(folder, basename(weights)))]) {
    if (!existsSync(path)) continue;
    if (statSync(path).isDirectory() || (await hashOfWeights(path)) === search.sha256) return path;
  }
  return undefined;
}

const advice = (weights: string, search: WeightsSearch | undefined): string =>
  search
    ? `: the run needs the file ${basename(weights)} whose SHA-256 is ${search.sha256}; put it back, or into ${search.folders.join(' or ')}, or into a folder that the environment variable TUNEBOOK_WEIGHTS names`
    : '';

async function inFolder(folder: string): Promise<LocatedWeights> {
  const has = (...parts: string[]) => existsSync(join(folder, ...parts));
  const config = has('config.json') ? configOf(folder) : {};
  if (has('model', 'model.json') && typeof config.settings === 'object') return ofRun(folder, config);
  if (has('model.json')) return located(resolve(folder), '');
  const name = HUB_FILES.find((each) => has(each));
  if (!name) {
    throw new UserError(
      `${folder} is a folder without ${['model.json', ...HUB_FILES].join(', ')}, and no run; name a file of weights`,
    );
  }
  const file = join(folder, name);
  const hint = typeof config.architecture === 'string' ? config.architecture : basename(resolve(folder));
  return located(file, hint, hubPreprocessing(config));
}

/** A run that trained its backbone has the weights; one that did not has those that its backbone had. */
async function ofRun(folder: string, config: Record<string, unknown>): Promise<LocatedWeights> {
  const { settings, model, weightsHash, preprocessing } = config;
  const before = (settings as { backbone?: unknown }).backbone;
  const own = typeof preprocessing === 'object' && preprocessing !== null ? (preprocessing as Preprocessing) : {};
  if (model === 'whole') return located(join(folder, 'model'), '', own);
  const weights = typeof before === 'object' && before !== null ? (before as { weights?: unknown }).weights : undefined;
  if (typeof weights !== 'string' || weights === folder) {
    throw new UserError(
      `the run in ${folder} did not train its backbone: take the backbone ${shown(before)} itself, it is the same`,
    );
  }
  const search = { sha256: String(weightsHash), folders: [folder, dirname(resolve(folder))] };
  return { ...(await locateWeights(weights, { search })), preprocessing: own };
}

function configOf(folder: string): Record<string, unknown> {
  const config = readJson(join(folder, 'config.json'), { largest: LARGEST_CONFIG, root: folder });
  return typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
}

/** The hash of a file; of a TensorFlow.js model, given as its folder or its model.json, that of all its files. */
async function hashOfWeights(path: string): Promise<string> {
  if (statSync(path).isDirectory()) return hashOfTfjs(join(path, 'model.json'));
  if (!statSync(path).isFile()) throw new UserError(`${path} cannot be read: it is no plain file`);
  if (SHARD_INDEXES.includes(basename(path))) return hashOfShards(path);
  return basename(path) === 'model.json' ? hashOfTfjs(path) : hashOfFile(path, 'sha256');
}

/** Bytes of a file; of several, those of their folder. */
function sizeOfWeights(path: string): number {
  const isFolder = statSync(path).isDirectory();
  const folder = isFolder ? path : dirname(path);
  if (!isFolder && !['model.json', ...SHARD_INDEXES].includes(basename(path))) return statSync(path).size;
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
