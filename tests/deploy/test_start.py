"""What `make run` says when something is wrong, and what it tells the site about where it runs."""

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import start

ROOT = Path(__file__).parents[2]


def run_start(*arguments, root=ROOT, **env):
    return subprocess.run(
        [sys.executable, root / "deploy" / "start.py", *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def copy(tmp_path):
    """The script in a folder of its own, with a site that needs no packages."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "start.py", tmp_path / "deploy")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    return tmp_path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_an_old_python_can_read_the_script_to_be_refused_by_it():
    ast.parse((ROOT / "deploy" / "start.py").read_text(), feature_version=(3, 6))

    with pytest.raises(start.Stop) as refused:
        start.check_python((3, 9, 2), "/usr/bin/python3")

    assert str(refused.value) == (
        "Spean needs Python 3.11 or newer, and /usr/bin/python3 is 3.9: install a newer one and "
        "name it, for example `make run PYTHON=python3.11`."
    )


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1)])
def test_a_new_python_is_taken(version):
    start.check_python(version, "python3")


@pytest.mark.parametrize("absent", ["venv", "ensurepip"])
def test_a_missing_venv_module_is_named_with_its_package(monkeypatch, absent):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: name != absent or None)

    with pytest.raises(start.Stop, match=r"`apt install python3\.12-venv`"):
        start.check_venv_module((3, 12, 1))


def test_a_busy_port_is_one_sentence():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = run_start(HOST="", PORT=str(port))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Port {port} is in use, perhaps by Spean itself: stop the other program or choose "
        f"another port, for example `make run PORT={port + 1}`.\n"
    )


@pytest.mark.parametrize("port", ["", "0", "70000", "http"])
def test_a_port_is_a_number(port):
    if port:
        with pytest.raises(start.Stop, match="PORT=8001"):
            start.listening_place({"PORT": port})
    else:
        assert start.listening_place({"PORT": port}) == ("127.0.0.1", 8000)


def test_a_host_is_an_address_of_this_computer():
    assert start.listening_place({"HOST": "localhost", "PORT": "81"}) == ("127.0.0.1", 81)
    with pytest.raises(start.Stop, match=r"HOST=0\.0\.0\.0 for everybody"):
        start.listening_place({"HOST": "x86_64-conda-linux-gnu"})
    with pytest.raises(start.Stop, match=r"^HOST=192\.0\.2\.1 is not an address"):
        start.check_port("192.0.2.1", free_port())


def test_alone_the_site_answers_on_this_computer_only():
    added = start.environment("127.0.0.1", 8123, {"PATH": "/bin"}, set())

    assert added == {
        "SPEAN_ADDRESS": "http://127.0.0.1:8123",
        "SPEAN_HOSTS": "localhost,127.0.0.1,[::1]",
        "SPEAN_BIND": "127.0.0.1:8123",
        "PATH": f"{ROOT}/.venv/bin:/bin",
        "PYTHONUNBUFFERED": "1",
    }


def test_in_a_room_the_site_answers_under_its_address_there(monkeypatch):
    monkeypatch.setattr(start, "route_address", lambda: "192.168.1.10")

    added = start.environment("0.0.0.0", 8000, {}, set())

    assert added["SPEAN_ADDRESS"] == "http://192.168.1.10:8000"
    assert added["SPEAN_HOSTS"] == "localhost,127.0.0.1,[::1],192.168.1.10"
    assert added["SPEAN_BIND"] == "0.0.0.0:8000"


def test_what_the_person_has_set_stays():
    environ = {"SPEAN_ADDRESS": "http://spean.local"}

    added = start.environment("127.0.0.1", 8000, environ, {"SPEAN_HOSTS"})

    assert sorted(added) == ["PATH", "PYTHONUNBUFFERED", "SPEAN_BIND"]


def test_the_address_of_a_hotspot_without_a_way_out_is_found(monkeypatch):
    monkeypatch.setattr(start, "route_address", lambda: None)
    monkeypatch.setattr(start, "named_addresses", lambda: ["127.0.1.1", "192.168.43.1"])

    assert start.local_address() == "192.168.43.1"


def test_without_a_network_the_site_runs_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr(start, "route_address", lambda: None)
    monkeypatch.setattr(start, "named_addresses", lambda: ["127.0.1.1"])

    assert start.local_address() == "127.0.0.1"
    assert capsys.readouterr().out.startswith("No local network was found")


def test_names_in_the_env_file_are_read(monkeypatch, tmp_path):
    monkeypatch.setattr(start, "ROOT", tmp_path)
    assert start.env_file_names() == set()

    (tmp_path / ".env").write_text("# SECRET_KEY=x\nSPEAN_MODE=pilot\nexport DEBUG = off\n")
    assert start.env_file_names() == {"SPEAN_MODE", "DEBUG"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"SPEAN_MODE": "live"}, "SPEAN_MODE is 'live'; write SPEAN_MODE=pilot or =production."),
        ({"SPEAN_MIN_GROUP": "3"}, "SPEAN_MIN_GROUP must be 5 or more."),
        (
            {"SPEAN_MIN_GROUP": "ten"},
            "SPEAN_MIN_GROUP cannot be read (ValueError: invalid literal for int() with base 10: "
            "'ten'). .env.example shows how it is written.",
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path, wrong, said):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **wrong}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env={**env, "SPEAN_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert done.returncode != 0
    assert start.sentence(done.stderr.strip()) == said


def test_a_database_that_is_away_is_one_sentence(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SPEAN_DATA_DIR": str(tmp_path),
            "DATABASE_URL": f"postgres://a:b@127.0.0.1:{free_port()}/c",
        },
        capture_output=True,
        text=True,
    )

    said = start.sentence(done.stderr.strip())
    assert said.startswith("The database does not answer; look at DATABASE_URL. It said: ")
    assert "\n" not in said


def test_a_command_s_own_sentence_comes_through():
    assert start.sentence("CommandError: The demo is refused.") == "The demo is refused."


def test_a_fault_that_nobody_foresaw_keeps_its_traceback():
    problem = 'Traceback (most recent call last):\n  File "x.py", line 1\nKeyError: 1'

    assert start.sentence(problem) == problem


def test_the_venv_is_made_once_and_packages_install_after_a_change(copy):
    first, second = run_start("--install-dev", root=copy), run_start("--install-dev", root=copy)

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        "Making .venv ...",
        "Installing requirements.txt; the first time this takes some minutes ...",
        "Installing requirements-dev.txt; the first time this takes some minutes ...",
    ]
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")

    (copy / "requirements-dev.txt").write_text("-r requirements.txt\n# changed\n")
    third = run_start("--install-dev", root=copy)
    assert third.stdout.startswith("Installing requirements-dev.txt")

    (copy / "requirements.txt").write_text("not a requirement at all\n")
    fourth = run_start("--install-dev", root=copy)
    assert fourth.returncode == 1
    assert fourth.stderr.splitlines()[-1].startswith("Installing requirements.txt failed")


def test_a_venv_whose_python_is_gone_is_made_anew(copy):
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "bin" / "python").symlink_to(copy / "gone")

    done = run_start("--install-dev", root=copy)

    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Making .venv ...")
