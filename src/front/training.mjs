import { element, follow, rootIn } from './shared.mjs';

// Controls of a training that runs: pause, lower the learning rate, stop. Values: `line` (the last epoch, as text), `status`.
// Messages: { do: 'pause' | 'continue' | 'halve' | 'stop' }, and { do: 'shown' } when it is drawn.

/** What the status says to the reader. */
const sentences = {
  training: '',
  pausing: 'Pausing after this batch.',
  paused: 'Paused. What was learned so far is kept.',
  stopping: 'Stopping after this batch.',
};

/** @param {{ model: import('./shared.mjs').Model, el: HTMLElement }} context */
function render({ model, el }) {
  const root = rootIn(el, 'Training');
  const tell = (/** @type {string} */ what) => () => model.send({ do: what });
  const pause = element('button', { type: 'button' });
  pause.addEventListener('click', () => model.send({ do: isPaused() ? 'continue' : 'pause' }));
  const halve = element('button', { type: 'button', onclick: tell('halve') }, 'Halve the learning rate');
  const stop = element('button', { type: 'button', onclick: tell('stop') }, 'Stop');
  const line = element('div', { class: 'line' });
  const status = element('div', { role: 'status', class: 'muted' });
  root.append(
    element('div', { class: 'bar', role: 'group', 'aria-label': 'Controls' }, pause, halve, stop),
    line,
    status,
  );
  const isPaused = () => ['pausing', 'paused'].includes(model.get('status'));
  const end = follow(model, ['status', 'line', 'rate'], () => {
    const now = /** @type {keyof typeof sentences} */ (model.get('status'));
    pause.textContent = isPaused() ? 'Continue' : 'Pause';
    pause.disabled = now === 'stopping';
    stop.disabled = now === 'stopping';
    halve.disabled = now === 'stopping';
    line.textContent = model.get('line');
    status.textContent = [sentences[now] ?? '', model.get('rate')].filter(Boolean).join(' ');
  });
  model.send({ do: 'shown' });
  return end;
}

export default { render };
