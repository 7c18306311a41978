"""How other programs parse texts: reads JSON ({kind: [text, ...]}), prints JSON ({kind: [parsed value, ...]})."""

import ast
import csv
import io
import json
import sys

import mistune
import yaml
from bs4 import BeautifulSoup

markdown = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url"])
soup = lambda text: BeautifulSoup(text, "html.parser")


def read_html(text):
    page = soup(text)
    return [page.p.get_text(), page.p["title"], [tag.name for tag in page.find_all()]]


def read_markdown(text):
    page = soup(markdown(text))
    return [[cell.get_text() for cell in page.find_all("td")], sorted({tag.name for tag in page.find_all()})]


readers = {
    "csv": lambda text: list(csv.reader(io.StringIO(text, newline=""))),
    "lines": lambda text: text.splitlines(),
    "python": ast.literal_eval,
    "yaml": yaml.safe_load,
    "html": read_html,
    "markdown": read_markdown,
}
given = json.load(sys.stdin)
json.dump({kind: [readers[kind](text) for text in texts] for kind, texts in given.items()}, sys.stdout)
