"""Makes a static site of executed notebooks: an index and one page per chapter, linked in order.

Reads one JSON object from standard input:
    notebooks  files of executed notebooks, in order
    solutions  executed notebooks with the answers to exercises: the chapters link to their pages, in the folder solutions
    out        folder of the site; its pages are replaced
    title, about  of the index
    glossary   the Markdown file that becomes the page glossary.html
    reference  whether the folder `api` contains the API reference, to which the index and the chapters link
Prints one JSON line: {"pages": [...]}. Needs no network, and neither do the pages: pictures are inside them.
"""

import html
import json
import os
import re
import sys

import nbformat
from nbconvert import HTMLExporter

STYLE = """
body { max-width: 62rem; margin: 0 auto; padding: 0 1rem 4rem; }
nav.book { display: flex; gap: 1.5rem; flex-wrap: wrap; padding: 1rem 0; font: 15px system-ui, sans-serif; }
nav.book a { color: #0072b2; }
.highlight pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.jp-RenderedMarkdown pre { margin: 0.8em 0; }
.jp-OutputArea-output pre { word-break: normal; overflow-wrap: anywhere; }
div.output_png img, .jp-RenderedImage img { max-width: 100%; height: auto; }
"""
INDEX_STYLE = """
body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; font: 17px/1.55 system-ui, sans-serif; color: #262626; background: #fafafa; }
a { color: #0072b2; } li { margin: 0 0 1rem; } li p { margin: 0; color: #616161; }
@media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #1c1c1c; } a { color: #6bb8e8; } li p { color: #b5b5b5; } }
"""


def heading_of(notebook, name):
    """The first heading, and the text of the question beneath it."""
    text = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    title = next(iter(re.findall(r"^# (.+)$", text, re.M)), name)
    question = re.search(r"\*\*The question\.\*\*\s*(.+?)(?:\n\s*\n|$)", text, re.S)
    plain = re.sub(r"\*([^*]+)\*|`([^`]+)`", lambda found: found.group(1) or found.group(2), question.group(1)) if question else ""
    return title, " ".join(plain.split())


def write_whole(file, text):
    part = f"{file}.{os.getpid()}.part"
    with open(part, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(part, file)


def links(chapters, at, reference):
    parts = ['<a href="index.html">Contents</a>']
    for step, word in ((-1, "Previous"), (1, "Next")):
        if 0 <= at + step < len(chapters):
            page, title, _ = chapters[at + step]
            parts.append(f'<a href="{page}">{word}: {html.escape(title)}</a>')
    if reference:
        parts.append('<a href="api/index.html">API reference</a>')
    parts.append('<a href="glossary.html">Glossary</a>')
    return f'<nav class="book" aria-label="Chapters">{"".join(parts)}</nav>'


def chapter_page(notebook, title, navigation):
    # without the state of widgets, which JupyterLab may save, a page shows the picture that each widget has beside itself
    notebook.metadata.pop("widgets", None)
    # empty addresses of MathJax and RequireJS, so that pages need no network: no notebook has formulas
    page, _ = HTMLExporter(mathjax_url="", require_js_url="", jupyter_widgets_base_url="").from_notebook_node(notebook, resources={"metadata": {"name": title}})
    page = re.sub(r'(href="(?:solutions/|\.\./)?[\w-]+)\.ipynb"', r'\1.html"', page)  # links to notebooks become links to their pages
    page = page.replace('href="../docs/glossary.md"', 'href="glossary.html"')
    page = page.replace("</head>", f"<style>{STYLE}</style></head>", 1)
    page = re.sub(r"(<body[^>]*>)", lambda found: found.group(1) + navigation, page, count=1)
    return page.replace("</body>", f"{navigation}</body>", 1)


def index_page(title, about, chapters, reference):
    items = "".join(
        f'<li><a href="{page}">{html.escape(name)}</a><p>{html.escape(question)}</p></li>' for page, name, question in chapters
    )
    more = '<p><a href="glossary.html">Glossary</a>: the terms of the course</p>'
    if reference:
        more += '<p><a href="api/index.html">API reference</a>: every function, its options and an example</p>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{INDEX_STYLE}</style></head>'
        f"<body><h1>{html.escape(title)}</h1><p>{html.escape(about)}</p><ol start='0'>{items}</ol>{more}</body></html>\n"
    )


def main():
    job = json.load(sys.stdin)
    os.makedirs(job["out"], exist_ok=True)
    notebooks = [nbformat.read(file, as_version=4) for file in job["notebooks"]]
    names = [os.path.splitext(os.path.basename(file))[0] for file in job["notebooks"]]
    chapters = [(f"{name}.html", *heading_of(notebook, name)) for name, notebook in zip(names, notebooks)]
    for at, notebook in enumerate(notebooks):
        page, title, _ = chapters[at]
        write_whole(os.path.join(job["out"], page), chapter_page(notebook, title, links(chapters, at, job["reference"])))
    solutions = []
    for file in job["solutions"]:
        name = os.path.splitext(os.path.basename(file))[0]
        notebook = nbformat.read(file, as_version=4)
        back = f'<nav class="book" aria-label="Chapters"><a href="../index.html">Contents</a><a href="../{name}.html">The chapter</a></nav>'
        solutions.append(f"solutions/{name}.html")
        os.makedirs(os.path.join(job["out"], "solutions"), exist_ok=True)
        write_whole(os.path.join(job["out"], solutions[-1]), chapter_page(notebook, heading_of(notebook, name)[0], back))
    with open(job["glossary"], encoding="utf-8") as stream:
        glossary = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(stream.read())])
    write_whole(os.path.join(job["out"], "glossary.html"), chapter_page(glossary, "Glossary", links([], 0, job["reference"])))
    write_whole(os.path.join(job["out"], "index.html"), index_page(job["title"], job["about"], chapters, job["reference"]))
    print(json.dumps({"pages": ["index.html", *(page for page, _, _ in chapters), *solutions, "glossary.html"]}))


main()
