import { removeBuffers } from './buffers';
import type { Comm, Received } from './comms';
import { kernelComms } from './comms';

/** The version of the widgets' messages, which frontends ask for. */
const protocol = { version: '2.1.0' };
/** The part of a widget in the frontend comes from PyPI's anywidget, see kernel-setup/requirements/widgets.txt. */
const version = '~0.11.0';
const model = {
  _model_module: 'anywidget',
  _model_name: 'AnyModel',
  _model_module_version: version,
  _view_module: 'anywidget',
  _view_name: 'AnyView',
  _view_module_version: version,
  _view_count: null,
  _dom_classes: [],
  layout: null,
  tabbable: null,
  tooltip: null,
};

/** What a model needs to know of its widget. */
export interface Modelled {
  /** the widget's own state, with its code */
  state(): Record<string, unknown>;
  /** called with a message of a frontend that changes the state or is the widget's own */
  onMessage(message: Received): void;
  /** called when a frontend has closed the widget */
  onClose(): void;
}

/** The models of all widgets that are open, by the ids of their comms. */
const open = new Map<string, Model>();

/** A widget's model in the frontends, which is kept equal to the state in the kernel. */
export class Model {
  readonly #widget: Modelled;
  readonly #comm: Comm;

  /** Open the model; undefined outside a kernel. */
  static open(widget: Modelled): Model | undefined {
    const comms = kernelComms();
    if (comms === undefined) return undefined;
    comms.accept('jupyter.widget.control', (comm) => ({
      onMessage: ({ data, number }) => {
        if (data.method === 'request_states') sendAll(comm, number);
      },
    }));
    return new Model(widget, comms);
  }

  private constructor(widget: Modelled, comms: NonNullable<ReturnType<typeof kernelComms>>) {
    this.#widget = widget;
    const { value, paths, buffers } = removeBuffers({ state: this.state() });
    this.#comm = comms.open(
      'jupyter.widget',
      { state: value.state, buffer_paths: paths.map((path) => path.slice(1)) },
      { metadata: protocol, buffers },
      { onMessage: (message) => this.#take(message), onClose: () => this.#closed() },
    );
    open.set(this.id, this);
  }

  get id(): string {
    return this.#comm.id;
  }

  /** the widget's state, and what frontends need to create it */
  state(): Record<string, unknown> {
    return { ...model, ...this.#widget.state() };
  }

  /** Tell the frontends what has changed. @param answers number of the frontend's message that changed it */
  update(changes: Record<string, unknown>, answers?: number): void {
    const { value, paths, buffers } = removeBuffers(changes);
    const method = answers === undefined ? 'update' : 'echo_update'; // the sender does not apply its own change again
    this.#comm.send({ method, state: value, buffer_paths: paths }, { buffers, answers });
  }

  /** Send a message of the widget's own. */
  send(content: unknown, buffers: readonly Uint8Array[]): void {
    this.#comm.send({ method: 'custom', content }, { buffers });
  }

  close(): void {
    open.delete(this.id);
    this.#comm.close();
  }

  #take(message: Received): void {
    if (message.data.method === 'request_state') this.update(this.state());
    else this.#widget.onMessage(message);
  }

  #closed(): void {
    open.delete(this.id);
    this.#widget.onClose();
  }
}

/** Answer a page that was loaded again, which asks for the widgets of its kernel. */
function sendAll(comm: Comm, answers: number): void {
  const states: Record<string, object> = {};
  for (const [id, one] of open) {
    const { _model_name: name, _model_module: module, _model_module_version: moduleVersion } = model;
    states[id] = { model_name: name, model_module: module, model_module_version: moduleVersion, state: one.state() };
  }
  const { value, paths, buffers } = removeBuffers(states);
  comm.send({ method: 'update_states', states: value, buffer_paths: paths }, { buffers, answers });
}
