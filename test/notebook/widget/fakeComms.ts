import type { Comm, CommListener, Extras, KernelComms, Received } from '../../../src/notebook/widget/comms';

const key = Symbol.for('tunebook.comms');

/** A message to the frontends. */
export interface Posted extends Extras {
  kind: 'open' | 'message' | 'close';
  id: string;
  data: Record<string, unknown>;
}

/** The kernel's comms without a kernel. */
export class FakeComms implements KernelComms {
  readonly posted: Posted[] = [];
  readonly #listeners = new Map<string, CommListener>();
  readonly #targets = new Map<string, Parameters<KernelComms['accept']>[1]>();

  open(_: string, data: object, extras: Extras, listener: CommListener): Comm {
    const id = `comm-${this.#listeners.size + 1}`;
    this.posted.push({ kind: 'open', id, data: data as Posted['data'], ...extras });
    this.#listeners.set(id, listener);
    return this.#comm(id);
  }

  accept(target: string, handler: Parameters<KernelComms['accept']>[1]): void {
    this.#targets.set(target, handler);
  }

  /** A message of a frontend for a comm. */
  receive(id: string, data: Record<string, unknown>, buffers: Uint8Array[] = [], number = 7): void {
    this.#listeners.get(id)?.onMessage?.({ data, buffers, number });
  }

  /** A frontend opens a comm. */
  connect(target: string, id: string): void {
    const message: Received = { data: {}, buffers: [], number: 1 };
    this.#listeners.set(id, this.#targets.get(target)?.(this.#comm(id), message) ?? {});
  }

  /** A frontend closes a comm. */
  disconnect(id: string): void {
    this.#listeners.get(id)?.onClose?.();
  }

  #comm(id: string): Comm {
    return {
      id,
      send: (data, extras) => void this.posted.push({ kind: 'message', id, data: data as Posted['data'], ...extras }),
      close: () => void this.posted.push({ kind: 'close', id, data: {} }),
    };
  }
}

/** Do `work` as in a kernel with comms. */
export async function withFakeComms(work: (comms: FakeComms) => Promise<void>): Promise<void> {
  const comms = new FakeComms();
  Object.defineProperty(globalThis, key, { value: comms, configurable: true });
  try {
    await work(comms);
  } finally {
    Reflect.deleteProperty(globalThis, key);
  }
}
