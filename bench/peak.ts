import { isBfloat16Faster, type Precision } from '../src/tensorflow/graph';
import { interleave, median } from './measure';
import type { Peer, Work } from './peer';
import { startPeer } from './peers';

/** The largest speed of this machine's processors that TensorFlow reaches, in GFLOP/s. */
export type MachinePeak = Partial<Record<Precision, Speeds>>;

export interface Speeds {
  /** a product of two matrices of 2048 x 2048 */
  matmul: number;
  /** a 3 x 3 convolution of 256 to 256 channels over 56 x 56 pixels, batch 8 */
  conv: number;
}

/** The larger of the two numbers; undefined if it was not measured. */
export function peakOf(peak: MachinePeak, precision: Precision): number | undefined {
  const speeds = peak[precision];
  return speeds && Math.max(speeds.matmul, speeds.conv);
}

export function describePeak(peak: MachinePeak): string {
  const parts = Object.entries(peak).map(
    ([precision, { matmul, conv }]) => `${precision} matmul ${matmul.toFixed(0)}, conv ${conv.toFixed(0)} GFLOP/s`,
  );
  return parts.join('; ');
}

/** Measure the peak in float32, and in bfloat16 where that is faster. */
export async function measurePeak(rounds: number): Promise<MachinePeak> {
  const peak: MachinePeak = { float32: await measureSpeeds('float32', rounds) };
  if (isBfloat16Faster()) peak.bfloat16 = await measureSpeeds('bfloat16', rounds);
  return peak;
}

async function measureSpeeds(precision: Precision, rounds: number): Promise<Speeds> {
  const peers = new Map<'matmul' | 'conv', Peer>();
  const flops = new Map<string, number>();
  try {
    for (const kind of ['matmul', 'conv'] as const) {
      const peer = startPeer('tunebook');
      peers.set(kind, peer);
      const work: Work = { kind, precision };
      flops.set(kind, (await peer.prepare(work)).flops!);
    }
    const options = { rounds: [rounds, rounds] as [number, number], seconds: 60 };
    const times = await interleave(peers, options, (_, error) => {
      throw error;
    });
    const speed = (kind: 'matmul' | 'conv') => flops.get(kind)! / median(times.get(kind)!) / 1e6;
    return { matmul: speed('matmul'), conv: speed('conv') };
  } finally {
    for (const peer of peers.values()) peer.end();
  }
}
