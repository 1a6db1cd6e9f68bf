"""What changed between two versions of a lesson, line by line."""

import difflib
from dataclasses import dataclass

SAME, ADDED, REMOVED, CUT = "same", "added", "removed", "cut"
AROUND = 3  # lines shown before and after a change
KINDS = {" ": SAME, "+": ADDED, "-": REMOVED, "@": CUT}


@dataclass(frozen=True)
class Line:
    kind: str
    text: str

    @property
    def sign(self):
        return {ADDED: "+", REMOVED: "−"}.get(self.kind, "")


def changes(before: str, after: str) -> list[Line]:
    """Both texts as one list of lines; unchanged stretches are cut out."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=AROUND, lineterm="")
    lines = [Line(KINDS[line[0]], line[1:]) for line in found if line[:3] not in ("---", "+++")]
    return [Line(CUT, "") if line.kind == CUT else line for line in lines]
