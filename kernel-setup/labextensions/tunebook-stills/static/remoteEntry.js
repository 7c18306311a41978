// JupyterLab prefers a widget to the other formats of an output, and shows 'model not found' where the kernel that had it has ended. This
// extension shows the picture beside it instead. It is a JupyterLab extension in its built form, written by hand because it needs no other
// package than JupyterLab's own: `init` gets the packages that JupyterLab shares, `get` returns the module that JupyterLab loads.

(() => {
  const view = 'application/vnd.jupyter.widget-view+json';
  /** What the extension of Jupyter's widgets shows while and when it has no widget. */
  const withoutWidget = /^(Loading widget|Error displaying widget)/;
  /** How long to wait for the widgets of a kernel that runs (milliseconds). */
  const patience = 2000;
  let shared;

  /** Some version of a package that JupyterLab shares: there is one of each. */
  async function load(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  /**
   * Let a renderer of widgets show the output's other formats when it has no widget. The extension of Jupyter's widgets renders an output
   * again when it is connected with a kernel. Before that, and whenever it has a widget or an error to show, it empties the renderer's node
   * without removing what is in it.
   */
  function showStills(renderer, rendermime) {
    const render = renderer.renderModel.bind(renderer);
    let still;
    let last = 0;
    const removeStill = () => {
      if (still && still.node.parentNode !== renderer.node) renderer.node.append(still.node); // it cannot be removed from elsewhere
      still?.dispose();
      still = undefined;
    };
    const lacks = () => Array.from(renderer.node.childNodes).some((node) => withoutWidget.test(node.textContent));
    const look = async (model, turn) => {
      const type = rendermime.mimeTypes.find((one) => one !== view && one in model.data);
      if (type === undefined) return;
      const wanted = () => turn === last && !renderer.isDisposed && lacks();
      if (!wanted()) return;
      const made = rendermime.createRenderer(type);
      await made.renderModel(model);
      if (!wanted()) return made.dispose();
      removeStill();
      for (const node of [...renderer.node.childNodes]) if (withoutWidget.test(node.textContent)) node.remove();
      renderer.addWidget(made);
      still = made;
    };
    renderer.renderModel = async (model) => {
      const turn = ++last;
      removeStill();
      const timer = setTimeout(() => look(model, turn), patience);
      try {
        await render(model);
      } finally {
        if (!lacks()) clearTimeout(timer);
        if (still && !renderer.node.contains(still.node)) removeStill();
        await look(model, turn);
      }
    };
  }

  function watch(rendermime) {
    const create = rendermime.createRenderer.bind(rendermime);
    rendermime.createRenderer = (type) => {
      const renderer = create(type);
      if (type === view && typeof renderer.addWidget === 'function') showStills(renderer, rendermime);
      return renderer;
    };
  }

  async function plugin() {
    const { INotebookTracker } = await load('@jupyterlab/notebook');
    return {
      id: 'tunebook-stills:plugin',
      description: 'Shows the picture of a widget where no kernel has the widget',
      autoStart: true,
      requires: [INotebookTracker],
      activate: (_, notebooks) => {
        notebooks.forEach((panel) => watch(panel.content.rendermime));
        notebooks.widgetAdded.connect((_, panel) => watch(panel.content.rendermime));
      },
    };
  }

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB['tunebook-stills'] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
