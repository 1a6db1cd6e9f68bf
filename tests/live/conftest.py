"""The site as `make run` or a server starts it: web and worker on loopback, data of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import sync_playwright

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
OURS = ("SPEAN_", "DATABASE_URL", "REDIS_URL", "CELERY_", "DJANGO_SETTINGS_MODULE")
LAPTOP = ["-B", "--pool", "threads", "-c", "2"]
SERVER = ["--pool", "prefork", "-c", "1"]


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


@contextmanager
def running_site(folder, worker, **settings):
    """Migrate, make the demo, run one web process and one worker; the address of the site."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    env |= {"SPEAN_DATA_DIR": str(folder), "SPEAN_ADDRESS": address} | settings
    python = [sys.executable, "-m"]
    for command in ("migrate", "demo"):
        done = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    processes = [
        subprocess.Popen([*python, *command], cwd=ROOT, env=env)
        for command in (
            ["gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "-k", "gthread"]
            + ["--threads", "8", "--no-control-socket"],
            ["celery", "--quiet", "-A", "config", "worker", *worker, "-l", "warning"],
        )
    ]
    try:
        wait_for(f"{address}/km/", processes[0])
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A laptop's: SQLite, messages through a folder, one worker that keeps the clock as well."""
    with running_site(tmp_path_factory.mktemp("laptop"), LAPTOP) as address:
        yield address


@pytest.fixture(scope="session")
def server_site(tmp_path_factory):
    """A ministry's: PostgreSQL and Redis."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"spean_live_{os.getpid()}"
    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        settings = {
            "DATABASE_URL": url._replace(path=f"/{name}").geturl(),
            "REDIS_URL": os.environ["REDIS_URL"],
        }
        with running_site(tmp_path_factory.mktemp("server"), SERVER, **settings) as address:
            yield address
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium):
    """A page of 360 px, as on the cheapest phones."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def sign_in(page, site, language, code, password=PASSWORD):
    page.goto(f"{site}/{language}/sign-in/")
    page.fill("input[name=username]", code)
    page.fill("input[name=password]", password)
    press(page, "main form button")


def press(page, selector):
    with page.expect_navigation():
        page.click(selector)


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
