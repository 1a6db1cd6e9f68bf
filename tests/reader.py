"""A browser without JavaScript: reads pages, follows links, fills forms by what stands there."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.utils.translation import gettext, override

VOID = {"input", "meta", "link", "br", "img", "hr", "path", "circle", "line", "rect"}


class Node:
    def __init__(self, tag="", attrs=(), parent=None):
        self.tag, self.attrs, self.parent = tag, dict(attrs), parent
        self.children = []

    def find_all(self, *tags):
        for child in self.children:
            if isinstance(child, Node):
                if child.tag in tags:
                    yield child
                yield from child.find_all(*tags)

    @property
    def text(self):
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(parts).split())


class Tree(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.root = self.at = Node()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs, self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_endtag(self, tag):
        node = self.at
        while node.parent and node.tag != tag:
            node = node.parent
        if node.parent:
            self.at = node.parent

    def handle_data(self, data):
        self.at.children.append(data)


def browser_of(user):
    """A client of somebody whose session is no longer new: opening a page writes nothing."""
    client = Client()
    client.force_login(user)
    client.get("/en/help/")
    return client


def said(words, language):
    """The sentence as a reader of this language sees it."""
    with override(language):
        return gettext(words)


def text(response):
    """The page, which must have opened."""
    assert response.status_code == 200
    return response.content.decode()


class Reader:
    """Holds one page at a time. Every address that was opened is kept in `seen`."""

    def __init__(self, client):
        self.client, self.seen = client, []

    def open(self, url):
        return self.read(self.client.get(url, follow=True))

    def read(self, response):
        assert response.status_code == 200, (response.status_code, response.request["PATH_INFO"])
        self.path = response.request["PATH_INFO"]
        self.seen.append(self.path)
        self.html = response.content.decode()
        self.tree = Tree(self.html).root
        return self

    @property
    def title(self):
        return next(self.tree.find_all("h1")).text

    def links(self):
        return {node.attrs["href"]: node.text for node in self.tree.find_all("a")}

    def main(self):
        return next(self.tree.find_all("main"))

    def forms(self):
        return list(self.main().find_all("form"))

    def follow(self, part):
        """Follow the first link of the page's main part whose address holds `part`."""
        links = [node.attrs["href"] for node in self.main().find_all("a")]
        found = next((href for href in links if part in href), None)
        assert found, (part, self.path, links)
        return self.open(urljoin(self.path, found))

    def submit(self, form=None, button=None, **values):
        """Send a form with what stands in it, what is given, and the button that is pressed."""
        form = form or self.forms()[0]
        data = {**self.standing(form), **values}
        if button:
            data[button[0]] = button[1]
        action = urljoin(self.path, form.attrs.get("action") or self.path)
        send = (
            self.client.post if form.attrs.get("method", "").lower() == "post" else self.client.get
        )
        return self.read(send(urlsplit(action)._replace(fragment="").geturl(), data, follow=True))

    def standing(self, form):
        """The values that a form would send as it stands."""
        data = {}
        for node in form.find_all("input", "textarea"):
            kind = node.attrs.get("type", "text")
            if "name" not in node.attrs or kind in ("submit", "button"):
                continue
            if kind in ("radio", "checkbox") and "checked" not in node.attrs:
                continue
            data[node.attrs["name"]] = node.attrs.get("value", node.text)
        return data

    def radios(self):
        """name -> values, in the order of the page."""
        found = {}
        for node in self.main().find_all("input"):
            if node.attrs.get("type") == "radio":
                found.setdefault(node.attrs["name"], []).append(node.attrs["value"])
        return found

    def button_names(self):
        return [
            (node.attrs["name"], node.attrs.get("value", ""))
            for node in self.main().find_all("button")
            if "name" in node.attrs
        ]
