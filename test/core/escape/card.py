"""Reads a list of model cards (Markdown) and prints JSON: the text they show, and the class names in their code."""

import ast
import json
import sys

import mistune
from bs4 import BeautifulSoup

markdown = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url"])


def facts(card):
    page = BeautifulSoup(markdown(card), "html.parser")
    code = next(block.get_text() for block in page.find_all("code") if "import keras" in block.get_text())
    assigned = next(node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Assign))
    return {
        "tags": [tag.name for tag in page.find_all()],
        "rows": len(page.find("table").find_all("tr")),
        "classes": ast.literal_eval(assigned.value),
    }


json.dump([facts(card) for card in json.load(sys.stdin)], sys.stdout)
