"""Describes HTML pages: each line of input is a page as a JSON string, each line of output its contents as JSON."""

import json
import sys

from bs4 import BeautifulSoup

for line in sys.stdin:
    page = BeautifulSoup(json.loads(line), "html.parser")
    tags = page.find_all()
    facts = {
        "tags": [tag.name for tag in tags],
        "handlers": [f"{tag.name} {name}" for tag in tags for name in tag.attrs if name.startswith("on")],
        "links": [tag["href"] for tag in page.find_all("a") if ":" in tag["href"]],
        "cells": [[cell.get_text() for cell in row.find_all("td")] for row in page.find_all("tr")],
        "labels": [tag.get("aria-label", "") for tag in page.select("figure svg[role=img]")],
    }
    print(json.dumps(facts), flush=True)
