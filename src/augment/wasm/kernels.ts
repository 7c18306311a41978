/** kernels.wat compiled, as base64; its first lines say how. */
const compiled = [
  'AGFzbQEAAAABMARgA319fwF9YA1/f39/f319fX19fX19AGADf39/AGAPf39/fX19fX19fX19fX19AAMGBQABAgIDBQMBAAEHJwUGbWVtb3J5AgAEd2FycAAB',
  'BXdpZGVuAAIDc3VtAAMFcGFpbnQABAq7BwWkAQECfSABQwAAgD+TIQMgAkEBRgRAIAEgAZIhBCAAQwAAAD+SIQAgACAEIAAgBJWOlJMhACAAIAFeBEAgBCAA',
  'kyEACyAAQwAAAD+TIQALIAJBAkYEQCAAQwAAAABdBEAgACABIACMIAOVjkMAAIA/kpSSIQAFIAAgA14EQCAAIAEgACADlY6UkyEACwsLIABDAAAAAGBFBEBD',
  'AAAAAA8LIAAgA5YLmwMDB38JfQJ7IANBDGwhESADQQFrsiEbIAJBAWuyIRwDQCAOsiEVQQAhDQNAIA2yIRQgBSAUlCAGIBWUkiAHkiEXIAggFJQgCSAVlJIg',
  'CpIhGCALIBSUIAwgFZSSQwAAgD+SIRYgFkMAAIA/XARAIBcgFpUhFyAYIBaVIRgLIBdDAAAAAGAgFyAbX3EgGEMAAAAAYCAYIBxfcXFFBEAgFyADsiAEEAAh',
  'FyAYIAKyIAQQACEYCyAX/AAhDyAPIANBAWtOBEAgA0ECayEPCyAY/AAhECAQIAJBAWtOBEAgAkECayEQCyAXIA+ykyEZIBggELKTIRogACAQIBFsaiAPQQxs',
  'aiESIBIgEWohE0MAAIA/IBmT/RMgEv0AAgD95gEgGf0TIBL9AAIM/eYB/eQBIR1DAACAPyAZk/0TIBP9AAIA/eYBIBn9EyAT/QACDP3mAf3kASEeIAFDAACA',
  'PyAak/0TIB395gEgGv0TIB795gH95AH9CwIAIAFBDGohASANQQFqIQ0gDSADSA0ACyAOQQFqIQ4gDiACSA0ACws4AQF/IAAgAmohAwNAIAEgAP1cAAD9iQH9',
  'qQH9+wH9CwIAIABBBGohACABQRBqIQEgACADSQ0ACwsuAQF7A0AgAyAA/QACAP3kASEDIABBDGohACACQQFrIQIgAg0ACyABIAP9CwIAC40CAQV7IAP9EyAH',
  '/SABIAv9IAIhDyAE/RMgCP0gASAM/SACIRAgBf0TIAn9IAEgDf0gAiERIAb9EyAK/SABIA79IAIhEgNAIAD9AAIAIRMgAUMAAH9D/RNDAAAAAP0TIA8gEyAT',
  '/Q0AAQIDAAECAwABAgMAAQID/eYBIBAgEyAT/Q0EBQYHBAUGBwQFBgcEBQYH/eYB/eQBIBEgEyAT/Q0ICQoLCAkKCwgJCgsICQoL/eYBIBL95AH95AH96QH9',
  '6AH9av34Af0MAAAAAAAAAAAAAAAAAAAAAP2FAf0MAAAAAAAAAAAAAAAAAAAAAP1m/VoAAAAgAEEMaiEAIAFBA2ohASACQQFrIQIgAg0ACws=',
].join('');

type Matrix8 = [number, number, number, number, number, number, number, number];

/** Addresses are in bytes of `memory`; kernels.wat describes each function. */
export interface Kernels {
  memory: { buffer: ArrayBuffer; grow(pages: number): void };
  warp(from: number, to: number, height: number, width: number, fill: number, ...matrix: Matrix8): void;
  widen(from: number, to: number, count: number): void;
  sum(from: number, to: number, pixels: number): void;
  paint(from: number, to: number, pixels: number, ...matrix: readonly number[]): void;
}

/** The global `WebAssembly`, whose types TypeScript has only in its library for browsers. */
interface Assembly {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
}

let instance: Kernels | undefined;

/** The kernels, with at least `bytes` of memory. Earlier views of the memory may become invalid, as it may grow. */
export function kernels(bytes: number): Kernels {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly;
  instance ??= new Instance(new Module(Buffer.from(compiled, 'base64'))).exports as Kernels;
  const missing = Math.ceil((bytes - instance.memory.buffer.byteLength) / 65_536);
  if (missing > 0) instance.memory.grow(missing);
  return instance;
}

/** The fill modes in the order of the kernels' numbers; they have no constant fill. */
export const kernelFills: readonly string[] = ['nearest', 'reflect', 'wrap'];

/** A projective matrix as the kernels take it: scaled so that the last number, which is left out, is 1. */
export const matrixOf8 = (matrix: readonly number[]): Matrix8 =>
  matrix.slice(0, 8).map((value) => value / matrix[8]!) as Matrix8;
