/** A message of a frontend. */
export interface Received {
  data: Record<string, unknown>;
  buffers: readonly Uint8Array[];
  /** its number, for an answer to it */
  number: number;
}

/** What a message may have beside its data. */
export interface Extras {
  metadata?: Record<string, unknown>;
  buffers?: readonly Uint8Array[];
  /** number of the message that is being handled, to which this one is an answer */
  answers?: number;
}

export interface CommListener {
  onMessage?(message: Received): void;
  /** called when a frontend has closed the comm */
  onClose?(): void;
}

/** A connection between the code of cells and the frontends: a comm of the Jupyter protocol. */
export interface Comm {
  readonly id: string;
  send(data: object, extras?: Extras): void;
  close(): void;
}

/** The kernel's comms: kernel-setup/kernel/process/comms.cjs. */
export interface KernelComms {
  open(target: string, data: object, extras: Extras, listener: CommListener): Comm;
  /** Accept comms that frontends open for this target. */
  accept(target: string, handler: (comm: Comm, message: Received) => CommListener | undefined): void;
}

/** The comms of the kernel in which this code runs; undefined in a script. */
export function kernelComms(): KernelComms | undefined {
  return (globalThis as { [key: symbol]: unknown })[Symbol.for('tunebook.comms')] as KernelComms | undefined;
}
