/**
 * Do asynchronous work on items and hand out the results in order, a few ahead of whoever takes them: memory holds `ahead`
 * results, however many there are.
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  ahead: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const started: Promise<R>[] = [];
  let next = 0;
  const start = () => {
    if (next >= items.length) return;
    const promise = work(items[next++]!);
    promise.catch(() => {}); // is seen when its turn comes
    started.push(promise);
  };
  for (let i = 0; i < ahead; i++) start();
  for (let first = started.shift(); first; first = started.shift()) {
    yield await first;
    start();
  }
}
