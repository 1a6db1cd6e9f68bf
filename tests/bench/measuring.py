"""How long measuring takes with 100,000 officers, three waves and forty items.

    python -m tests.bench.measuring [--officers N]        `make bench` runs it

On SQLite and, with DATABASE_URL set, on PostgreSQL: seconds and peak memory of import, release,
report and bundle, each in a process of its own. Beside them, in the same run: the same data
unsealed out of PostgreSQL by COPY, and pandas with scipy done straightforwardly. On SQLite eight
writers save survey pages all the while; their errors are counted.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import django

WAVES = ("pre", "post", "fu3")
ITEMS, SCALES, COHORTS, WRITERS = 40, 8, 50, 8
CODES = [f"A{n + 1:02d}" for n in range(ITEMS)]


def measured(work) -> None:
    """Run one part in this process and print what it cost."""
    began = time.perf_counter()
    said = work() or {}
    spent = {
        "seconds": time.perf_counter() - began,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(spent | said))


# the run


def run(part: str, *arguments, **env) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.measuring", "--part", part, *map(str, arguments)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{part}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def line(name: str, found: dict, floor: float | None = None) -> None:
    ratio = f"{found['seconds'] / floor:6.1f}×" if floor else " " * 7
    print(f"  {name:44}{found['seconds']:9.1f} s {found['megabytes']:8.0f} MB {ratio}", flush=True)


def measure(env: dict, floor: float | None) -> None:
    for part, words in (
        ("release", "release: read, open, freeze, seal"),
        ("report", "report"),
        ("bundle", "bundle"),
        ("mixed", "mixed model, on a line of its own"),
    ):
        line(words, run(part, **env), floor)


@contextmanager
def writing(env: dict, stop: Path):
    """Eight writers save pages until the block ends; then say how many and with what errors."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.measuring", "--part", "writer", str(n)],
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(WRITERS)
    ]
    try:
        yield
    finally:
        stop.touch()
        said = [json.loads(one.communicate()[0].splitlines()[-1]) for one in writers]
        saved, errors = (sum(one[key] for one in said) for key in ("saved", "errors"))
        print(f"  {WRITERS} writers meanwhile: {saved:,} pages saved, {errors} errors")


def one_database(name: str, officers: int, url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "SPEAN_DATA_DIR": folder,
            "DATABASE_URL": url or f"sqlite:///{folder}/spean.sqlite3",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        print(f"\n{name}: {officers:,} officers × {len(WAVES)} waves × {ITEMS} items", flush=True)
        filled = run("fill", officers, **env)
        line("import_responses (all waves)", filled | {"seconds": filled["import"]})
        floor = None
        if url:
            run("plain", officers, **env)
            copied = run("copy_out", **env)
            line("floor: COPY of the same data unsealed", copied)
            floor = copied["seconds"]
            measure(env, floor)
            line("pandas + scipy, straightforwardly", run("straightforward", **env), floor)
        else:
            run("prepare_writers", **env)
            with writing(env, Path(folder) / "stop"):
                measure(env, floor)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--officers", type=int, default=100_000)
    parser.add_argument("--part", nargs="+")
    options = parser.parse_args()
    if options.part:
        part, *arguments = options.part
        arguments = [int(one) for one in arguments]
        if part == "straightforward":
            module = import_module("tests.bench.plainly")
        else:
            django.setup()
            module = import_module("tests.bench.parts")
        work = getattr(module, part)
        return work(*arguments) if part == "writer" else measured(lambda: work(*arguments))
    one_database("SQLite", options.officers, "")
    if url := os.environ.get("DATABASE_URL"):
        one_database("PostgreSQL", options.officers, url)
    else:
        print("\nPostgreSQL: not measured, DATABASE_URL names none.")


if __name__ == "__main__":
    main()
