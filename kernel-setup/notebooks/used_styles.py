"""Which rules of a style sheet some pages can use."""

import re

import tinycss2

READ = re.compile(r"var\(\s*(--[\w-]+)")


def used_styles(css, pages, scripts=""):
    """A style sheet without comments, without rules for classes that occur in none of some pages, and without variables that nothing reads.

    pages    texts of HTML pages
    scripts  text of the scripts in them; a class that one adds occurs in it as a string
    """
    found = re.findall(r"""\bclass\s*=\s*(?:"([^"]*)"|'([^']*)')""", "\n".join(pages))
    classes = {name for pair in found for text in pair for name in text.split()}
    classes |= set(re.findall(r"[\w-]+", " ".join(re.findall(r"""['"`]([^'"`\n]*)['"`]""", scripts))))
    rules = used_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), classes)
    elsewhere = set(READ.findall("\n".join([*pages, scripts])))
    text = "".join(rule.text() for rule in rules)
    while True:  # a variable that is read only by one that nothing reads goes next
        read = elsewhere | set(READ.findall(text))
        for rule in rules:
            rule.drop_variables(read)
        shorter = "".join(rule.text() for rule in rules)
        if shorter == text:
            return text
        text = shorter


class Style:
    """A selector, and (name, text) of its declarations; the name of what is no declaration is None."""

    def __init__(self, selector, content):
        self.selector, self.declarations = selector, []
        for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
            if node.type == "declaration":
                value = tinycss2.serialize(node.value).strip() + (" !important" if node.important else "")
                self.declarations.append((node.name, f"{node.name}:{value};"))
            elif node.type != "error":
                self.declarations.append((None, node.serialize()))

    def drop_variables(self, read):
        self.declarations = [(name, text) for name, text in self.declarations if not (name or "").startswith("--") or name in read]

    def text(self):
        inner = "".join(text for _, text in self.declarations)
        return f"{self.selector}{{{inner}}}\n" if inner else ""


class Group:
    """Rules for a medium, such as print."""

    def __init__(self, head, rules):
        self.head, self.rules = head, rules

    def drop_variables(self, read):
        for rule in self.rules:
            rule.drop_variables(read)

    def text(self):
        inner = "".join(rule.text() for rule in self.rules)
        return f"{self.head}{{\n{inner}}}\n" if inner else ""


class Other:
    """Any other rule, such as the name of a font: kept as it is."""

    def __init__(self, node):
        self.node = node

    def drop_variables(self, read):
        pass

    def text(self):
        return f"{self.node.serialize()}\n"


def used_rules(nodes, classes):
    rules = []
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = [each for each in selectors_of(node.prelude) if can_match(each, classes)]
            if selectors:
                rules.append(Style(",".join(selectors), node.content))
        elif node.type == "at-rule" and node.lower_at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            rules.append(Group(f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}", used_rules(inner, classes)))
        elif node.type == "at-rule":
            rules.append(Other(node))
    return rules


def selectors_of(prelude):
    """The selectors of a list; commas in brackets and functions are inside one token."""
    parts = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def can_match(selector, classes):
    """Whether all classes occur that an element must have."""
    plain = re.sub(r"\[[^\]]*\]|:[\w-]+\([^)]*\)*", "", selector)  # `:not(.name)` matches what lacks the class
    return all(name in classes for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", plain))
