// Search in the book: in `sections`, which the next line of the file that the browser gets defines. Works from a folder, too, without a server.
const input = document.querySelector('#book-search');
const list = document.querySelector('#book-found');
const root = document.documentElement.dataset.root ?? '';
const folder = document.querySelector('.book-side details');
if (folder && matchMedia('(min-width: 75rem)').matches) folder.open = true; // beside the text

function find() {
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
input?.addEventListener('input', find);
