import { safeHtml } from './safeHtml.mjs';
import { element, follow, rootIn } from './shared.mjs';

// Sliders over lists of values, and what a function has returned for the chosen ones. Value that this sets: `at` (the position in each
// list). Others: `title`, `settings` ({ name, values }, all texts), `content` ({ kind, data, alt, width }, see
// src/widgets/interact/outcome.ts), `busy`.

const styles = `
.tunebook .choices { display: grid; grid-template-columns: fit-content(40%) minmax(90px, 320px) minmax(0, auto); gap: 4px 10px; justify-content: start; align-items: center; }
.tunebook .choices input { width: 100%; margin: 0; }
.tunebook .choices label, .tunebook .choices span { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.tunebook .heading { display: block; margin-bottom: 6px; }
.tunebook .busy { min-height: 1.45em; opacity: 0; }
/* not for what takes only a moment */
.tunebook .working .busy { opacity: 1; transition: opacity 0.1s 0.2s; }
.tunebook .working .outcome { opacity: 0.5; transition: opacity 0.1s 0.2s; }
.tunebook .outcome { contain: content; overflow-x: auto; }
.tunebook .outcome img { display: block; max-width: 100%; height: auto; background: #fafafa; color: #262626; }
.tunebook .outcome pre { margin: 0; padding: 0; background: none; color: var(--tb-text); white-space: pre-wrap; overflow-wrap: anywhere; }
.tunebook .outcome table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.tunebook .outcome th, .tunebook .outcome td { padding: 3px 10px; border-bottom: 1px solid var(--tb-line); }
.tunebook .outcome a { color: var(--tb-blue); }
.tunebook .problem { margin: 0; color: var(--tb-vermilion); white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** The elements that show what a function has returned. @param {{ kind: string, data: string, alt: string, width: number }} content @returns {Promise<(Node | string)[]>} */
async function drawnContent({ kind, data, alt, width }) {
  if (kind === 'html') return safeHtml(data);
  if (kind === 'text') return [element('pre', {}, data)];
  if (kind === 'error') return [element('p', { class: 'problem', role: 'alert' }, data)];
  const image = element('img', { src: data, alt, width: width || undefined });
  await image.decode().catch(() => {}); // one that cannot be drawn shows its text
  return [image];
}

/** @param {{ model: import('./shared.mjs').Model, el: HTMLElement }} context */
function render({ model, el }) {
  const title = model.get('title');
  const root = rootIn(el, title || 'Explore values');
  const settings = /** @type {{ name: string, values: string[] }[]} */ (model.get('settings'));
  const rows = settings.map(({ name, values }, i) => {
    const input = element('input', {
      type: 'range',
      min: '0',
      max: String(values.length - 1),
      step: '1',
      id: `tunebook-choice-${i}-${Math.random().toString(36).slice(2)}`,
      oninput: () => {
        model.set('at', Object.assign([...model.get('at')], { [i]: Number(input.value) }));
        model.save_changes();
      },
    });
    const value = element('span', { class: 'muted', 'aria-hidden': 'true' }); // a screen reader says it with the slider
    const longest = Math.max(...values.map((one) => one.length));
    value.style.minWidth = `${Math.min(longest, 40)}ch`; // so that nothing moves when it changes
    return { input, value, values, parts: [element('label', { htmlFor: input.id }, name), input, value] };
  });
  const outcome = element('div', { class: 'outcome' });
  const status = element('div', { class: 'busy muted', role: 'status' });
  const area = element('div', {}, status, outcome);
  root.append(
    element('style', {}, styles),
    ...(title ? [element('strong', { class: 'heading' }, title)] : []),
    element('div', { class: 'choices' }, ...rows.flatMap((row) => row.parts)),
    area,
  );
  let latest = 0;
  async function draw() {
    const number = ++latest;
    const content = model.get('content');
    const parts = await drawnContent(content);
    if (number !== latest) return;
    // an error keeps the height of what was there, so that nothing below moves up and down
    outcome.style.minHeight = content.kind === 'error' ? `${outcome.offsetHeight}px` : '';
    outcome.replaceChildren(...parts);
  }
  const ends = [
    follow(model, ['at'], () => {
      for (const [i, { input, value, values }] of rows.entries()) {
        const position = model.get('at')[i];
        const text = values[position] ?? '';
        input.value = String(position);
        value.textContent = text;
        input.setAttribute('aria-valuetext', text);
      }
    }),
    follow(model, ['content'], () => void draw()),
    follow(model, ['busy'], () => {
      const busy = model.get('busy');
      area.classList.toggle('working', busy);
      outcome.setAttribute('aria-busy', String(busy));
      status.textContent = busy ? 'Computing…' : '';
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

export default { render };
