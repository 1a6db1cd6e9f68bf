"""What the study of 2012 tells about training, beside what a release measured."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

PAPER = Path(__file__).with_name("paper.yaml")
UP, DOWN, UNCLEAR, MIXED, NOTHING = "up", "down", "unclear", "mixed", "nothing"


@dataclass(frozen=True)
class Told:
    """One thing that the paper tells about training. Texts are {"km", "en"}.

    items: codes in the survey `instrument` that ask it. may, may_not: what its measured rise does
    and does not allow to say. is_apart: it is judged by its own items, not by their scale, as the
    course is not expected to move it.
    """

    code: str
    findings: tuple[str, ...]
    sections: tuple[str, ...]  # of the paper
    items: tuple[str, ...]
    text: dict
    before: dict
    after: dict
    may: dict
    may_not: dict
    is_apart: bool = False


@dataclass(frozen=True)
class ToldRow:
    """rows: of the items that were asked both times. once: codes of those that were not."""

    told: Told
    scales: list = field(default_factory=list)
    items: list = field(default_factory=list)
    once: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """What the measured change says together: up, down, unclear, mixed or nothing."""
        rows = self.items if self.told.is_apart else self.scales
        found = {row.direction for row in rows if row.is_shown}
        if not found:
            return NOTHING
        return found.pop() if len(found) == 1 else MIXED


@cache
def told() -> tuple[dict, list[Told]]:
    """(source, what it tells): the source is {"reference", "doi", "instrument"}."""
    data = yaml.safe_load(PAPER.read_text(encoding="utf-8"))
    lists = ("findings", "sections", "items")
    rows = [Told(**row | {key: tuple(row[key]) for key in lists}) for row in data["told"]]
    return data["source"], rows


def beside(
    instrument: str, items: list, rows_of_items: dict, rows_of_scales: list
) -> list[ToldRow]:
    """What the paper tells, each with the rows that speak to it; without those nothing asks.

    items: of the version, with `scale_items`. rows_of_items: code -> its row. rows_of_scales: of
    scales that are made of items. In another survey than the paper's own the items are those that
    name one of the findings.
    """
    source, all_told = told()
    found = []
    for one in all_told:
        if instrument == source["instrument"]:
            asked = [item for item in items if item.code in one.items]
        else:
            asked = [item for item in items if set(item.findings.split()) & set(one.findings)]
        if not asked:
            continue
        scales = {link.scale_id for item in asked for link in item.scale_items.all()}
        found.append(
            ToldRow(
                told=one,
                scales=[
                    row for row in rows_of_scales if row.scale.pk in scales and not one.is_apart
                ],
                items=[rows_of_items[item.code] for item in asked if item.code in rows_of_items],
                once=[item.code for item in asked if item.code not in rows_of_items],
            )
        )
    return found
