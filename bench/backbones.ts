/* `node dist/bench/backbones.js`: every backbone: parameters, agreement with Keras or PyTorch, time to load, of a picture and of a step, memory. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, UserError } from '../src/core/errors';
import { writeFileAtomically } from '../src/core/files';
import { projectFolder } from '../src/core/paths';
import { alignColumns } from '../src/core/text';
import { backboneEntry, backboneNames, buildArchitecture, multiplyAdds } from '../src/models';
import { KerasOracle, oraclePython } from '../test/models/keras';
import { libraryNetwork } from './backbones/library';
import { type BackboneRow, backboneCells, backbonesHeader, backbonesPage, type Pair } from './backbones/page';
import { readLines } from './jsonLines';
import { median } from './measure';
import type { Work } from './peer';
import { missingPeers, type PeerName, peerEnvironment, peerPython, startPeer } from './peers';
import { runCommand } from './process';
import { commitHere, thisMachine } from './record';
import { sideBySide } from './rows/sideBySide';

const USAGE = `node dist/bench/backbones.js [--only NAME[,NAME...]] [--again] [--part agreement|times] [--publish] [--json]

  --only     some of ${backboneNames().join(', ')}
  --again    measure also what was measured before: rows are kept in build/bench/backbones.json and, if published, in bench/backbones/results.jsonl
  --part     agreement: only compare outputs, which other work beside it does not disturb; times: only measure what was compared before
  --publish  write bench/BACKBONES.md with all rows so far
  --json     one JSON object as the last line, in place of the table`;

/** Networks with a larger input are compared at a smaller one with the same uneven rounding, because Keras would take minutes. */
const compareAt = (name: string) => {
  const { inputSize } = backboneEntry(name).preprocessing;
  return inputSize <= 240 ? inputSize : Math.max(75, 64 + (backboneEntry(name).smallestInput ?? 0));
};

/** Multiply-adds of a batch: few enough that the largest network takes some seconds, and enough for the smallest to be measured. */
const WORK = { forward: 2e10, step: 1e10 };
const MOST = { forward: 16, step: 8 };
const CLASSES = 5;
const kept = () => join(projectFolder, 'build', 'bench', 'backbones.json');
const published = () => join(projectFolder, 'bench', 'backbones', 'results.jsonl');

async function main(argv: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...argv],
    options: {
      ...{ only: { type: 'string' }, again: { type: 'boolean' }, publish: { type: 'boolean' } },
      ...{ part: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    },
  });
  if (options.help) return void process.stdout.write(`${USAGE}\n`);
  const { part } = options;
  if (part !== undefined && part !== 'agreement' && part !== 'times')
    throw new UserError(`--part is agreement or times, not '${part}'`);
  const names = options.only?.split(',') ?? backboneNames();
  for (const name of names) backboneEntry(name); // report an unknown name before any work
  const missing = missingPeers();
  if (missing) process.stderr.write(`${missing}: nothing is beside tunebook's times\n`);
  const rows = new Map<string, BackboneRow>(readKept().map((row) => [row.name, row]));
  for (const name of names) {
    const before = rows.get(name);
    const isDone = before && (part === 'agreement' || before.forward.some((each) => each !== null));
    if (isDone && !options.again) continue;
    const began = performance.now();
    try {
      rows.set(name, await measure(name, before, part));
      mkdirSync(dirname(kept()), { recursive: true });
      writeFileAtomically(kept(), JSON.stringify([...rows.values()], null, 1));
      process.stderr.write(`${name}: ${Math.round((performance.now() - began) / 1000)} s\n`);
    } catch (error) {
      process.stderr.write(`${name} could not be measured: ${messageOf(error)}\n`);
      process.exitCode = 1;
    }
  }
  const all = backboneNames().flatMap((name) => rows.get(name) ?? []);
  if (options.publish) {
    const page = backbonesPage(all, thisMachine(), { when: new Date().toISOString(), commit: commitHere() });
    writeFileAtomically(join(projectFolder, 'bench', 'BACKBONES.md'), page);
    writeFileAtomically(published(), all.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  const shown = all.filter(({ name }) => names.includes(name as (typeof names)[number]));
  process.stdout.write(options.json ? `${JSON.stringify({ rows: shown })}\n` : tableOf(shown));
}

/** The rows of the published page, which a new clone has, and those measured here. */
const readKept = (): BackboneRow[] => [
  ...readLines<BackboneRow>(published()),
  ...(existsSync(kept()) ? JSON.parse(readFileSync(kept(), 'utf8')) : []),
];

/** @param before what is known of it, whose other part stays */
async function measure(
  name: string,
  before: BackboneRow | undefined,
  part: 'agreement' | 'times' | undefined,
): Promise<BackboneRow> {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-bench-'));
  const peer = missingPeers() ? undefined : libraryNetwork(name);
  // each step has its own process, so that its memory use does not affect the next
  const step = async (...parameters: string[]) => {
    const script = join(__dirname, 'backbones', 'step.js');
    const env = { ...process.env, TUNEBOOK_CACHE: join(folder, 'cache') };
    return (await runCommand(process.execPath, [script, ...parameters], env)).answer as Record<string, number>;
  };
  const nothing: Pair = [null, null];
  const unknown = {
    oracle: null,
    errors: null,
    load: nothing,
    forward: nothing,
    step: nothing,
    memory: nothing,
    busy: 0,
  };
  try {
    const { parameters } = await step('fill', name);
    return {
      ...(before ?? unknown),
      ...{ name, parameters: parameters!, published: backboneEntry(name).parameters, peer: peer ?? null },
      size: backboneEntry(name).preprocessing.inputSize,
      ...((part !== 'times' || !before) && (await compare(name, folder, peer, step))),
      ...(part !== 'agreement' && (await timesOf(name, join(folder, 'cache'), peer))),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param cache folder with weights of the network */
async function timesOf(
  name: string,
  cache: string,
  peer: string | undefined,
): Promise<Pick<BackboneRow, 'load' | 'forward' | 'step' | 'memory' | 'busy'>> {
  const entry = backboneEntry(name);
  const size = entry.preprocessing.inputSize;
  const { model } = buildArchitecture(entry.name, { includeTop: false });
  const work = multiplyAdds(model);
  model.dispose();
  const batch = (kind: 'forward' | 'step') => Math.max(1, Math.min(MOST[kind], Math.floor(WORK[kind] / work)));
  const forward = await beside({ kind: 'forward', network: name, size, batch: batch('forward') }, peer);
  const training = { kind: 'step', network: name, size, batch: batch('step'), classes: CLASSES } as const;
  const trained = await beside(training, peer);
  const load: Pair = [
    await loading('tunebook', { kind: 'load', network: name, size }, cache),
    peer ? await loading('torch', { kind: 'load', network: peer, size }) : null,
  ];
  const perPicture = ([ours, theirs]: Pair, count: number): Pair => [ours && ours / count, theirs && theirs / count];
  return {
    load,
    forward: perPicture(forward.times, batch('forward')),
    step: perPicture(trained.times, batch('step')),
    memory: trained.memory,
    busy: loadavg()[0]!,
  };
}

/** Against Keras where its weights are Keras's, else against the library of PyTorch that has it. */
async function compare(
  name: string,
  folder: string,
  peer: string | undefined,
  step: (...parameters: string[]) => Promise<Record<string, number>>,
): Promise<Pick<BackboneRow, 'oracle' | 'errors'>> {
  const answer = join(folder, 'answer.json');
  const python = oraclePython();
  let found: Record<string, number> | undefined;
  if (backboneEntry(name).weights.kind !== 'torch') {
    if (!python) return { oracle: null, errors: null };
    const oracle = new KerasOracle(python, folder);
    try {
      oracle.ask({ name, size: compareAt(name) });
      writeFileSync(answer, JSON.stringify(await oracle.answer()));
    } finally {
      oracle.end();
    }
    found = await step('compare', name, String(compareAt(name)), answer);
  } else if (peer) {
    const script = join(projectFolder, 'test', 'models', 'torchOracle.py');
    // smaller kernels, so that the numbers of a deep network do not grow until their roundings differ
    execFileSync(peerPython(), [script, folder, `${peer}@64*0.9`], { env: peerEnvironment(), stdio: 'ignore' });
    found = await step('library', name, join(folder, `${peer.replace('/', '-')}.json`));
  }
  if (!found) return { oracle: null, errors: null };
  return {
    oracle: backboneEntry(name).weights.kind === 'torch' ? peer!.replace('/', "'s ") : 'Keras',
    errors: [found.logitError!, found.featureError!],
  };
}

/** Milliseconds of a run, and memory, of tunebook and of the same network of PyTorch. */
async function beside(work: Work, peer: string | undefined): Promise<{ times: Pair; memory: Pair }> {
  const works = new Map<PeerName, Work>([['tunebook', work]]);
  if (peer) works.set('torch', { ...work, network: peer });
  const { values, memory, notes } = await sideBySide(works, {
    ...{ rounds: [3, 8] as [number, number], seconds: 4, onProgress: () => {} },
  });
  // that the classifier of VGG is left out, or the second one of Inception, is no difference
  for (const note of notes.filter((each) => !each.includes('differ in parameters'))) process.stderr.write(`${note}\n`);
  return {
    times: [values.tunebook ?? null, values.torch ?? null],
    memory: [memory?.tunebook ?? null, memory?.torch ?? null],
  };
}

/** Seconds. */
async function loading(name: PeerName, work: Work, cache?: string): Promise<number> {
  const peer = startPeer(name, cache === undefined ? {} : { TUNEBOOK_CACHE: cache });
  try {
    await peer.prepare(work);
    return median([await peer.run(), await peer.run(), await peer.run()]) / 1000;
  } finally {
    peer.end();
  }
}

function tableOf(rows: readonly BackboneRow[]): string {
  const right = backbonesHeader.map((_, i) => i !== 0 && i !== 2 && i !== 3);
  return `${alignColumns([[...backbonesHeader], ...rows.map(backboneCells)], right)}\n`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${basename(__filename)}: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
