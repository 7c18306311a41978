// HTML that somebody else has written. Of a parsed copy, in which nothing runs and no file is loaded, only what shows something is made again:
// so no script, handler, form, frame, style sheet or file of another server can come of it, whatever the text is.

const elements = new Set(
  (
    'a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd ' +
    'li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var'
  ).split(' '),
);
/** Those whose text is not meant for readers; of all others that are unknown the text is shown. */
const unread = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'select', 'textarea', 'title']);
const attributes = ['alt', 'colspan', 'dir', 'height', 'lang', 'open', 'rowspan', 'scope', 'start', 'title', 'width'];
/** Functions of CSS that load nothing. */
const harmless = /\b(?:calc|clamp|hsla?|light-dark|max|min|minmax|repeat|rgba?|var)\(/g;

/**
 * The parts of HTML as new elements.
 *
 * @param {string} html
 * @returns {(Node | string)[]}
 */
export function safeHtml(html) {
  return copies(new DOMParser().parseFromString(html, 'text/html').body);
}

/** @param {Node} parent @returns {(Node | string)[]} */
const copies = (parent) => [...parent.childNodes].flatMap(copy);

/** @param {Node} node @returns {(Node | string)[]} */
function copy(node) {
  if (node instanceof Text) return [node.data];
  if (node instanceof SVGElement) return [drawing(node)];
  if (!(node instanceof HTMLElement) || !elements.has(node.localName)) {
    return node instanceof Element && !unread.has(node.localName) ? copies(node) : [];
  }
  const made = document.createElement(node.localName);
  for (const name of attributes) {
    const value = node.getAttribute(name);
    if (value !== null) made.setAttribute(name, value);
  }
  if (made instanceof HTMLImageElement) {
    const source = node.getAttribute('src') ?? '';
    if (/^data:image\//i.test(source)) made.src = source;
    made.alt = node.getAttribute('alt') ?? '';
  }
  if (made instanceof HTMLAnchorElement) {
    const address = node.getAttribute('href') ?? '';
    if (/^https?:\/\//i.test(address)) Object.assign(made, { href: address, target: '_blank', rel: 'noreferrer' });
  }
  for (const name of node.style) {
    const value = node.style.getPropertyValue(name);
    if (!/[(\\]/.test(value.replaceAll(harmless, ''))) made.style.setProperty(name, value);
  }
  made.append(...copies(node));
  return [made];
}

/** A drawing as the source of an image, in which nothing can run. @param {SVGElement} svg */
function drawing(svg) {
  const image = document.createElement('img');
  const text = new XMLSerializer().serializeToString(svg).replace(/\p{Cs}/gu, '\ufffd'); // half a character cannot be encoded
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  image.alt = svg.getAttribute('aria-label') ?? svg.querySelector('title')?.textContent ?? '';
  return image;
}
