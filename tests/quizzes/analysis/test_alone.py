import subprocess
import sys

IMPORT_ALL = """
import importlib, pkgutil, sys
import quizzes.analysis
for module in pkgutil.iter_modules(quizzes.analysis.__path__, "quizzes.analysis."):
    importlib.import_module(module.name)
print(*sorted(
    name for name in sys.modules
    if name.split(".")[0] in {"django", "config", "training"}
    or name.startswith("quizzes.") and not name.startswith("quizzes.analysis")
))
print(*sorted(name for name in sys.modules if name.startswith("quizzes.analysis.")))
"""


def test_analysis_brings_in_neither_django_nor_the_project():
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True
    )

    strangers, own = done.stdout.splitlines()
    assert strangers == ""
    assert {"quizzes.analysis.change", "quizzes.analysis.disclosure"} <= set(own.split())
