"""The site as `make run` starts it: gunicorn and a worker on loopback, a database of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PASSWORD = "spean-demo-2026"  # noqa: S105


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process):
    for _ in range(120):
        if process.poll() is not None:
            raise RuntimeError("the web process has ended")
        try:
            return urllib.request.urlopen(url, timeout=5)
        except OSError:
            time.sleep(0.25)
    raise RuntimeError(f"{url} does not answer")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a running site with the demo in it."""
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    env = {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "SPEAN_DATA_DIR": str(folder),
        "SPEAN_ADDRESS": address,
        "DATABASE_URL": f"sqlite:///{folder}/live.sqlite3",
    }
    env.pop("REDIS_URL", None)
    python = [sys.executable]
    for command in ("migrate", "demo"):
        subprocess.run(
            [*python, "manage.py", command], cwd=ROOT, env=env, check=True, capture_output=True
        )
    web = subprocess.Popen(
        [*python, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "-k", "gthread"]
        + ["--threads", "8"],
        cwd=ROOT,
        env=env,
    )
    worker = subprocess.Popen(
        [*python, "-m", "celery", "-A", "config", "worker", "-B", "--pool", "threads", "-c", "2"]
        + ["-l", "warning"],
        cwd=ROOT,
        env=env,
    )
    try:
        wait_for(f"{address}/km/", web)
        yield address
    finally:
        for process in (web, worker):
            process.terminate()
        for process in (web, worker):
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium):
    """A page of 360 px, as on the cheapest phones."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def sign_in(page, site, language, code):
    page.goto(f"{site}/{language}/sign-in/")
    page.fill("input[name=username]", code)
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form button")


def sideways(page):
    """By how many pixels the page is wider than the screen, and what sticks out."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const over = document.documentElement.scrollWidth - width;
            const out = [...document.querySelectorAll('body *')].filter(node =>
                node.getBoundingClientRect().right > width + 1 &&
                getComputedStyle(node).position !== 'absolute').slice(0, 3)
                .map(node => node.tagName + '.' + node.className);
            return over > 0 ? [over, out] : null;
        }"""
    )
