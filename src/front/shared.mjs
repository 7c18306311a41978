// What the front-end parts share. They use nothing but the browser, and a model as in anywidget's protocol (`get`, `set`, `save_changes`,
// `on`, `send`), so that a plain page can use them with a model of its own.

/**
 * The values of a widget, which its kernel and its page see, each by its name.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes sends what was set
 * @property {(message: object, callbacks?: object | null, buffers?: ArrayBuffer[]) => void} send
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 */

/**
 * Make an element.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, unknown>} [properties] `on...` are listeners, `aria-...`, `data-...` and `role` attributes, `class` its class
 * @param {...(Node | string)} children texts are set as text, so that no name can become HTML
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (key === 'class') made.className = String(value);
    else if (key === 'role' || key.includes('-')) made.setAttribute(key, String(value));
    else Object.assign(made, { [key]: value });
  }
  made.append(...children);
  return made;
}

/**
 * The root of a widget inside the element that it gets: with the theme's colours, and without JupyterLab's shortcuts of a single key,
 * which would otherwise cut the cell at X. Those with Ctrl still work, such as Ctrl+S.
 *
 * @param {HTMLElement} el
 * @param {string} label names the widget for screen readers
 * @returns {HTMLElement}
 */
export function rootIn(el, label) {
  const root = element('section', { class: 'tunebook', 'aria-label': label });
  const preferred = matchMedia('(prefers-color-scheme: dark)');
  const show = () => {
    const { jpThemeLight, vscodeThemeKind } = document.body.dataset; // of JupyterLab and Notebook 7, of VS Code
    const theirs = vscodeThemeKind?.replace('high-contrast-light', 'light') ?? '';
    const dark = jpThemeLight ? jpThemeLight === 'false' : theirs ? !theirs.endsWith('light') : preferred.matches;
    root.style.colorScheme = dark ? 'dark' : 'light';
  };
  show();
  preferred.addEventListener('change', show);
  new MutationObserver(show).observe(document.body, {
    attributes: true,
    attributeFilter: ['data-jp-theme-light', 'data-vscode-theme-kind'],
  });
  // JupyterLab asks the element that has the focus, so it gets the mark before the key arrives there
  let wasShown = false;
  const suppress = (/** @type {KeyboardEvent} */ event) => {
    if (wasShown && !root.isConnected) removeEventListener('keydown', suppress, true);
    wasShown ||= root.isConnected;
    const { target } = event;
    if (!(target instanceof Element) || !root.contains(target)) return;
    target.toggleAttribute('data-lm-suppress-shortcuts', !event.ctrlKey && !event.metaKey);
  };
  addEventListener('keydown', suppress, true);
  el.append(root);
  return root;
}

/**
 * Call a function now and whenever one of the values changes.
 *
 * @param {Pick<Model, 'get' | 'on' | 'off'>} model
 * @param {readonly string[]} names
 * @param {() => void} draw
 * @returns {() => void} ends it
 */
export function follow(model, names, draw) {
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

/** The address of a JPEG, which the caller revokes. @param {DataView<ArrayBuffer>} bytes @returns {string} */
export const jpegUrl = (bytes) => URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }));
