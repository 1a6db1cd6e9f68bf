"""An editor's page as a browser holds it: what stands in its form, and what a press sends."""

import re

from tests.reader import Tree


def standing(response):
    """Every field of the page's form, as a browser would send it untouched."""
    root = Tree(response.content.decode()).root
    form = max(root.find_all("form"), key=lambda form: len(list(form.find_all("input"))))
    sent = {}
    for node in form.find_all("input", "textarea", "select"):
        name, kind = node.attrs.get("name"), node.attrs.get("type", "text")
        if not name or "__prefix__" in name or kind in ("submit", "button"):
            continue
        if kind in ("radio", "checkbox") and "checked" not in node.attrs:
            continue
        if node.tag == "select":
            chosen = [one for one in node.find_all("option") if "selected" in one.attrs]
            if chosen or "multiple" not in node.attrs:
                sent[name] = chosen[0].attrs["value"] if chosen else ""
        elif node.tag == "textarea":
            sent[name] = "".join(node.children).removeprefix("\n").replace("\n", "\r\n")
        else:
            sent[name] = node.attrs.get("value", "on" if kind == "checkbox" else "")
    return sent


class Page:
    """A page of the admin. `press` sends its form with what was changed in it."""

    def __init__(self, client, kind, row, language="en"):
        self.client = client
        self.url = f"/{language}/admin/training/{kind}/{getattr(row, 'pk', row)}/change/"
        self.fields = standing(client.get(self.url))

    def press(self, button="_save", without=(), **changed):
        sent = {name: value for name, value in self.fields.items() if name not in without}
        return self.client.post(self.url, {**sent, **changed, button: "1"})


def problems(response):
    """Everything that the page says is wrong, each once."""
    root = Tree(response.content.decode()).root
    lists = [node for node in root.find_all("ul") if "errorlist" in node.attrs.get("class", "")]
    return {item.text for one in lists for item in one.find_all("li")}


def stand_in(response):
    """How the texts stood when the page that asks who signs was made."""
    return re.search('name="signed" value="([0-9a-f]+)"', response.content.decode())[1]
