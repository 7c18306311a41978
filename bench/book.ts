/**
 * How long a page of the book takes on a slow line: node dist/bench/book.js [FOLDER] [--json]
 *
 * FOLDER (default build/site) is what `npm run site` wrote. Chromium loads pages over HTTP, uncompressed and with an empty cache, at 1.6
 * Mbit/s with 150 ms of latency: Lighthouse's "slow 4G". Prints for some pages the bytes before the text can be read, the milliseconds
 * until then (first contentful paint) and until the document is complete (DOMContentLoaded), and from when the first chart is scrolled
 * into view until it answers the pointer.
 */
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { UserError } from '../src/core/errors';
import { alignColumns } from '../src/core/text';
import { chromiumArguments, findChromium } from '../test/browser/lab';

const types: Record<string, string> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.png': 'image/png',
};
const line = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };

/** A server of plain files, as the simplest hosts are. */
async function serve(folder: string) {
  const server = createServer(({ url = '/' }, response) => {
    const file = join(folder, decodeURIComponent(new URL(url, 'http://localhost').pathname));
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** Times of one page, in milliseconds. */
async function measure(browser: Browser, address: string) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', line);
  let bytes = 0; // of the page, and of what stands in the way of its first drawing
  page.on('response', (response) => {
    const blocks = ['document', 'stylesheet'].includes(response.request().resourceType());
    if (blocks) void response.body().then((body) => (bytes += body.length));
  });
  await page.goto(address, { waitUntil: 'load', timeout: 120_000 });
  await page.waitForFunction("performance.getEntriesByName('first-contentful-paint').length > 0");
  const times = await page.evaluate<{ readable: number; complete: number }>(`({
    readable: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    complete: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
  })`);
  const chart = page.locator('img[data-chart]').first();
  let charted: number | undefined;
  if ((await chart.count()) > 0) {
    const begin = performance.now();
    await chart.scrollIntoViewIfNeeded();
    await page.locator('.book-chart svg').first().waitFor({ timeout: 120_000 });
    charted = performance.now() - begin;
  }
  await context.close();
  return { bytes, ...times, charted };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
  const folder = resolve(positionals[0] ?? join('build', 'site'));
  if (!existsSync(join(folder, 'index.html'))) throw new UserError(`no book in '${folder}': run 'npm run site' first`);
  const executablePath = findChromium();
  if (!executablePath) throw new UserError('no Chromium here: apt-get install chromium');
  const bySize = readdirSync(folder)
    .filter((name) => /^\d\d-.*\.html$/.test(name))
    .sort((a, b) => statSync(join(folder, a)).size - statSync(join(folder, b)).size);
  const pages = ['index.html', 'course.html', bySize[0]!, bySize.at(-1)!];
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  const rows = [];
  try {
    for (const name of pages) rows.push({ page: name, ...(await measure(browser, `${server.address}/${name}`)) });
  } finally {
    await browser.close();
    server.close();
  }
  if (values.json) return console.log(JSON.stringify(rows, null, 1));
  const header = ['page', 'kB before reading', 'ms to read', 'ms to complete', 'ms to the first chart'];
  const cells = rows.map(({ page, bytes, readable, complete, charted }) => [
    page,
    ...[bytes / 1000, readable, complete, charted].map((value) => value?.toFixed(0) ?? ''),
  ]);
  console.log(alignColumns([header, ...cells], [false, true, true, true, true]));
}

void main();
