/**
 * Run asynchronous work on items in parallel and yield the results in order. At most `ahead` results are computed before they are
 * taken, so that memory does not grow with the number of items.
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
    promise.catch(() => {}); // a rejection is reported when this result is taken
    started.push(promise);
  };
  for (let i = 0; i < ahead; i++) start();
  for (let first = started.shift(); first; first = started.shift()) {
    yield await first;
    start();
  }
}
