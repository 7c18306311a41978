{
  // Search, and charts that react to the pointer. What they need is loaded when they are used, so that a page can be read soon on a slow line:
  // as scripts, because pages that are opened from a folder, without a server, can load nothing else.
  const root = document.documentElement.dataset.root ?? '';
  const scripts = new Map();
  const load = (address) => {
    const add = (resolve, reject) => {
      const script = document.createElement('script');
      script.addEventListener('load', resolve);
      script.addEventListener('error', reject);
      script.src = address;
      document.head.append(script);
    };
    if (!scripts.has(address)) scripts.set(address, new Promise(add));
    return scripts.get(address);
  };

  // The sections of the book, which search.js has.
  let sections = [];
  window.bookSections = (all) => {
    sections = all;
  };
  const input = document.querySelector('#book-search');
  const list = document.querySelector('#book-found');
  const folder = document.querySelector('.book-side details');
  if (folder && matchMedia('(min-width: 75rem)').matches) folder.open = true; // beside the text

  async function find() {
    await load(`${root}search.js`);
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const score = ({ title, text }) =>
      words.every((word) => `${title} ${text}`.toLowerCase().includes(word))
        ? 1 + words.filter((word) => title.toLowerCase().includes(word)).length
        : 0;
    const found = words.length > 0 ? sections.map((section) => [score(section), section]).filter(([s]) => s > 0) : [];
    found.sort(([a], [b]) => b - a);
    list.replaceChildren(
      ...found.slice(0, 12).map(([, { page, id, chapter, title }]) => {
        const item = document.createElement('li');
        const link = document.createElement('a');
        link.href = `${root}${page}#${id}`;
        link.textContent = chapter === title ? title : `${chapter}: ${title}`;
        item.append(link);
        return item;
      }),
    );
    if (words.length > 0 && found.length === 0) list.textContent = 'nothing found';
  }
  input?.addEventListener('focus', () => load(`${root}search.js`).catch(() => {}));
  input?.addEventListener('input', () =>
    find().catch(() => {
      list.textContent = 'the text of the book could not be loaded';
    }),
  );

  // Charts that react to the pointer. A picture becomes one when it comes into view, if the page is wide enough for it; in print, without
  // scripts and after an error it stays the picture.
  const specs = new Map();
  window.bookChart = (name, spec) => specs.set(name, spec);

  async function draw(picture) {
    const file = picture.dataset.chart;
    await Promise.all([load(`${root}charts/vega.js`), load(file)]);
    const chart = document.createElement('div');
    chart.className = 'book-chart';
    const spec = specs.get(/(\w+)\.js$/.exec(file)[1]);
    const view = new window.vega.View(window.vega.parse(spec), { renderer: 'svg', container: chart, hover: true });
    await view.runAsync();
    picture.before(chart);
    picture.classList.add('book-still');
  }

  const pictures = document.querySelectorAll('img[data-chart]');
  if (pictures.length > 0 && 'IntersectionObserver' in window) {
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting || target.parentElement.clientWidth < Number(target.getAttribute('width'))) continue;
          seen.unobserve(target);
          draw(target).catch(() => {});
        }
      },
      { rootMargin: '200px' },
    );
    for (const picture of pictures) seen.observe(picture);
  }
}
