"""Start the site on this computer, `make run`. With --install-dev only install what tests need.

Run by whatever Python there is, so: the standard library alone, and nothing that Python 3.6 could
not read. What goes wrong is told in one sentence.
"""

import errno
import hashlib
import importlib.util
import ipaddress
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)


class Stop(Exception):  # noqa: N818 - its text is the sentence that the person reads
    """Why the site cannot start and what to do about it."""


def main(arguments):
    try:
        if "--install-dev" in arguments:
            make_venv()
            install("requirements.txt", "requirements-dev.txt")
            return 0
        host, port = listening_place(os.environ)
        check_port(host, port)
        make_venv()
        install("requirements.txt")
        start(host, port)
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def start(host, port):
    """Bring the database up to date, make the demo, and become the running site."""
    added = environment(host, port, os.environ, env_file_names())
    env = {**os.environ, **added}
    for command in ("migrate", "build", "demo"):
        manage(command, env)
    print(f"\nSpean runs at {env.get('SPEAN_ADDRESS', address_of(host, port))} - Ctrl-C stops it.")
    if host != "127.0.0.1":
        print("What is typed travels through this network unencrypted: for real cohorts use https.")
    sys.stdout.flush()
    os.chdir(str(ROOT))
    honcho = [str(python()), "-m", "honcho", "-e", os.devnull, "-f", "deploy/Procfile", "start"]
    os.execve(honcho[0], honcho, env)


def listening_place(environ):
    """HOST and PORT as given to make, or those of this computer alone."""
    host = environ.get("HOST") or "127.0.0.1"
    if host == "localhost":
        host = "127.0.0.1"
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise Stop(
            f"HOST is {host!r}: write HOST=127.0.0.1 for this computer alone, HOST=0.0.0.0 for "
            "everybody in the local network, or one address of this computer."
        ) from None
    port = environ.get("PORT") or "8000"
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise Stop(f"PORT is {port!r}: write a number from 1024 to 65535, for example PORT=8001.")
    return host, int(port)


def check_port(host, port):
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((host, port))
    except PermissionError:
        raise Stop(
            f"Port {port} is reserved for the system: choose one above 1023, "
            "for example `make run PORT=8001`."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Stop(
                f"Port {port} is in use, perhaps by Spean itself: stop the other program or "
                f"choose another port, for example `make run PORT={min(port + 1, 65535)}`."
            ) from None
        raise Stop(f"HOST={host} is not an address of this computer: {error.strerror}.") from None
    finally:
        probe.close()


def check_python(version, executable):
    if tuple(version[:2]) < OLDEST:
        raise Stop(
            f"Spean needs Python 3.11 or newer, and {executable} is {version[0]}.{version[1]}: "
            "install a newer one and name it, for example `make run PYTHON=python3.11`."
        )


def check_venv_module(version):
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise Stop(
            "This Python cannot make virtual environments: install what is missing, on Debian and "
            f"Ubuntu `apt install python{version[0]}.{version[1]}-venv`, and run this again."
        )


def python():
    return VENV / "bin" / "python"


def make_venv():
    """Make .venv, unless there is one that works."""
    if venv_works():
        return
    check_python(sys.version_info, sys.executable)
    check_venv_module(sys.version_info)
    print("Making .venv ...", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode:
        raise Stop(f"Making {VENV} failed; the lines above say why.")


def venv_works():
    code = f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return (
            subprocess.run([str(python()), "-c", code], stderr=subprocess.DEVNULL).returncode == 0
        )
    except OSError:
        return False


def install(*names):
    """Install each file of requirements that has changed since it was last installed."""
    done_before = []
    for name in names:
        done_before.append(name)
        stamp, digest = VENV / f"installed-{name}", digest_of(done_before)
        if stamp.exists() and stamp.read_text() == digest:
            continue
        print(f"Installing {name}; the first time this takes some minutes ...", flush=True)
        pip = [str(python()), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        if subprocess.run([*pip, "--no-input", "-r", str(ROOT / name)]).returncode:
            raise Stop(
                f"Installing {name} failed, and the lines above say why: this step needs the "
                "internet, or a package index of your own named in PIP_INDEX_URL."
            )
        stamp.write_text(digest)


def digest_of(names):
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def env_file_names():
    """The variables that .env sets; the site reads them itself."""
    path = ROOT / ".env"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return set(re.findall(r"^\s*(?:export\s+)?(\w+)\s*=", text, re.MULTILINE))


def environment(host, port, environ, in_env_file):
    """What the site must know about where it runs. What the person has set stays."""
    shown = local_address() if host == "0.0.0.0" else host  # noqa: S104
    hosts = ["localhost", "127.0.0.1", "[::1]", shown]
    wanted = {
        "SPEAN_ADDRESS": address_of(shown, port),
        "SPEAN_HOSTS": ",".join(dict.fromkeys(hosts)),
    }
    added = {
        name: value
        for name, value in wanted.items()
        if not environ.get(name) and name not in in_env_file
    }
    added["SPEAN_BIND"] = f"{host}:{port}"
    added["PATH"] = os.pathsep.join([str(VENV / "bin"), environ.get("PATH", os.defpath)])
    added["PYTHONUNBUFFERED"] = "1"
    return added


def address_of(host, port):
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


def local_address():
    """This computer's address in the local network. Nothing is sent to find it."""
    for address in (route_address(), *named_addresses()):
        if address and not ipaddress.ip_address(address).is_loopback:
            return address
    print("No local network was found: until this computer is in one, only it can open the site.")
    return "127.0.0.1"


def route_address():
    """The address from which this computer would write to another network, if it knows a way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address of nobody; a datagram socket is silent
            return probe.getsockname()[0]
        except OSError:
            return None


def named_addresses():
    """The addresses that the system lists: a hotspot without a way out has one too."""
    try:
        listed = subprocess.run(["hostname", "-I"], stdout=subprocess.PIPE).stdout.decode().split()
    except OSError:
        return []
    return [address for address in listed if ":" not in address]


def manage(command, env):
    """Run a command of manage.py; what it prints is shown, why it fails becomes a sentence."""
    argv = [str(python()), str(ROOT / "manage.py"), command]
    if command == "migrate":
        argv += ["--verbosity", "0"]
    done = subprocess.run(argv, env=env, cwd=str(ROOT), stderr=subprocess.PIPE)
    problem = done.stderr.decode(errors="replace").strip()
    if done.returncode:
        raise Stop(sentence(problem) or f"manage.py {command} failed.")
    if problem:
        print(problem, file=sys.stderr)


def sentence(problem):
    """What a command's last words mean. A fault that nobody foresaw keeps its traceback."""
    if "Traceback" not in problem:
        return problem.replace("CommandError: ", "", 1)
    kind, message = re.findall(r"^(\w[\w.]*)(?:: (.*))?$", problem, re.MULTILINE)[-1]
    if kind.endswith("ImproperlyConfigured"):
        return message
    if kind.endswith("OperationalError"):
        return f"The database does not answer; look at DATABASE_URL. It said: {message}"
    in_settings = re.findall(r'config/settings\.py", line (\d+).*\n(.*)', problem)
    if in_settings:
        line, source = in_settings[-1]
        named = re.search(r'env\.\w+\("(\w+)"', source)
        what = named.group(1) if named else f"A setting that config/settings.py uses in line {line}"
        return f"{what} cannot be read ({kind}: {message}). .env.example shows how it is written."
    return problem


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
