"""What every test stands on, and what is left out where something is not installed.

With SPEAN_NOTHING_SKIPPED=1, as in .ci/run, whatever is left out is a failure.
"""

import os
import re
import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from training.actions.build import compile_messages

HERE = Path(__file__).parent
NOTHING_SKIPPED = os.environ.get("SPEAN_NOTHING_SKIPPED") == "1"
# import name -> package of requirements-dev.txt
TOOLS = {
    "factory": "factory-boy",
    "hypothesis": "hypothesis",
    "playwright": "playwright",
    "time_machine": "time-machine",
}
ABSENT = [name for name in TOOLS if find_spec(name) is None]
IMPORTED = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)

left_out = pytest.StashKey[list[str]]()


@pytest.fixture(autouse=True)
def start_in_khmer():
    """Each test begins in the site's own language; a page read before has left its own behind."""
    translation.activate(settings.LANGUAGE_CODE)


def missing_services():
    """service -> how to have it, for those that the environment does not name."""
    missing = {}
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        missing["postgresql"] = "DATABASE_URL=postgres://…"
    if not os.environ.get("REDIS_URL"):
        missing["redis"] = "REDIS_URL=redis://…"
    if "playwright" in ABSENT:
        missing["chromium"] = "playwright of requirements-dev.txt"
    elif not os.environ.get("CHROMIUM") and not shutil.which("chromium"):
        missing["chromium"] = "CHROMIUM=/path/to/chromium"
    return missing


def pytest_configure(config):
    """Compile the Khmer messages, which are not in the repository, before anything reads them."""
    config.stash[left_out] = []
    compile_messages()


@cache
def lacking(source: Path) -> frozenset[str]:
    """The tools that are not installed and that this file imports, itself or by another of ours."""
    found = set()
    for module in IMPORTED.findall(source.read_text(encoding="utf-8")):
        ours = HERE.parent / f"{module.replace('.', '/')}.py"
        if module.split(".")[0] in ABSENT:
            found.add(TOOLS[module.split(".")[0]])
        elif module.startswith("tests.") and ours.exists() and ours != source:
            found |= lacking(ours)
    return frozenset(found)


def pytest_ignore_collect(collection_path, config):
    """Leave out what needs a tool of requirements-dev.txt that is not installed."""
    if NOTHING_SKIPPED or not ABSENT:
        return None
    source = collection_path / "conftest.py" if collection_path.is_dir() else collection_path
    if source.suffix != ".py" or not source.exists() or source == HERE / "conftest.py":
        return None
    if needs := lacking(source):
        where = collection_path.relative_to(HERE.parent)
        config.stash[left_out].append(f"{where}: needs {', '.join(sorted(needs))}")
        return True
    return None


def pytest_collection_modifyitems(items):
    """Skip a live test whose services are not there. One that names none needs all of them."""
    missing = missing_services()
    for item in items:
        if HERE / "live" not in item.path.parents:
            continue
        marker = item.get_closest_marker("live")
        services = marker.args if marker and marker.args else missing
        if lacking := [missing[service] for service in services if service in missing]:
            reason = f"live test, not configured: {', '.join(lacking)}"
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[left_out]:
        terminalreporter.line(f"LEFT OUT  {line}", yellow=True, bold=True)
    if NOTHING_SKIPPED and (skipped := terminalreporter.stats.get("skipped")):
        terminalreporter.line(f"{len(skipped)} skipped, and nothing may be skipped.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if NOTHING_SKIPPED and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
