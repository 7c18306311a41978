import { element, follow, jpegUrl, rootIn } from './shared.mjs';

// Sliders of augmentations, pictures with them, and their code. Values that this sets: `values` (by the name of a slider), `fill`, `view`
// (the number of the random draw). Others: `sliders`, `fills`, `starts`, `originals` and `pictures` (JPEGs), `code`, `message`.

const styles = `
.tunebook .panes { display: flex; flex-wrap: wrap; gap: 12px; }
.tunebook .sliders { flex: 1 1 260px; display: grid; grid-template-columns: auto 1fr auto; gap: 2px 8px; align-content: start; align-items: center; }
.tunebook .sliders input { width: 100%; min-width: 90px; }
.tunebook .sliders output { font-variant-numeric: tabular-nums; min-width: 7em; }
.tunebook .pictures { flex: 3 1 320px; display: grid; grid-template-columns: repeat(auto-fill, minmax(110px, 150px)); gap: 6px; align-content: start; }
.tunebook .pictures img { width: 100%; aspect-ratio: 1; border-radius: 4px; display: block; }
.tunebook pre { background: var(--tb-raised); color: var(--tb-text); padding: 8px; overflow-x: auto; border-radius: 4px; margin: 8px 0 0; }
`;

/** @typedef {{ name: string, title: string, max: number, step: number, unit: string }} Slider */
/** @typedef {{ name: string, unit: string, input: HTMLInputElement, shown: HTMLElement, parts: HTMLElement[] }} Row */

/** @param {{ model: import('./shared.mjs').Model, el: HTMLElement }} context */
function render({ model, el }) {
  const root = rootIn(el, 'Explore augmentation');
  /** @type {string[]} */
  let urls = [];
  let original = false;
  const set = (/** @type {string} */ name, /** @type {unknown} */ value) => {
    model.set(name, value);
    model.save_changes();
  };
  /** @type {Row[]} */
  const rows = model.get('sliders').map((/** @type {Slider} */ { name, title, max, step, unit }) => {
    const input = element('input', {
      type: 'range',
      min: '0',
      max: String(max),
      step: String(step),
      'data-name': name,
    });
    const shown = element('output', { class: 'muted' });
    const label = element('label', {}, title);
    input.id = `tunebook-${name}-${Math.random().toString(36).slice(2)}`;
    label.htmlFor = input.id;
    input.addEventListener('input', () => set('values', { ...model.get('values'), [name]: Number(input.value) }));
    return { name, unit, input, shown, parts: [label, input, shown] };
  });
  const fill = element('select', { onchange: () => set('fill', fill.value) });
  for (const one of model.get('fills')) fill.append(element('option', { value: one }, one));
  const start = element('select', {
    'aria-label': 'Start from',
    onchange: () => {
      const zero = Object.fromEntries(rows.map(({ name }) => [name, 0]));
      set('values', { ...zero, ...model.get('starts')[start.value] });
      start.value = '';
    },
  });
  start.append(element('option', { value: '' }, 'start from…'));
  for (const one of Object.keys(model.get('starts'))) start.append(element('option', { value: one }, one));
  const again = element(
    'button',
    { type: 'button', onclick: () => set('view', model.get('view') + 1) },
    'New random numbers',
  );
  const toggle = element(
    'button',
    {
      type: 'button',
      'aria-pressed': 'false',
      onclick: () => {
        original = !original;
        toggle.setAttribute('aria-pressed', String(original));
        drawPictures();
      },
    },
    'Originals',
  );
  const copy = element('button', { type: 'button', onclick: () => copyCode() }, 'Copy the code');
  const pictures = element('div', { class: 'pictures', role: 'group', 'aria-label': 'Pictures' });
  const code = element('code');
  const status = element('div', { role: 'status' });
  root.append(
    element('style', {}, styles),
    element('div', { class: 'bar' }, start, again, toggle, element('label', {}, 'Fill ', fill), copy),
    element(
      'div',
      { class: 'panes' },
      element('div', { class: 'sliders' }, ...rows.flatMap(({ parts }) => parts)),
      pictures,
    ),
    element('pre', { tabIndex: 0, 'aria-label': 'Code' }, code),
    status,
  );

  async function copyCode() {
    try {
      await navigator.clipboard.writeText(model.get('code'));
      status.textContent = 'Copied.';
    } catch {
      getSelection()?.selectAllChildren(code); // a page without the right to the clipboard: one key copies the selection
      status.textContent = 'The code is selected: copy it with Ctrl+C.';
    }
  }
  function drawPictures() {
    for (const url of urls) URL.revokeObjectURL(url);
    const shown = model.get(original ? 'originals' : 'pictures');
    urls = shown.map(jpegUrl);
    while (pictures.children.length > urls.length) pictures.lastChild?.remove();
    for (const [i, url] of urls.entries()) {
      const image = pictures.children[i] ?? pictures.appendChild(element('img'));
      Object.assign(image, { src: url, alt: `picture ${i + 1}${original ? '' : ', augmented'}` });
    }
  }
  const ends = [
    follow(model, ['pictures'], drawPictures),
    follow(model, ['values', 'fill'], () => {
      for (const { name, unit, input, shown } of rows) {
        const value = model.get('values')[name] ?? 0;
        input.value = String(value);
        shown.textContent = value === 0 ? 'off' : `${value}${unit === '°' ? '' : ' '}${unit}`;
        input.setAttribute('aria-valuetext', shown.textContent);
      }
      fill.value = model.get('fill');
    }),
    follow(model, ['code', 'message'], () => {
      code.textContent = model.get('code');
      status.textContent = model.get('message');
    }),
  ];
  return () => {
    for (const end of ends) end();
    for (const url of urls) URL.revokeObjectURL(url);
  };
}

export default { render };
