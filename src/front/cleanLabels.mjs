import { element, follow, jpegUrl, rootIn } from './shared.mjs';

// Pictures with suspect labels, pictures that look alike, odd pictures: keep, relabel, leave out, undo.
// Values: see `State` in src/widgets/cleanLabels/view.ts. Messages: { do: 'decide', name, action, label? }, { do: 'undo' } and
// { do: 'view', list?, className?, page? }.

const titles = {
  suspect: 'Suspect labels',
  leak: 'Leaks',
  alike: 'Near duplicates',
  odd: 'Odd pictures',
  decided: 'Decided',
};
const nothing = {
  suspect: 'No suspect labels.',
  leak: 'No pictures that are in two of the parts training, validation and test.',
  alike: 'No pictures that look like others.',
  odd: 'No uniform, dark, overexposed, blurred or outlying pictures.',
  decided: 'Nothing decided yet.',
};

const styles = `
.tunebook .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(184px, 1fr)); gap: 8px; margin: 8px 0; padding: 0; list-style: none; }
.tunebook .card { border: 2px solid var(--tb-line); border-radius: 6px; padding: 6px; min-width: 0; overflow-wrap: anywhere; }
.tunebook .card img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 4px; background: var(--tb-raised); }
.tunebook .card[data-action="keep"] { border-color: var(--tb-green); }
.tunebook .card[data-action="relabel"] { border-color: var(--tb-blue); }
.tunebook .card[data-action="leave out"] { border-color: var(--tb-vermilion); }
.tunebook .card[data-action="leave out"] img { opacity: 0.35; }
.tunebook .card .decision { font-weight: 600; min-height: 1.45em; }
.tunebook .card .bar { gap: 4px; }
.tunebook .card button, .tunebook .card select { padding: 2px 6px; }
.tunebook .card select { max-width: 100%; }
`;

/**
 * @typedef {object} Card
 * @property {string} name
 * @property {string} label
 * @property {string | null} suggested
 * @property {string} reason
 * @property {string | null} action
 * @property {string | null} newLabel
 */

/** @param {{ model: import('./shared.mjs').Model, el: HTMLElement }} context */
function render({ model, el }) {
  const root = rootIn(el, 'Clean labels');
  const get = (/** @type {string} */ name) => model.get(name);
  const view = (/** @type {object} */ change) => model.send({ do: 'view', ...change });
  /** name of the card that the keyboard is at */
  let active = '';
  /** @type {string[]} */
  let urls = [];

  const tabs = Object.entries(titles).map(([list, title]) => {
    const tab = element('button', { type: 'button', role: 'tab', onclick: () => view({ list }) });
    return { list, title, tab };
  });
  const tablist = element(
    'div',
    { class: 'bar', role: 'tablist', 'aria-label': 'Lists' },
    ...tabs.map(({ tab }) => tab),
  );
  tablist.addEventListener('keydown', (event) => {
    const at = tabs.findIndex(({ list }) => list === get('list'));
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    view({ list: next?.list });
    next?.tab.focus();
  });
  const classes = element('select', { onchange: () => view({ className: classes.value }) });
  const undo = element('button', { type: 'button', onclick: () => model.send({ do: 'undo' }) }, 'Undo');
  const before = element('button', { type: 'button', onclick: () => view({ page: get('page') - 1 }) }, 'Previous page');
  const after = element('button', { type: 'button', onclick: () => view({ page: get('page') + 1 }) }, 'Next page');
  const place = element('span', { class: 'muted' });
  const status = element('div', { role: 'status' });
  const cards = element('ul', { class: 'cards', 'aria-label': 'Pictures' });
  const keys = element('div', { class: 'muted' });
  for (const [key, what] of [
    ['arrows', 'move'],
    ['K', 'keep'],
    ['S', 'take the suggested class'],
    ['1-9', 'give a class'],
    ['X', 'leave out'],
    ['C', 'no decision'],
    ['U', 'undo'],
    ['PageUp PageDown', 'turn the page'],
  ]) {
    keys.append(element('kbd', {}, key ?? ''), ` ${what}  `);
  }
  root.append(
    element('style', {}, styles),
    tablist,
    element(
      'div',
      { class: 'bar', role: 'group', 'aria-label': 'Page', 'data-part': 'page' },
      element('label', {}, 'Class ', classes),
      before,
      place,
      after,
      undo,
    ),
    status,
    element('div', { role: 'tabpanel', 'aria-label': 'Pictures of the list' }, cards),
    keys,
  );
  root.style.display = 'block';

  /** @param {string} name @param {string | null} action @param {string} [label] */
  const decide = (name, action, label) =>
    model.send({ do: 'decide', name, action, ...(label !== undefined && { label }) });

  const cardOf = (
    /** @type {Card} */ { name, label, suggested, reason, action, newLabel },
    /** @type {number} */ i,
  ) => {
    const decision =
      { keep: 'kept', relabel: `relabelled as ${newLabel}`, 'leave out': 'left out' }[String(action)] ?? '';
    const button = (/** @type {string} */ text, /** @type {string} */ what, /** @type {string} */ to) =>
      element(
        'button',
        {
          type: 'button',
          tabIndex: -1,
          'aria-pressed': String(action === what && (what !== 'relabel' || newLabel === to)),
          onclick: () =>
            decide(name, action === what && what !== 'relabel' ? null : what, what === 'relabel' ? to : undefined),
        },
        text,
      );
    const choose = element('select', {
      tabIndex: -1,
      'aria-label': 'Other class',
      onchange: () => choose.value && decide(name, 'relabel', choose.value),
    });
    choose.append(element('option', { value: '' }, 'Other class…'));
    get('classes').forEach((/** @type {string} */ one) => {
      if (one !== label) choose.append(element('option', { value: one, selected: one === newLabel }, one));
    });
    const card = element(
      'li',
      {
        class: 'card',
        tabIndex: name === active ? 0 : -1,
        'data-name': name,
        'data-action': action ?? undefined,
        'aria-label': [name, `labelled ${label}`, reason, decision].filter(Boolean).join(', '),
        onfocusin: () => activate(name),
      },
      element('img', { alt: '', src: urls[i] ?? '' }),
      element('div', { class: 'muted' }, name),
      element('div', {}, 'labelled ', element('strong', {}, label)),
      element('div', { class: 'muted' }, reason),
      element('div', { class: 'decision' }, decision),
      element(
        'div',
        { class: 'bar' },
        button('Keep', 'keep', ''),
        ...(suggested === null ? [] : [button(suggested, 'relabel', suggested)]),
        button('Leave out', 'leave out', ''),
        choose,
      ),
    );
    return card;
  };

  const all = () =>
    /** @type {HTMLElement[]} */ ([...cards.children].filter((one) => one instanceof HTMLElement && one.dataset.name));
  const activate = (/** @type {string} */ name) => {
    active = name;
    for (const one of all()) one.tabIndex = one.dataset.name === name ? 0 : -1;
  };

  const drawCards = () => {
    const now = get('cards');
    const hadFocus = cards.contains(document.activeElement) || document.activeElement === cards;
    if (!now.some((/** @type {Card} */ card) => card.name === active)) active = now[0]?.name ?? '';
    cards.replaceChildren(...now.map(cardOf));
    if (now.length === 0)
      cards.append(element('li', { class: 'muted' }, nothing[/** @type {keyof typeof nothing} */ (get('list'))]));
    if (hadFocus)
      all()
        .find((one) => one.dataset.name === active)
        ?.focus({ preventScroll: true });
  };
  const drawPictures = () => {
    for (const url of urls) URL.revokeObjectURL(url);
    urls = get('pictures').map(jpegUrl);
    cards.querySelectorAll('img').forEach((image, i) => {
      image.src = urls[i] ?? '';
    });
  };
  const drawBars = () => {
    for (const { list, title, tab } of tabs) {
      tab.textContent = `${title} (${get('counts')[list]})`;
      tab.setAttribute('aria-selected', String(list === get('list')));
      tab.tabIndex = list === get('list') ? 0 : -1;
    }
    const options = ['', ...get('classes')].map((one) => element('option', { value: one }, one || 'all classes'));
    classes.replaceChildren(...options);
    classes.value = get('className');
    before.disabled = get('page') === 0;
    after.disabled = get('page') >= get('pages') - 1;
    undo.disabled = !get('canUndo');
    place.textContent = `page ${get('page') + 1} of ${get('pages')}`;
    status.textContent = get('message') || get('problem');
  };

  cards.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    const list = all();
    const at = list.findIndex((one) => one.dataset.name === active);
    const card = get('cards')[at];
    if (!card) return;
    const columns = getComputedStyle(cards).gridTemplateColumns.split(' ').length;
    const steps = /** @type {Record<string, number>} */ ({
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
    });
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const step = steps[key];
    const next = () => list[at + 1]?.focus();
    if (step !== undefined) list[at + step]?.focus();
    else if (key === 'Home') list[0]?.focus();
    else if (key === 'End') list.at(-1)?.focus();
    else if (key === 'PageDown' && !after.disabled) after.click();
    else if (key === 'PageUp' && !before.disabled) before.click();
    else if (key === 'u') model.send({ do: 'undo' });
    else if (key === 'c') decide(card.name, null);
    else if (key === 'k' || key === 'x') {
      next();
      decide(card.name, key === 'k' ? 'keep' : 'leave out');
    } else if (key === 's' && card.suggested !== null) {
      next();
      decide(card.name, 'relabel', card.suggested);
    } else if (/^[1-9]$/.test(key) && get('classes')[Number(key) - 1] !== undefined) {
      next();
      decide(card.name, 'relabel', get('classes')[Number(key) - 1]);
    } else return;
    event.preventDefault();
  });

  const ends = [
    follow(model, ['pictures'], drawPictures),
    follow(model, ['cards', 'classes', 'list'], drawCards),
    follow(model, ['counts', 'classes', 'list', 'className', 'page', 'pages', 'canUndo', 'message'], drawBars),
  ];
  drawPictures();
  return () => {
    for (const end of ends) end();
    for (const url of urls) URL.revokeObjectURL(url);
  };
}

export default { render };
