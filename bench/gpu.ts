/*
 * tunebook and PyTorch on the same GPU: forward passes and training steps, medians of runs in turn.
 *
 *   npm run build && node dist/bench/gpu.js [--python PYTHON] [--networks resnet50,...] [--batches 32,128] [--size 224]
 *     [--kinds forward,step] [--rounds 20] [--out FILE]
 *
 * PYTHON needs PyTorch with CUDA and numpy; by default it is the one that `npm run bench` installs. Both frameworks read their pictures
 * from the host's memory and return their results to it. For each network all frameworks are prepared at the same time, because
 * torch.compile takes a minute; then they run one after the other.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/core/errors';
import { writeFileAtomically } from '../src/core/files';
import { alignColumns } from '../src/core/text';
import { usedGpu } from '../src/tensorflow/gpu';
import { interleave, median } from './measure';
import { Peer, type Prepared, type Work } from './peer';
import { peerEnvironment, peerFile, peerPython } from './peers';

interface Cell {
  kind: 'forward' | 'step';
  network: string;
  batch: number;
  peer: string;
  /** median, in milliseconds */
  ms?: number;
  parameters?: number;
  /** seconds for loading, compilation and the first run */
  prepare?: number;
  cosine?: number;
  error?: string;
}

/** The frameworks, and their options. */
const CONTENDERS: Record<string, Partial<Work>> = {
  tunebook: {},
  'tunebook, bfloat16': { precision: 'bfloat16' },
  'PyTorch, eager': {},
  'PyTorch, compiled': { compiled: true },
  'PyTorch, compiled, bfloat16': { compiled: true, precision: 'bfloat16' },
};

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    networks: { type: 'string' },
    batches: { type: 'string' },
    kinds: { type: 'string' },
    contenders: { type: 'string' },
    size: { type: 'string' },
    rounds: { type: 'string' },
    out: { type: 'string' },
  },
});
const list = (text: string | undefined, otherwise: string) => (text ?? otherwise).split(',');
const size = Number(options.size ?? 224);
const rounds = Number(options.rounds ?? 20);
const python = options.python ?? peerPython();
const contenders = Object.keys(CONTENDERS).filter(
  (name) => !options.contenders || options.contenders.split(';').includes(name),
);

function start(peer: string): Peer {
  const threads = String(Math.max(1, Math.floor(availableParallelism() / 2)));
  const env = {
    ...peerEnvironment(),
    BENCH_THREADS: threads,
    OMP_NUM_THREADS: threads,
    TF_NUM_INTRAOP_THREADS: threads,
    TORCHINDUCTOR_COMPILE_THREADS: '2',
    BENCH_DEVICE: usedGpu() ? 'cuda' : 'cpu',
  };
  if (peer.startsWith('tunebook')) {
    return new Peer(process.execPath, ['--expose-gc', join(__dirname, 'peers', 'tunebook.js')], env);
  }
  return new Peer(python, [peerFile('torch_peer.py')], env);
}

async function measureNetwork(network: string, cells: Cell[], save: () => void): Promise<void> {
  const peers = new Map<Cell, Peer>();
  await Promise.all(
    cells.map(async (cell) => {
      const began = performance.now();
      const peer = start(cell.peer);
      try {
        const { kind, batch } = cell;
        const work: Work = { kind, network, batch, size, ...(kind === 'step' && { classes: 5 }) };
        const prepared: Prepared = await peer.prepare({ ...work, ...CONTENDERS[cell.peer] });
        Object.assign(cell, { parameters: prepared.parameters, cosine: prepared.cosine });
        cell.prepare = (performance.now() - began) / 1000;
        peers.set(cell, peer);
      } catch (error) {
        cell.error = messageOf(error).slice(0, 300);
        peer.end();
      }
      save();
    }),
  );
  try {
    for (const kind of ['forward', 'step']) {
      for (const batch of new Set(cells.map((cell) => cell.batch))) {
        const group = cells.filter((cell) => cell.kind === kind && cell.batch === batch && peers.has(cell));
        const things = new Map(group.map((cell) => [String(cells.indexOf(cell)), peers.get(cell)!]));
        const times = await interleave(things, { rounds: [rounds, rounds], seconds: 30 }, (index, error) => {
          cells[Number(index)]!.error = messageOf(error).slice(0, 300);
        });
        for (const [index, own] of times) cells[Number(index)]!.ms = median(own);
        save();
      }
    }
  } finally {
    for (const peer of peers.values()) peer.end();
  }
}

function table(cells: readonly Cell[]): string {
  const header = ['work', ...contenders];
  const works = [...new Set(cells.map(({ kind, network, batch }) => `${kind} ${network}, batch ${batch}`))];
  const lines = works.map((work) => {
    const of = (peer: string) =>
      cells.find((cell) => cell.peer === peer && `${cell.kind} ${cell.network}, batch ${cell.batch}` === work)?.ms;
    return [work, ...contenders.map((peer) => (of(peer) === undefined ? '-' : `${of(peer)!.toFixed(2)} ms`))];
  });
  return alignColumns([header, ...lines], [false, ...contenders.map(() => true)]);
}

async function main(): Promise<void> {
  const gpu = usedGpu();
  if (!gpu) console.log('no NVIDIA GPU was found: measuring on the processor');
  const kinds = list(options.kinds, 'forward,step') as Cell['kind'][];
  const batches = list(options.batches, '32,128').map(Number);
  const all: Cell[] = [];
  const save = () => {
    if (options.out)
      writeFileAtomically(options.out, `${JSON.stringify({ gpu: gpu ?? null, size, rounds, cells: all })}\n`);
  };
  for (const network of list(options.networks, 'resnet50,efficientnet-lite0,mobilenet-v2')) {
    const cells = kinds.flatMap((kind) =>
      batches.flatMap((batch) => contenders.map((peer): Cell => ({ kind, network, batch, peer }))),
    );
    all.push(...cells);
    await measureNetwork(network, cells, save);
    for (const { kind, batch, peer, error } of cells)
      if (error) console.log(`${kind} ${network}, ${batch}: ${peer}: ${error}`);
  }
  console.log(`${gpu ? `${gpu.name}, driver ${gpu.driver}` : 'CPU'}; ${size} px, ${rounds} rounds\n\n${table(all)}`);
}

void main();
