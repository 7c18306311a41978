import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { projectFolder } from '../../src/core/paths';
import type { FakeComms, Posted } from '../notebook/widget/fakeComms';

const front = join(projectFolder, 'src', 'front');

/**
 * A page without Jupyter: the module of a widget, its styles, and a model of thirty lines. The values are those of the state of a
 * widget's comm, and messages go to functions that the test provides.
 */
const html = (name: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title>
<link rel="stylesheet" href="/shared.css">
<main></main>
<script type="module">
import widget from '/${name}.mjs';
const fromBase64 = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
const toBase64 = (buffer) => {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text);
};
class Model {
  values = {};
  changed = {};
  listeners = new Map();
  get(name) { return this.values[name]; }
  set(name, value) {
    this.values[name] = value;
    this.changed[name] = value;
    this.fire(name);
  }
  save_changes() {
    window.toKernel({ method: 'update', state: this.changed }, []);
    this.changed = {};
  }
  on(event, listener) { this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]); }
  off(event, listener) { this.listeners.set(event, (this.listeners.get(event) ?? []).filter((one) => one !== listener)); }
  send(content, callbacks, buffers = []) { window.toKernel({ method: 'custom', content }, buffers.map(toBase64)); }
  fire(name) { for (const listener of this.listeners.get('change:' + name) ?? []) listener(); }
  /** What the kernel says. */
  take(state, paths, buffers) {
    paths.forEach((path, i) => {
      const place = path.slice(0, -1).reduce((at, key) => at[key], state);
      place[path.at(-1)] = fromBase64(buffers[i]);
    });
    Object.assign(this.values, state);
    for (const name of Object.keys(state)) this.fire(name);
  }
}
const model = new Model();
window.take = (...message) => model.take(...message);
await window.begin();
window.end = widget.render({ model, el: document.querySelector('main') });
document.body.dataset.ready = 'yes';
</script></html>`;

/** Serve the pages and the modules of src/front, as a plain web server does. */
export async function servePages(): Promise<{ url: string; server: Server }> {
  const types: Record<string, string> = { mjs: 'text/javascript', css: 'text/css' };
  const server = createServer(({ url = '/' }, response) => {
    const [file, ending = ''] = [basename(url), url.split('.').at(-1)];
    try {
      const text = types[ending] ? readFileSync(join(front, file), 'utf8') : html(file);
      response.writeHead(200, { 'content-type': `${types[ending] ?? 'text/html'}; charset=utf-8` }).end(text);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`, server };
}

/**
 * Open the page of a widget, and connect it with the widget that was shown last: what the one says, the other gets.
 *
 * @param name of the module in src/front
 */
export async function openPage(page: Page, url: string, name: string, comms: FakeComms): Promise<void> {
  const opened = comms.posted.findLast(({ kind }) => kind === 'open')!;
  let told = comms.posted.indexOf(opened);
  let ready = false;
  const tell = async ({ data, buffers = [] }: Posted) => {
    const message = [data.state, data.buffer_paths ?? [], buffers.map((one) => Buffer.from(one).toString('base64'))];
    // in a page that is closed nobody listens
    await page.evaluate((parts) => (globalThis as never as Taking).take(...parts), message).catch(() => {});
  };
  let work = Promise.resolve();
  const timer = setInterval(() => {
    while (ready && told < comms.posted.length) {
      const next = comms.posted[told++]!;
      const { state, method } = next.data;
      if (next.id === opened.id && state && method !== 'echo_update') work = work.then(() => tell(next));
    }
  }, 10);
  page.on('close', () => clearInterval(timer));
  await page.exposeFunction('begin', async () => {
    ready = true;
    while (told < comms.posted.length) await new Promise((next) => setTimeout(next, 5));
    await work;
  });
  await page.exposeFunction('toKernel', (data: Record<string, unknown>, buffers: string[]) =>
    comms.receive(
      opened.id,
      data,
      buffers.map((one) => new Uint8Array(Buffer.from(one, 'base64'))),
    ),
  );
  await page.goto(`${url}${name}`);
  await page.locator('body[data-ready]').waitFor();
}

interface Taking {
  take(...message: unknown[]): void;
}
