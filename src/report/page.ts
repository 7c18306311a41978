import { escapeHtml, jsonForScript, pathAddress } from '../core/escape/html';
import { style } from './style';

/** A chart as drawn, with its texts. */
export interface Figure {
  svg: string;
  description: string;
  text: string;
}

/** Marks a page as written by `tunebook report`: only such a page is overwritten by a later report. */
export const REPORT_MARK = '<meta name="generator" content="tunebook report">';

/** A table of words; numbers stand to the right. */
export interface PageTable {
  header: readonly string[];
  /** a cell with a path is a link to it, relative to the page and with / between folders */
  rows: readonly (readonly (string | { text: string; href: string })[])[];
  /** which columns hold numbers */
  numbers: readonly boolean[];
}

export interface PageSection {
  heading: string;
  words: string;
  table?: PageTable;
  figures: readonly Figure[];
  pictures: readonly { url: string; label: string; detail?: string }[];
}

export interface Page {
  title: string;
  /** lines under the title */
  summary: readonly string[];
  /** what was left out, and why, in a sentence each */
  notes?: readonly string[];
  /** a diagnosis, where there is one */
  findings?: readonly { severity: string; kind: string; message: string; advice: string; notebook: string }[];
  sections: readonly PageSection[];
  /** name, value and, where there is one, a sentence that explains it; one row each */
  settings: readonly (readonly [name: string, value: string, sentence?: string])[];
  /** the numbers, as JSON for scripts, in an element with this id */
  data: { id: 'run' | 'study' | 'evaluation' | 'auto'; content: unknown };
}

/** Write a self-contained page: no script, no network, light or dark as in the reader's system. */
export function htmlPage({ title, summary, notes = [], findings, sections, settings, data }: Page): string {
  const names: Record<string, string> = { alarm: 'Alarm', note: 'Note', fine: 'Fine' };
  const found = findings?.map(
    ({ severity, kind, message, advice, notebook }) =>
      `<li class="${severity}"><strong>${names[severity] ?? severity}: ${escapeHtml(kind)}.</strong> ${escapeHtml(message)} <span class="advice">${escapeHtml(advice)} See notebook <code>${escapeHtml(notebook)}</code>.</span></li>`,
  );
  const rows = settings.map(
    ([name, value, sentence]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td>${sentence ? `<td>${escapeHtml(sentence)}</td>` : ''}</tr>`,
  );
  let count = 0;
  const body = sections.map(
    ({
      heading,
      words,
      table,
      figures,
      pictures,
    }) => `<section><h2>${escapeHtml(heading)}</h2><p>${escapeHtml(words)}</p>
${table ? tableHtml(table) : ''}
${figures.map((figure) => figureHtml(figure, count++)).join('\n')}
${pictures.length > 0 ? `<ul class="pictures">${pictures.map(pictureHtml).join('')}</ul>` : ''}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${REPORT_MARK}
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style()}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${summary.map((line) => `<p class="summary">${escapeHtml(line)}</p>`).join('\n')}
${notes.map((line) => `<p class="note">${escapeHtml(line)}</p>`).join('\n')}
${found ? `<section><h2>Diagnosis</h2><ul class="findings">${found.join('\n')}</ul></section>` : ''}
${body.join('\n')}
<section><h2>Settings</h2><div class="wide"><table><tbody>${rows.join('\n')}</tbody></table></div></section>
</main>
<script type="application/json" id="${data.id}">${jsonForScript(data.content)}</script>
</body>
</html>
`;
}

/** Charts shrink to this part of their width in a narrow window, so that their texts stay readable; below it they scroll. */
const SMALLEST = 0.75;

/** Ids in an SVG must be unique on the whole page, so each figure's get its number. */
function figureHtml({ svg, description, text }: Figure, index: number): string {
  const least = Math.round(SMALLEST * Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 0));
  const attributes = `style="min-width:${least}px" role="img" aria-label="${escapeHtml(description)}"`;
  const own = svg
    .replace(/<(?:"[^"]*"|[^">])*>/g, (tag) => ownTag(tag, index))
    .replace('<svg ', () => `<svg ${attributes} `);
  return `<figure><div class="wide">${own}</div><details><summary>The same as text</summary><pre>${escapeHtml(text)}</pre></details></figure>`;
}

/** Rename the ids in a tag of an SVG. Only tags are changed, as the text of a label may look like an attribute. */
function ownTag(tag: string, index: number): string {
  return tag.replace(/ ([\w:-]+)="([^"]*)"/g, (attribute, name: string, value: string) => {
    if (name === 'role' || name.startsWith('aria-')) return '';
    if (name === 'id') return ` id="f${index}-${value}"`;
    return value.startsWith('url(#') ? attribute.replace('url(#', `url(#f${index}-`) : attribute;
  });
}

function tableHtml({ header, rows, numbers }: PageTable): string {
  const place = (column: number) => (numbers[column] ? ' class="number"' : '');
  const cell = (value: PageTable['rows'][number][number]) =>
    typeof value === 'string'
      ? escapeHtml(value)
      : `<a href="${escapeHtml(pathAddress(value.href))}">${escapeHtml(value.text)}</a>`;
  const head = header.map((name, i) => `<th scope="col"${place(i)}>${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((value, i) => `<td${place(i)}>${cell(value)}</td>`).join('')}</tr>`);
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function pictureHtml({ url, label, detail }: { url: string; label: string; detail?: string }): string {
  const alt = detail ? `${label}, ${detail}` : label;
  const second = detail ? `<span>${escapeHtml(detail)}</span>` : '';
  return `<li><img src="${escapeHtml(url)}" alt="${escapeHtml(alt)}" width="112" height="112"><strong>${escapeHtml(label)}</strong>${second}</li>`;
}
