import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { projectFolder } from '../../src/core/paths';
import { chromiumArguments, findChromium } from '../browser/lab';
import { temporaryFolder } from '../folders';

/** A browser for the tests of a suite, or undefined on a machine that has none. */
export async function launch(): Promise<Browser | undefined> {
  const executablePath = findChromium();
  return executablePath ? chromium.launch({ executablePath, args: chromiumArguments }) : undefined;
}

export interface Look {
  colorScheme: 'light' | 'dark';
  /** print layout: as wide as A4 without its margins */
  print?: boolean;
  /** width of the window in pixels; default 1000, in print 718 */
  width?: number;
}

/**
 * Opens a page without a network and saves a picture of it in build/browser.
 *
 * @returns requests for other files, errors and warnings, headings, and charts that are cut off at the right
 */
export async function open(browser: Browser, html: string, look: Look, picture: string) {
  const { colorScheme, print = false, width = print ? 718 : 1000 } = look;
  const file = join(temporaryFolder(), 'page.html');
  writeFileSync(file, html);
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 1400 }, offline: true });
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('data:') && !request.url().startsWith('file:')) asked.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  if (print) await page.emulateMedia({ media: 'print', colorScheme });
  await page.goto(pathToFileURL(file).href);
  const found = {
    ...{ asked, complaints },
    headings: await page.locator('h1, h2').allTextContents(),
    figures: await page.locator('figure svg[role=img][aria-label]').count(),
    wider: await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    cut: await page.evaluate<string[]>(cutFigures),
    colors: await page.evaluate<string[]>(colors),
  };
  mkdirSync(join(projectFolder, 'build', 'browser'), { recursive: true });
  const name = `${picture}-${print ? 'print' : width}-${colorScheme}.png`;
  await page.screenshot({ path: join(projectFolder, 'build', 'browser', name), fullPage: true });
  await context.close();
  return found;
}

/** The descriptions of charts that extend beyond the right edge of their figure. */
const cutFigures = `[...document.querySelectorAll('figure')].flatMap((figure) => {
  const svg = figure.querySelector('svg');
  const beyond = svg.getBoundingClientRect().right - figure.getBoundingClientRect().right;
  return beyond > 0 ? [Math.round(beyond) + ' pixels of ' + svg.getAttribute('aria-label')] : [];
})`;

/** The colours of the page, its text, its figures and the texts of its charts. */
const colors = `[
  getComputedStyle(document.body).backgroundColor,
  getComputedStyle(document.body).color,
  getComputedStyle(document.querySelector('figure')).backgroundColor,
  getComputedStyle(document.querySelector('figure svg .mark-text.role-title-text text')).fill,
]`;
