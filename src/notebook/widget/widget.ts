import { randomUUID } from 'node:crypto';
import { shown, UserError } from '../../core/errors';
import { withDefaults } from '../../core/options';
import { displaySymbol, type MimeBundle } from '../mime';
import { asBytes, putBuffers } from './buffers';
import type { Received } from './comms';
import { Model } from './model';
import { type Still, stateTable, stateText, stillBundle } from './still';

/** Options of {@link widget}. */
export interface WidgetOptions<State extends object> {
  /**
   * An ES module, as text, that runs in the browser. Its default export has a function `render({ model, el })`, which fills the
   * element `el` and may return a function that cleans up, and possibly `initialize({ model })`: the protocol of anywidget
   */
  esm: string;
  /** Styles of the widget. Default: none */
  css?: string;
  /** The state that kernel and browser share: values that JSON can express, and typed arrays. */
  state: State;
  /**
   * A picture of the widget that is saved with the notebook, for readers without a kernel: HTML without scripts, or the bytes of
   * a PNG. Default: a table of the state
   */
  still?: (state: Readonly<State>) => Still | Promise<Still>;
  /** The widget in words, for readers of plain text. Default: the state */
  text?: (state: Readonly<State>) => string;
}

/** An interactive output of a cell, which shares its state with the browser. */
export interface Widget<State extends object> {
  /** The current state. Change it with `set`. */
  readonly state: Readonly<State>;
  /**
   * Change some values of the state, in the kernel and in all browsers.
   *
   * @throws {UserError} if the state has no value of that name, or a value cannot be sent
   */
  set(changes: Partial<State>): void;
  /**
   * Call a function when a browser has changed the state. Values come from outside the kernel: check them before you use them.
   *
   * @param listener receives the changed values, then the whole state
   * @returns a function that ends this
   */
  onChange(listener: (changes: Partial<State>, state: Readonly<State>) => void): () => void;
  /**
   * Call a function when the browser has sent a message with `model.send(content, undefined, buffers)`.
   *
   * @returns a function that ends this
   */
  onMessage(listener: (content: unknown, buffers: readonly Uint8Array[]) => void): () => void;
  /** Send a message to the browsers, where `model.on('msg:custom', (content, buffers) => ...)` receives it. */
  send(content: unknown, buffers?: readonly Uint8Array[]): void;
  /** Remove the widget from the browsers; its picture stays in the notebook. */
  close(): void;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

/**
 * Make a widget: an output of a cell that reacts to mouse and keyboard, and shares its state with the kernel, by the protocol of
 * anywidget. Show it as the last value of a cell or with `show`. Messages arrive whenever the event loop is free: between cells, and
 * while a cell awaits something, as training does after each batch.
 *
 * Outside a notebook, and where no kernel runs, its picture and its text are shown.
 *
 * @throws {UserError} when an option is unknown, or a value of the state cannot be sent
 *
 * @example
 * ```ts
 * import { widget } from 'tunebook/widgets';
 *
 * const counter = widget({
 *   esm: `export default {
 *     render({ model, el }) {
 *       const button = document.createElement('button');
 *       const draw = () => { button.textContent = 'clicked ' + model.get('count') + ' times'; };
 *       button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };
 *       model.on('change:count', draw);
 *       draw();
 *       el.append(button);
 *     },
 *   };`,
 *   state: { count: 0 },
 * });
 * counter.onChange(({ count }) => console.log(count)); // printed below the cell at each click
 * counter.state.count; // => 0
 * counter; // shows it
 * ```
 */
export function widget<State extends object>(options: WidgetOptions<State>): Widget<State> {
  const { esm, css, state, still, text } = withDefaults<WidgetOptions<State>>('widget', options, {
    esm: '',
    css: '',
    state: {} as State,
    still: undefined,
    text: undefined,
  });
  if (typeof esm !== 'string' || esm.trim() === '') {
    throw new UserError(
      `widget: esm must be the text of an ES module like 'export default { render({ model, el }) { ... } }', got ${shown(esm)}`,
    );
  }
  if (typeof css !== 'string') throw new UserError(`widget: css must be text, got ${shown(css)}`);
  if (typeof state !== 'object' || state === null || Array.isArray(state)) {
    throw new UserError(`widget: state must be an object like { count: 0 }, got ${shown(state)}`);
  }
  checkValues(state);
  return new Shared({ esm, css, state, still: still ?? stateTable, text: text ?? stateText });
}

class Shared<State extends object> implements Widget<State> {
  readonly #options: Required<WidgetOptions<State>>;
  readonly #id = randomUUID();
  #state: State;
  #model: Model | undefined;
  readonly #changed = new Set<(changes: Partial<State>, state: Readonly<State>) => void>();
  readonly #received = new Set<(content: unknown, buffers: readonly Uint8Array[]) => void>();

  constructor(options: Required<WidgetOptions<State>>) {
    this.#options = options;
    this.#state = { ...options.state };
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  set(changes: Partial<State>): void {
    const unknown = Object.keys(changes).find((name) => !Object.hasOwn(this.#state, name));
    if (unknown !== undefined) {
      const names = Object.keys(this.#state).join(', ');
      throw new UserError(`widget: the state has no '${unknown}'; it has ${names}: give all values when you make it`);
    }
    checkValues(changes);
    this.#state = { ...this.#state, ...changes };
    this.#model?.update(changes);
  }

  onChange(listener: (changes: Partial<State>, state: Readonly<State>) => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  onMessage(listener: (content: unknown, buffers: readonly Uint8Array[]) => void): () => void {
    this.#received.add(listener);
    return () => this.#received.delete(listener);
  }

  send(content: unknown, buffers: readonly Uint8Array[] = []): void {
    this.#model?.send(
      content,
      buffers.map((one) => asBytes(one) ?? new Uint8Array()),
    );
  }

  close(): void {
    this.#model?.close();
    this.#model = undefined;
  }

  async [displaySymbol](): Promise<MimeBundle> {
    const { still, text } = this.#options;
    // opened when it is first shown: a widget that is never shown costs nothing
    this.#model ??= Model.open({
      state: () => this.#modelState(),
      onMessage: (message) => this.#take(message),
      onClose: () => {
        this.#model = undefined;
      },
    });
    const view = { version_major: 2, version_minor: 0, model_id: this.#model?.id };
    return {
      ...(this.#model && { 'application/vnd.jupyter.widget-view+json': view }),
      ...stillBundle(await still(this.#state)),
      'text/plain': text(this.#state),
    };
  }

  #modelState(): Record<string, unknown> {
    const { esm, css } = this.#options;
    return { ...this.#state, _esm: esm, _css: css, _anywidget_id: `tunebook.${this.#id}` };
  }

  #take({ data, buffers, number }: Received): void {
    if (data.method === 'custom') {
      for (const listener of [...this.#received]) listener(data.content, buffers);
    } else if (data.method === 'update') this.#change(data, buffers, number);
  }

  /** Apply what a browser has changed. Only values that the state has can be changed. */
  #change(data: Record<string, unknown>, buffers: readonly Uint8Array[], number: number): void {
    if (typeof data.state !== 'object' || data.state === null) return;
    putBuffers(data.state, data.buffer_paths, buffers);
    const known = Object.entries(data.state).filter(([name]) => Object.hasOwn(this.#state, name));
    if (known.length === 0) return;
    const changes = Object.fromEntries(known) as Partial<State>;
    this.#state = { ...this.#state, ...changes };
    this.#model?.update(changes as Record<string, unknown>, number);
    for (const listener of [...this.#changed]) listener(changes, this.#state);
  }
}

/** @throws {UserError} that names the value which JSON cannot express, or a name that frontends reserve */
function checkValues(values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith('_')) {
      throw new UserError(
        `widget: the state has '${name}'; names with an underscore in front are the protocol's own: rename it`,
      );
    }
    if (asBytes(value)) continue;
    let json: string | undefined;
    try {
      json = JSON.stringify(value);
    } catch {
      // circular, or with a bigint
    }
    if (json === undefined) {
      throw new UserError(
        `widget: the state's '${name}' is ${typeof value === 'object' ? 'an object that cannot be sent' : shown(typeof value)}, expected a value that JSON can express, or a typed array`,
      );
    }
  }
}
