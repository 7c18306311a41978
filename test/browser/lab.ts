import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { projectFolder } from '../../src/core/paths';

/** Chromium, where Debian and other systems install it; undefined if it is not installed. */
export function findChromium(): string | undefined {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
  return [process.env.TUNEBOOK_CHROMIUM, ...places].find((file) => file && existsSync(file));
}

/** Headless, also as root, and without network requests of its own. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A running JupyterLab. */
export interface Lab {
  /** e.g. `http://127.0.0.1:8890/` */
  url: string;
  token: string;
  stop(): Promise<void>;
}

/** Start JupyterLab the way `tunebook lab --no-browser` does. */
export async function startLab(): Promise<Lab> {
  const script = join(projectFolder, 'kernel-setup', 'lab.mjs');
  const child = spawn(process.execPath, [script, '--no-browser'], { cwd: projectFolder });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints += data.toString();
  });
  const address = await new Promise<URL>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`JupyterLab ended with ${code}: ${complaints}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /ready at (\S+)/.exec(line)?.[1];
      if (found) resolve(new URL(found));
    });
  });
  return { url: `${address.origin}/`, token: address.searchParams.get('token') ?? '', stop: () => end(child) };
}

/** How long a server may take to end (milliseconds). */
const patience = 20_000;

/** End a server, and wait until it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await ended;
  clearTimeout(timer);
}

/** How long something in a page may take, also beside much other work (milliseconds): a limit for what hangs. */
export const PATIENCE = 240_000;

/** Shared by the tests of a suite. */
export interface LabSuite {
  browser: Browser;
  lab: Lab;
  /** A new page that finds JupyterLab's own files in the browser's cache after the first one. */
  newPage(height: number): Promise<Page>;
}

/**
 * JupyterLab and a browser for a suite, which is skipped with a message if Chromium is missing. Call it inside `describe`.
 *
 * @returns an object that is filled before the first test begins
 */
export function labForSuite(): LabSuite {
  let context: BrowserContext;
  const suite = {
    async newPage(height: number) {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.setViewportSize({ width: 1400, height });
      return page;
    },
  } as LabSuite;
  before(async function () {
    const executablePath = findChromium();
    if (!executablePath) {
      console.log('      no Chromium here (apt-get install chromium): JupyterLab is not tested in a browser');
      this.skip();
    }
    suite.lab = await startLab();
    suite.browser = await chromium.launch({ executablePath, args: chromiumArguments, timeout: PATIENCE });
    context = await suite.browser.newContext();
  });
  after(async () => {
    await suite.browser?.close();
    await suite.lab?.stop();
  });
  return suite;
}

/** Let a page show a notebook's outputs without a kernel, whose start would take most of the time: it waits for one in vain. */
export async function withoutKernel(page: Page): Promise<void> {
  await page.addInitScript(`
    const { fetch } = globalThis;
    globalThis.fetch = (request, options) => {
      const { method, url } = typeof request === 'object' ? request : { url: request, ...options };
      return method === 'POST' && url.includes('/api/sessions') ? new Promise(() => {}) : fetch(request, options);
    };
  `);
}

/**
 * Do something in JupyterLab until the page shows its effect: JupyterLab loses a click or a key that comes while it draws, and an answer of
 * the kernel that comes too late.
 *
 * @param what for the error, e.g. `'open a.ipynb'`
 * @param act may be done more than once
 * @param effect
 * @param state of `effect` to wait for
 * @throws {Error} with the text of a dialog in the way
 */
export async function until(
  what: string,
  act: () => Promise<unknown>,
  effect: Locator,
  state: 'visible' | 'detached' = 'visible',
): Promise<void> {
  const tries = 10;
  for (let left = tries; left > 0; left--) {
    await act();
    const done = await effect.waitFor({ state, timeout: PATIENCE / tries }).then(
      () => true,
      () => false,
    );
    if (done) return;
  }
  const dialogs = await effect.page().locator('.jp-Dialog').allTextContents();
  throw new Error(`could not ${what}${dialogs.length > 0 ? `; JupyterLab asks: ${dialogs.join(' ')}` : ''}`);
}

/**
 * Choose from JupyterLab's menus.
 *
 * @param page
 * @param menu of the menu bar
 * @param entries of the menu, and of the menu that it opens
 */
export async function choose(page: Page, menu: string, ...entries: string[]): Promise<void> {
  const withText = (kind: string, text: string) => page.locator(kind, { hasText: new RegExp(`^${text}$`) });
  const found = entries.map((text) => withText('.lm-Menu-itemLabel', text));
  const [first, ...further] = found as [Locator, ...Locator[]];
  await until(`open the menu ${menu}`, () => withText('.lm-MenuBar-itemLabel', menu).click(), first);
  await first.click();
  for (const entry of further) await entry.click();
}

/** Open a file of the file browser by a double click; a file that is open already is only shown. */
export async function openFile(page: Page, name: string): Promise<void> {
  const item = page.locator('.jp-DirListing-item', { hasText: name });
  const tab = page.locator('.lm-TabBar-tab.jp-mod-current', { hasText: name });
  await until(`open ${name}`, () => item.dblclick(), tab);
}

/** Close every notebook. */
export async function closeNotebooks(page: Page): Promise<void> {
  const panels = page.locator('.jp-NotebookPanel');
  const close = page.locator('.lm-DockPanel .lm-TabBar-tab', { hasText: '.ipynb' }).locator('.lm-TabBar-tabCloseIcon');
  const closeFirst = async () => {
    if ((await close.count()) > 0) await close.first().click();
  };
  while ((await panels.count()) > 0) {
    await until('close a notebook', closeFirst, panels.nth((await panels.count()) - 1), 'detached');
  }
}

/**
 * The errors and warnings on a page's console, as they come. A missing favicon and missing user settings are JupyterLab's own
 * and left out.
 */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
      complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

/** A notebook that is open in JupyterLab. */
export class OpenNotebook {
  private constructor(
    readonly page: Page,
    /** errors and warnings on the page's console */
    readonly complaints: string[],
  ) {}

  /**
   * Open a notebook and wait until its kernel is idle.
   *
   * @param page an empty page, tall enough for the whole notebook: JupyterLab draws what is in view
   * @param lab
   * @param path of the notebook, relative to the project
   */
  static async open(page: Page, lab: Lab, path: string): Promise<OpenNotebook> {
    const complaints = complaintsOf(page);
    await page.goto(`${lab.url}lab/tree/${path.split('/').map(encodeURIComponent).join('/')}?reset&token=${lab.token}`);
    const notebook = new OpenNotebook(page, complaints);
    await notebook.cell(0).waitFor();
    // The toolbar says idle even before there is a kernel, so use the status bar, which names the kernel.
    await page.getByText(/^TypeScript.* \| Idle$/).waitFor();
    return notebook;
  }

  /** As {@link OpenNotebook.open}, in Jupyter Notebook 7. */
  static async inNotebook7(page: Page, server: Lab, path: string): Promise<OpenNotebook> {
    const complaints = complaintsOf(page);
    await page.goto(
      `${server.url}notebooks/${path.split('/').map(encodeURIComponent).join('/')}?token=${server.token}`,
    );
    const notebook = new OpenNotebook(page, complaints);
    await notebook.cell(0).waitFor();
    // a cell that is run before the page is connected with a kernel is forgotten, and the page does not say when it is
    const isReady = async () => {
      const sessions = await page.request.get(`${server.url}api/sessions?token=${server.token}`);
      const kernels = ((await sessions.json()) as { kernel: { execution_state: string; connections: number } }[]).map(
        ({ kernel }) => kernel,
      );
      return kernels.some(({ execution_state: state, connections }) => state === 'idle' && connections > 0);
    };
    while (!(await isReady())) await page.waitForTimeout(200);
    await page.locator('.jp-KernelName', { hasText: 'TypeScript' }).waitFor();
    return notebook;
  }

  /** The code cell with this index among the code cells. */
  cell(index: number): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell').nth(index);
  }

  /** The outputs of a cell. */
  output(index: number): Locator {
    return this.cell(index).locator('.jp-OutputArea-output');
  }

  runAll(): Promise<void> {
    return choose(this.page, 'Run', 'Run All Cells');
  }

  /** Wait until the cell has run (`[7]:` at its side), or any cell has failed. @throws {Error} with the failed cell's traceback */
  async finished(index: number, timeout: number): Promise<void> {
    const prompt = this.cell(index)
      .locator('.jp-InputPrompt')
      .filter({ hasText: /^\[\d+\]:$/ });
    const error = this.page.locator('[data-mime-type="application/vnd.jupyter.error"]').first();
    await prompt.or(error).first().waitFor({ timeout });
    if (await error.isVisible()) throw new Error(`a cell failed: ${await error.textContent()}`);
  }

  /** Put the cursor at the end of a cell's text. */
  async editEnd(index: number): Promise<void> {
    await this.cell(index).locator('.cm-content').click();
    await this.page.keyboard.press('Control+End');
  }

  async save(): Promise<void> {
    // settings and the layout are saved by PUT, too
    const saved = this.page.waitForResponse(
      (answer) => answer.request().method() === 'PUT' && answer.url().includes('/api/contents/') && answer.ok(),
    );
    await this.page.keyboard.press('Control+s');
    await saved;
  }
}
