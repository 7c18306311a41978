"""Makes a static site of executed notebooks: an index and one page per chapter, linked in order, with contents and search beside the text.

Reads one JSON object from standard input:
    notebooks  files of executed notebooks, in order
    solutions  executed notebooks with the answers to exercises: the chapters link to their pages, in the folder solutions
    charts     files of charts that a browser draws, inside the site: by notebook, then by "CELL,OUTPUT" (indices from 0)
    out        folder of the site; its pages are replaced
    title, about  of the index
    documents  Markdown files that become pages: file, page, title
    reference  whether the folder `api` contains the API reference, to which all pages link
Prints one JSON line: {"pages": [...]}. Needs no network, and neither do the pages. Pictures and styles are files beside the pages, so that a
page is small and a browser loads what several pages share only once.
"""

import base64
import hashlib
import html
import json
import os
import re
import sys

import nbformat
from nbconvert import HTMLExporter

from used_styles import used_styles

HERE = os.path.dirname(os.path.abspath(__file__))


def heading_of(notebook, name):
    """The first heading, and the text of the question beneath it."""
    text = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    title = next(iter(re.findall(r"^# (.+)$", text, re.M)), name)
    question = re.search(r"\*\*The question\.\*\*\s*(.+?)(?:\n\s*\n|$)", text, re.S)
    plain = re.sub(r"\*([^*]+)\*|`([^`]+)`", lambda found: found.group(1) or found.group(2), question.group(1)) if question else ""
    return title, " ".join(plain.split())


def write_whole(file, text):
    part = f"{file}.{os.getpid()}.part"
    with open(part, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(part, file)


def read(file):
    with open(file, encoding="utf-8") as stream:
        return stream.read()


class Book:
    """The folder of the site, and what all of its pages have."""

    def __init__(self, job):
        self.out, self.reference = job["out"], job["reference"]
        self.documents = [(each["page"], each["title"], os.path.basename(each["file"])) for each in job["documents"]]
        self.chapters, self.sections = [], []
        self.pages = {}  # texts by name, and the style sheets of all
        self.styles = {}

    def write(self, name, text):
        file = os.path.join(self.out, name)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        write_whole(file, text)

    def file(self, folder, data, ending):
        """The address of a file with this content, which is written once."""
        name = f"{folder}/{hashlib.sha256(data).hexdigest()[:16]}.{ending}"
        file = os.path.join(self.out, name)
        if not os.path.exists(file):
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(f"{file}.{os.getpid()}.part", "wb") as stream:
                stream.write(data)
            os.replace(f"{file}.{os.getpid()}.part", file)
        return name

    def side(self, here, headings, root):
        """Contents beside the text: the chapters, and the headings of the one that is shown."""
        parts = []
        for page, title, _ in self.chapters:
            own = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in headings) if page == here else ""
            current = ' aria-current="page"' if page == here else ""
            parts.append(f'<li><a href="{root}{page}"{current}>{html.escape(title)}</a>{f"<ul>{own}</ul>" if own else ""}</li>')
        more = [(page, title) for page, title, _ in self.documents] + ([("api/index.html", "API reference")] if self.reference else [])
        other = "".join(f'<li><a href="{root}{page}">{html.escape(title)}</a></li>' for page, title in more)
        return (
            f'<nav class="book-side" aria-label="Contents"><input id="book-search" type="search" placeholder="Search" aria-label="Search the book">'
            f'<ul id="book-found" aria-live="polite"></ul><details><summary>Contents</summary><a href="{root}index.html">Contents</a>'
            f'<ol>{"".join(parts)}</ol><ul>{other}</ul></details></nav>'
        )

    def steps(self, here):
        at = next((i for i, (page, _, _) in enumerate(self.chapters) if page == here), None)
        if at is None:
            return ""
        parts = []
        for step, word in ((-1, "Previous"), (1, "Next")):
            if 0 <= at + step < len(self.chapters):
                page, title, _ = self.chapters[at + step]
                parts.append(f'<a href="{page}">{word}: {html.escape(title)}</a>')
        return f'<nav class="book-steps" aria-label="Chapters">{"".join(parts)}</nav>'

    def page(self, name, title, notebook, before="", charts=None):
        """Write the page of a notebook."""
        root = "../" * name.count("/")
        # without the state of widgets, which JupyterLab may save, a page shows the picture that each widget has beside itself
        notebook.metadata.pop("widgets", None)
        # empty addresses of MathJax and RequireJS, so that pages need no network: no notebook has formulas
        exporter = HTMLExporter(mathjax_url="", require_js_url="", jupyter_widgets_base_url="")
        self.set_pictures(notebook, charts or {}, root)
        text, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
        text = self.with_links(text, root)
        self.styles.update(dict.fromkeys(re.findall(r"<style[^>]*>(.*?)</style>", text, re.S)))
        text = re.sub(r"<style[^>]*>.*?</style>", "", text, flags=re.S)
        head, body = text.split("</head>", 1)
        # those of the exporter are for formulas and diagrams, of which there are none
        text = re.sub(r"<!--.*?-->|<script.*?</script>", "", head, flags=re.S) + "</head>" + body
        found = re.findall(r'<h([12]) id="([^"]+)">(.*?)<a class="anchor-link"', text, re.S)
        self.index(name, title, notebook, found)
        headings = [(anchor, heading) for level, anchor, heading in found if level == "2"]
        text = text.replace("<html", f'<html data-root="{root}"', 1)
        if 'name="viewport"' not in text:
            text = text.replace("</head>", '<meta name="viewport" content="width=device-width, initial-scale=1"></head>', 1)
        start = f"{self.side(name, headings, root)}<div class=\"book-page\">{before}{self.steps(name)}"
        text = re.sub(r"(<body[^>]*>)", lambda body: body.group(1) + start, text, count=1)
        text = text.replace("</body>", f'{self.steps(name)}</div><script src="{root}book.js" defer></script></body>', 1)
        self.pages[name] = text

    def finish(self):
        """Write the pages, with one style sheet that has what they need, and the scripts. @return the names of the pages."""
        scripts = read(os.path.join(HERE, "book.js"))
        css = "\n".join([*self.styles, read(os.path.join(HERE, "book.css"))])
        style = self.file("style", used_styles(css, self.pages.values(), scripts).encode(), "css")
        for name, text in self.pages.items():
            root = "../" * name.count("/")
            self.write(name, text.replace("</head>", f'<link rel="stylesheet" href="{root}{style}"></head>', 1))
        self.write("book.js", scripts)

    def set_pictures(self, notebook, charts, root):
        """Make each picture in the outputs a file, with its alternative text, size and chart: the exporter's template knows no such texts."""
        for i, cell in enumerate(notebook.cells):
            for j, output in enumerate(cell.get("outputs", [])):
                data = output.get("data", {})
                if "image/png" not in data or "text/html" in data:
                    continue
                metadata = output.metadata.get("image/png", {})
                attributes = {"class": "book-picture", "loading": "lazy", "src": root + self.file("pictures", base64.b64decode(data["image/png"]), "png")}
                attributes["alt"] = metadata.get("alt", "".join(data.get("text/plain", "")).split("\n")[0])
                attributes.update({name: metadata[name] for name in ("width", "height") if name in metadata})
                if f"{i},{j}" in charts:
                    attributes["data-chart"] = root + charts[f"{i},{j}"]
                text = " ".join(f'{name}="{html.escape(str(value))}"' for name, value in attributes.items())
                output.data = nbformat.from_dict({"text/html": f"<img {text}>"})

    def with_links(self, text, root):
        """Links to notebooks and documents become links to their pages; to what the site does not have, plain text."""
        pages = {source: page for page, _, source in self.documents}

        def link(found):
            address, inner = found.groups()
            source = address.split("/")[-1]
            if source in pages:
                return f'<a href="{root}{pages[source]}">{inner}</a>'
            if source.endswith(".ipynb"):
                return f'<a href="{re.sub(r"^.*notebooks/", root, address)[:-6]}.html">{inner}</a>'
            return inner

        return re.sub(r'<a href="((?:\.\./|[\w-]+/)*[\w-]+(?:\.md|\.ipynb)?)"[^>]*>(.*?)</a>', link, text, flags=re.S)

    def index(self, page, chapter, notebook, found):
        """Keep the text below each heading for the search."""
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        parts = re.split(r"^#{1,2} .+$", text, flags=re.M)[1:]
        for (_, anchor, heading), part in zip(found, parts):
            plain = re.sub(r"\]\([^)]*\)|[*`#|\[]|-{3,}", " ", part)
            title = html.unescape(re.sub(r"<[^>]+>", "", heading)).strip()
            self.sections.append({"page": page, "id": html.unescape(anchor), "chapter": chapter, "title": title, "text": " ".join(plain.split())})


def index_text(title, about, chapters, documents, reference):
    """The first page, as Markdown."""
    items = [f"{i}. [{html.escape(name)}]({os.path.splitext(page)[0]}.ipynb)  \n   {html.escape(question)}" for i, (page, name, question) in enumerate(chapters)]
    more = [f"- [{name}]({source})" for _, name, source in documents]
    reference_line = ["- <a href=\"api/index.html\">API reference</a>: every function, its options and an example"] if reference else []
    return "\n".join([f"# {title}", "", about, "", *items, "", *more, *reference_line])


def main():
    job = json.load(sys.stdin)
    book = Book(job)
    notebooks = [nbformat.read(file, as_version=4) for file in job["notebooks"]]
    names = [os.path.splitext(os.path.basename(file))[0] for file in job["notebooks"]]
    book.chapters = [(f"{name}.html", *heading_of(notebook, name)) for name, notebook in zip(names, notebooks)]
    for (page, title, _), notebook, file in zip(book.chapters, notebooks, job["notebooks"]):
        book.page(page, title, notebook, charts=job["charts"].get(file))
    for document in job["documents"]:
        with open(document["file"], encoding="utf-8") as stream:
            book.page(document["page"], document["title"], markdown_notebook(stream.read()))
    sections = list(book.sections)  # the answers are not found by a search
    solutions = []
    for file in job["solutions"]:
        name = os.path.splitext(os.path.basename(file))[0]
        notebook = nbformat.read(file, as_version=4)
        solutions.append(f"solutions/{name}.html")
        book.page(solutions[-1], heading_of(notebook, name)[0], notebook, f'<nav class="book-steps"><a href="../{name}.html">The chapter</a></nav>', job["charts"].get(file))
    index = index_text(job["title"], job["about"], book.chapters, book.documents, job["reference"])
    book.page("index.html", job["title"], markdown_notebook(index))
    book.write("search.js", f"bookSections({json.dumps(sections)});\n")
    book.finish()
    documents = [each["page"] for each in job["documents"]]
    print(json.dumps({"pages": ["index.html", *(page for page, _, _ in book.chapters), *solutions, *documents]}))


def markdown_notebook(text):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])


main()
