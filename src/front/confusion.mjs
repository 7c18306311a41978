import { element, follow, jpegUrl, rootIn } from './shared.mjs';

// A confusion matrix to click on, a threshold to move, an embedding to click on, and the pictures that are selected. Values: see
// src/widgets/exploreConfusion.ts. Messages: { do: 'cell', row, column }, { do: 'threshold', positive, value }, { do: 'point', index },
// { do: 'page', page }.

/** The colours of classes: those of Okabe and Ito (2008), and a different shape for each, as colours alone are not enough. */
const hues = ['#3b9ad9', '#d55e00', '#009e73', '#cc79a7', '#b88a00', '#7f7f7f', '#8f6bd0'];
const shapes = [
  'M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0',
  'M-4,-4H4V4H-4Z',
  'M0,-5L5,4H-5Z',
  'M0,-5L5,0L0,5L-5,0Z',
  'M-5,-4H5L0,5Z',
  'M-5,-1.5H-1.5V-5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5Z',
];
const plot = { width: 420, height: 300, margin: 14 };

const styles = `
.tunebook .panes { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
.tunebook .matrix { border-collapse: collapse; }
.tunebook .matrix th { font-weight: 600; padding: 2px 6px; max-width: 120px; overflow-wrap: anywhere; text-align: right; }
.tunebook .matrix thead th { text-align: center; }
.tunebook .matrix td { padding: 1px; }
.tunebook .matrix button { width: 52px; height: 40px; padding: 0; font-variant-numeric: tabular-nums; border-radius: 3px; }
.tunebook .matrix button.right { border-width: 2px; border-color: var(--tb-blue); }
.tunebook .matrix button.wrong { border-width: 2px; border-color: var(--tb-vermilion); }
.tunebook svg { display: block; max-width: 100%; border: 1px solid var(--tb-line); border-radius: 4px; cursor: pointer; }
.tunebook svg .point { stroke: var(--tb-back); stroke-width: 0.5; }
.tunebook svg .wrong { stroke: var(--tb-text); stroke-width: 2; }
.tunebook svg .chosen { stroke: var(--tb-text); stroke-width: 2; fill: none; }
.tunebook .cards { display: grid; grid-template-columns: repeat(auto-fill, 124px); gap: 8px; margin-top: 8px; }
.tunebook figure { margin: 0; overflow-wrap: anywhere; font-size: 12px; }
.tunebook figure img { width: 120px; height: 120px; border-radius: 4px; display: block; }
.tunebook .absent { width: 120px; height: 120px; border: 1px dashed var(--tb-line); border-radius: 4px; display: grid; place-items: center; }
.tunebook h4 { margin: 10px 0 4px; font-size: 14px; }
`;

const drawn = (/** @type {string} */ name, /** @type {Record<string, unknown>} */ attributes) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
};

/** @typedef {{ name: string, label: string, predicted: string, probability: number, missing?: boolean }} Card */

/** @param {{ model: import('./shared.mjs').Model, el: HTMLElement }} context */
function render({ model, el }) {
  const root = rootIn(el, 'Explore the confusion matrix');
  /** @type {string[]} */
  const classes = model.get('classes');
  /** @type {number[][]} */
  const counts = model.get('counts');
  /** @type {{ x: number, y: number, row: number, label: number, wrong: boolean }[]} */
  const points = model.get('points');
  /** @type {string[]} */
  let urls = [];

  // the matrix: arrow keys move, Enter and Space show the pictures of a cell
  const most = Math.max(1, ...counts.flat());
  const cells = counts.map((row, i) =>
    row.map((value, j) => {
      const kind = i === j ? 'right' : value > 0 ? 'wrong' : '';
      const name = `${classes[i]} predicted as ${classes[j]}: ${value}`;
      const button = element(
        'button',
        {
          type: 'button',
          class: kind,
          tabIndex: i === 0 && j === 0 ? 0 : -1,
          'aria-label': name,
          title: name,
          onclick: () => model.send({ do: 'cell', row: i, column: j }),
          onfocus: () => {
            for (const one of cells.flat()) one.tabIndex = one === button ? 0 : -1;
          },
        },
        String(value),
      );
      button.style.background = `color-mix(in srgb, var(--tb-${i === j ? 'blue' : 'vermilion'}) ${Math.round((35 * value) / most)}%, var(--tb-raised))`;
      button.addEventListener('keydown', (event) => {
        const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        if (!step) return;
        event.preventDefault();
        cells[i + (step[0] ?? 0)]?.[j + (step[1] ?? 0)]?.focus();
      });
      return button;
    }),
  );
  const matrix = element(
    'table',
    { class: 'matrix', 'aria-label': 'Confusion matrix: a row for each class, a column for each predicted class' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', {}, 'class \\ predicted'),
        ...classes.map((one) => element('th', { scope: 'col' }, one)),
      ),
    ),
    element(
      'tbody',
      {},
      ...cells.map((row, i) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, classes[i] ?? ''),
          ...row.map((one) => element('td', {}, one)),
        ),
      ),
    ),
  );

  // the threshold
  const positive = element('select', { 'aria-label': 'Class', onchange: () => move() });
  for (const [i, one] of classes.entries()) positive.append(element('option', { value: String(i) }, one));
  const slider = element('input', {
    type: 'range',
    min: '0',
    max: '1',
    step: '0.01',
    'aria-label': 'Threshold',
    oninput: () => move(),
  });
  const move = () => model.send({ do: 'threshold', positive: Number(positive.value), value: Number(slider.value) });
  const numbers = element('div', { role: 'status' });

  // the embedding: a click takes the nearest point, arrow keys go through the points
  const svg = drawn('svg', {
    viewBox: `0 0 ${plot.width} ${plot.height}`,
    width: plot.width,
    tabindex: 0,
    role: 'application',
    'aria-label': 'Pictures by similarity; arrow keys go from point to point',
  });
  const place = (/** @type {{ x: number, y: number }} */ { x, y }) => [
    plot.margin + x * (plot.width - 2 * plot.margin),
    plot.margin + (1 - y) * (plot.height - 2 * plot.margin),
  ];
  for (const point of points) {
    const [x, y] = place(point);
    svg.append(
      drawn('path', {
        d: shapes[point.label % shapes.length],
        transform: `translate(${x},${y})`,
        fill: hues[point.label % hues.length],
        class: point.wrong ? 'point wrong' : 'point',
      }),
    );
  }
  const ring = drawn('circle', { r: 10, class: 'chosen', visibility: 'hidden' });
  svg.append(ring);
  let chosen = -1;
  const choose = (/** @type {number} */ index) => {
    chosen = index;
    model.send({ do: 'point', index });
  };
  svg.addEventListener('click', (event) => {
    const box = svg.getBoundingClientRect();
    const { clientX, clientY } = /** @type {MouseEvent} */ (event);
    const x = ((clientX - box.left) / box.width) * plot.width;
    const y = ((clientY - box.top) / box.height) * plot.height;
    const distance = (/** @type {{ x: number, y: number }} */ point) =>
      Math.hypot((place(point)[0] ?? 0) - x, (place(point)[1] ?? 0) - y);
    const index = points.reduce((best, point, i) => (distance(point) < distance(points[best] ?? point) ? i : best), 0);
    if (points.length > 0) choose(index);
  });
  svg.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[/** @type {KeyboardEvent} */ (event).key];
    if (step === undefined || points.length === 0) return;
    event.preventDefault();
    choose((chosen + step + points.length) % points.length);
  });
  const legend = element('div', { class: 'bar muted' });
  for (const [i, one] of classes.entries()) {
    const sign = drawn('svg', { viewBox: '-6 -6 12 12', width: 14 });
    sign.setAttribute('style', 'border: 0; display: inline-block; vertical-align: middle');
    sign.append(drawn('path', { d: shapes[i % shapes.length], fill: hues[i % hues.length] }));
    legend.append(element('span', {}, sign, ` ${one}`));
  }

  const title = element('h4', { role: 'status' });
  const cards = element('div', { class: 'cards', role: 'group', 'aria-label': 'Selected pictures' });
  const turn = (/** @type {number} */ step) => () => model.send({ do: 'page', page: model.get('page') + step });
  const before = element('button', { type: 'button', onclick: turn(-1) }, 'Previous page');
  const after = element('button', { type: 'button', onclick: turn(1) }, 'Next page');
  const pageText = element('span', { class: 'muted' });
  const pages = element('div', { class: 'bar' }, before, pageText, after);

  const embedding = element(
    'div',
    {},
    element('h4', {}, 'Embedding of the features: near points are similar pictures'),
    svg,
    legend,
    element('div', { class: 'muted' }, 'Outlined points are misclassified.'),
  );
  embedding.hidden = points.length === 0;
  root.append(
    element('style', {}, styles),
    element(
      'div',
      { class: 'panes' },
      element(
        'div',
        {},
        matrix,
        element('h4', {}, 'Threshold'),
        element('div', { class: 'bar' }, positive, slider),
        numbers,
      ),
      embedding,
    ),
    title,
    pages,
    cards,
    element('div', { class: 'muted' }, model.get('missing')),
  );

  const drawCards = () => {
    cards.replaceChildren(
      ...model
        .get('cards')
        .map((/** @type {Card} */ card, /** @type {number} */ i) =>
          element(
            'figure',
            {},
            card.missing
              ? element('div', { class: 'absent muted' }, 'not found')
              : element('img', { alt: card.name, src: urls[i] ?? '' }),
            element(
              'figcaption',
              {},
              card.name,
              element('br', {}),
              `${card.label}, predicted ${card.predicted}`,
              element('br', {}),
              `${Math.round(100 * card.probability)}%`,
            ),
          ),
        ),
    );
  };
  const ends = [
    follow(model, ['pictures'], () => {
      for (const url of urls) URL.revokeObjectURL(url);
      urls = model.get('pictures').map(jpegUrl); // no bytes for a picture that was not found
      drawCards();
    }),
    follow(model, ['cards', 'title', 'page', 'pages', 'selected'], () => {
      title.textContent = model.get('title');
      pages.hidden = model.get('pages') < 2;
      before.disabled = model.get('page') === 0;
      after.disabled = model.get('page') >= model.get('pages') - 1;
      pageText.textContent = `page ${model.get('page') + 1} of ${model.get('pages')}`;
      const selected = model.get('selected');
      const point = selected.length === 1 ? points.find(({ row }) => row === selected[0]) : undefined;
      ring.setAttribute('visibility', point ? 'visible' : 'hidden');
      if (point) {
        const [x, y] = place(point);
        ring.setAttribute('cx', String(x));
        ring.setAttribute('cy', String(y));
      }
      drawCards();
    }),
    follow(model, ['positive', 'value', 'precision', 'recall', 'hits', 'chosen', 'positives'], () => {
      positive.value = String(model.get('positive'));
      slider.value = String(model.get('value'));
      const share = (/** @type {number | null} */ value) =>
        value === null ? 'undefined' : `${(100 * value).toFixed(1)}%`;
      const name = classes[model.get('positive')];
      numbers.textContent = `${name} from ${Number(model.get('value')).toFixed(2)} on: precision ${share(model.get('precision'))} (${model.get('hits')} of ${model.get('chosen')}), recall ${share(model.get('recall'))} (${model.get('hits')} of ${model.get('positives')})`;
    }),
  ];
  return () => {
    for (const end of ends) end();
    for (const url of urls) URL.revokeObjectURL(url);
  };
}

export default { render };
