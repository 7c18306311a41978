import { element, follow, rootIn } from './shared.mjs';

// The curve of a learning-rate range test. Values: `rates`, `losses`, `valley`, `steepest` (null if there is none), and `rate`, the
// chosen one, which this sets.

const size = { width: 640, height: 260, left: 56, right: 16, top: 28, bottom: 40 };

const styles = `
.tunebook svg { display: block; width: 100%; max-width: ${size.width}px; touch-action: none; cursor: crosshair; }
.tunebook svg text { fill: var(--tb-text); font-size: 12px; }
.tunebook .curve { fill: none; stroke: var(--tb-blue); stroke-width: 2; }
.tunebook .axis { stroke: var(--tb-line); }
.tunebook .suggestion { stroke: var(--tb-muted); stroke-dasharray: 3 3; }
.tunebook .chosen { stroke: var(--tb-vermilion); stroke-width: 3; }
.tunebook .pointer { stroke: var(--tb-text); stroke-width: 1; }
.tunebook .readout { min-height: 1.45em; font-variant-numeric: tabular-nums; }
`;

const drawn = (/** @type {string} */ name, /** @type {Record<string, unknown>} */ attributes, text = '') => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
};

const short = (/** @type {number} */ rate) => String(Number(rate.toPrecision(3)));

/** @param {{ model: import('./shared.mjs').Model, el: HTMLElement }} context */
function render({ model, el }) {
  const root = rootIn(el, 'Choose a learning rate');
  /** @type {number[]} */
  const rates = model.get('rates');
  /** @type {number[]} */
  const losses = model.get('losses');
  const { width, height, left, right, top, bottom } = size;
  const low = Math.log(rates[0] ?? 1e-5);
  const high = Math.log(rates.at(-1) ?? 1);
  const least = Math.min(...losses);
  const start = losses[0] ?? 1;
  // what lies far above the first loss is cut off, as the loss explodes at the end
  const most = Math.min(Math.max(...losses), start + 2 * (start - least) + 0.1 * Math.abs(start)) || 1;
  const x = (/** @type {number} */ rate) =>
    left + ((Math.log(rate) - low) / (high - low || 1)) * (width - left - right);
  const y = (/** @type {number} */ loss) =>
    top + (1 - (Math.min(loss, most) - least) / (most - least || 1)) * (height - top - bottom);
  const rateAt = (/** @type {number} */ px) =>
    Math.exp(low + Math.min(1, Math.max(0, (px - left) / (width - left - right))) * (high - low));
  const nearest = (/** @type {number} */ rate) => {
    let best = 0;
    for (const [i, one] of rates.entries())
      if (Math.abs(Math.log(one / rate)) < Math.abs(Math.log((rates[best] ?? 1) / rate))) best = i;
    return best;
  };

  const svg = drawn('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  svg.append(drawn('path', { class: 'axis', fill: 'none', d: `M${left},${top}V${height - bottom}H${width - right}` }));
  for (let power = Math.ceil(low / Math.LN10); power <= high / Math.LN10; power++) {
    svg.append(drawn('text', { x: x(10 ** power), y: height - bottom + 16, 'text-anchor': 'middle' }, `1e${power}`));
  }
  svg.append(drawn('text', { x: (left + width) / 2, y: height - 6, 'text-anchor': 'middle' }, 'learning rate'));
  for (const loss of [least, (least + most) / 2, most]) {
    svg.append(drawn('text', { x: left - 6, y: y(loss) + 4, 'text-anchor': 'end' }, short(loss)));
  }
  for (const [name, at] of [
    ['valley', model.get('valley')],
    ['steepest', model.get('steepest')],
  ]) {
    if (at === null) continue;
    svg.append(drawn('line', { class: 'suggestion', x1: x(at), x2: x(at), y1: top, y2: height - bottom }));
    svg.append(
      drawn(
        'text',
        { x: x(at), y: name === 'valley' ? top - 4 : top - 16, 'text-anchor': 'middle' },
        `${name} ${short(at)}`,
      ),
    );
  }
  svg.append(
    drawn('path', {
      class: 'curve',
      d: rates.map((rate, i) => `${i === 0 ? 'M' : 'L'}${x(rate)},${y(losses[i] ?? 0)}`).join(''),
    }),
  );
  const pointer = drawn('line', { class: 'pointer', y1: top, y2: height - bottom, visibility: 'hidden' });
  const chosen = drawn('line', { class: 'chosen', y1: top, y2: height - bottom });
  svg.append(pointer, chosen);

  const readout = element('div', { class: 'readout' });
  const status = element('div', { role: 'status' });
  const take = (/** @type {number} */ rate) => {
    model.set('rate', Number(rate.toPrecision(3)));
    model.save_changes();
  };
  const slider = element('input', {
    type: 'range',
    min: '0',
    max: String(rates.length - 1),
    step: '1',
    'aria-label': 'Learning rate on the curve',
    oninput: () => take(rates[Number(slider.value)] ?? 0),
  });
  slider.style.width = '100%';
  const below = element('div', {}, slider); // from the left to the right end of the curve
  below.style.maxWidth = `${width}px`;
  below.style.padding = `0 min(${(100 * right) / width}%, ${right}px) 0 min(${(100 * left) / width}%, ${left}px)`;
  const typed = element('input', { type: 'text', inputMode: 'decimal', size: 10, 'aria-label': 'Learning rate' });
  const takeTyped = () => {
    const rate = Number(typed.value.replace(',', '.'));
    if (rate > 0 && Number.isFinite(rate)) take(rate);
    else status.textContent = `'${typed.value}' is not a learning rate: type a number above 0, such as 0.001 or 1e-3.`;
  };
  typed.addEventListener('change', takeTyped);
  typed.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') takeTyped();
  });
  const suggestions = ['valley', 'steepest']
    .filter((name) => model.get(name) !== null)
    .map((name) => element('button', { type: 'button', onclick: () => take(model.get(name)) }, `Take ${name}`));
  root.append(
    element('style', {}, styles),
    svg,
    below,
    readout,
    element('div', { class: 'bar' }, element('label', {}, 'Learning rate ', typed), ...suggestions),
    status,
  );

  const positionOf = (/** @type {MouseEvent} */ event) => {
    const box = svg.getBoundingClientRect();
    return rateAt(((event.clientX - box.left) / box.width) * width);
  };
  let dragging = false;
  svg.addEventListener('pointerdown', (event) => {
    dragging = true;
    svg.setPointerCapture(event.pointerId);
    take(positionOf(event));
  });
  svg.addEventListener('pointerup', () => {
    dragging = false;
  });
  svg.addEventListener('pointermove', (event) => {
    const rate = positionOf(event);
    pointer.setAttribute('visibility', 'visible');
    pointer.setAttribute('x1', String(x(rate)));
    pointer.setAttribute('x2', String(x(rate)));
    readout.textContent = `learning rate ${short(rate)}, loss ${short(losses[nearest(rate)] ?? 0)}`;
    if (dragging) take(rate);
  });
  svg.addEventListener('pointerleave', () => {
    pointer.setAttribute('visibility', 'hidden');
    readout.textContent = '';
  });

  return follow(model, ['rate'], () => {
    const rate = model.get('rate');
    const at = Math.min(width - right, Math.max(left, x(rate)));
    chosen.setAttribute('x1', String(at));
    chosen.setAttribute('x2', String(at));
    slider.value = String(nearest(rate));
    slider.setAttribute('aria-valuetext', `${short(rate)}, loss ${short(losses[nearest(rate)] ?? 0)}`);
    typed.value = short(rate);
    status.textContent = `Chosen: ${short(rate)}.`;
  });
}

export default { render };
