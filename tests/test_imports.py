"""Who may import whom: config -> quizzes -> training; ways in -> actions -> models; no cycles."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WAYS_IN = {"learner", "trainer", "evaluator", "tasks", "management", "admin", "urls", "errors"}
WAYS_IN |= {"templatetags", "access", "editor", "checks"}


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def imports(path):
    """(module, line) of everything that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)}:{node.lineno} imports relatively"
            yield from ((f"{node.module}.{name.name}", node.lineno) for name in node.names)


def room(dotted):
    """The app and the room of a module: "quizzes.actions.x" -> ("quizzes", "actions")."""
    parts = dotted.removesuffix(".py").replace("/", ".").split(".")
    return parts[0], parts[1] if len(parts) > 1 else ""


def wrong(path):
    """What a file imports and must not."""
    app, own = room(str(path.relative_to(ROOT)))
    for name, line in imports(path):
        where = f"{path.relative_to(ROOT)}:{line} imports {name}"
        other, there = room(name)
        if app == "training" and other in ("quizzes", "config"):
            yield where
        if app == "quizzes" and other == "config":
            yield where
        if own == "models" and other in ("training", "quizzes") and there in WAYS_IN | {"actions"}:
            yield where
        if own == "actions" and other in ("training", "quizzes") and there in WAYS_IN:
            yield where
        if (app, own) == ("quizzes", "analysis"):
            if other == "django" or (other == "quizzes" and there != "analysis"):
                yield where
            if other in ("training", "config"):
                yield where


@pytest.mark.parametrize("path", list(sources("config", "training", "quizzes")), ids=str)
def test_imports_go_one_way(path):
    assert list(wrong(path)) == []


def test_a_web_process_loads_no_statistics():
    code = (
        "import django, sys; django.setup(); import config.urls; "
        "print([name for name in ('numpy', 'scipy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
