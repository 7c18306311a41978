/** Values by key, those that were used last, up to a total size. */
export class Kept<Value> {
  readonly #entries = new Map<string, { value: Value; size: number }>();
  #total = 0;

  /** @param limit the total size, in the unit of {@link set}; the value that was set last is kept whatever its size */
  constructor(readonly limit: number) {}

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key); // a map is ordered by when its keys were set
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Value, size: number): void {
    this.#remove(key);
    this.#entries.set(key, { value, size });
    this.#total += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#total <= this.limit || oldest === key) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#total -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}
