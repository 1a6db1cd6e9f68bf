"""What became of each item between two waves, over the people who answered it both times.

For evaluators, who also get the rows: the tables here hold small cells and are never published.
"""

import numpy as np

from quizzes.analysis.categories import (
    benjamini_hochberg,
    holm,
    mcnemar,
    stuart_maxwell,
    transition_table,
)
from quizzes.analysis.errors import NotComputable
from quizzes.models import InstrumentVersion, Item
from quizzes.models.pages import items_of
from quizzes.reports.blocks import hidden, not_computed
from quizzes.reports.bounds import key_of
from quizzes.reports.content import Content
from quizzes.reports.crosswalk import not_comparable
from quizzes.reports.scores import values_of

ITEM = [
    *("n", "table", "mean_pre", "mean_post", "agree_pre", "agree_post"),
    *("mcnemar", "stuart_maxwell", "p_holm", "p_bh"),
]


def item_changes(
    versions: dict[str, InstrumentVersion],
    content: Content,
    pairs: list[tuple[str, str]],
    least: int,
    family: list[str] = (),
) -> dict:
    """Item code -> "first-second" -> its block, of the items that both waves of a pair ask.

    versions: of each wave. `p_holm` and `p_bh` adjust McNemar's exact p between the same two waves:
    Holm over the items of `family` (the items of scales if it is empty), Benjamini and Hochberg
    over all items.
    """
    found = {}
    for first, second in pairs:
        changed = not_comparable(versions[first], versions[second])
        later = {item.code: item for item in items_of(versions[second], second)}
        blocks = {}
        for item in items_of(versions[first], first):
            if item.code not in later or item.is_identifying or not item.option_set_id:
                continue
            if item.code in changed:
                blocks[item.code] = not_computed(ITEM, "wording_changed")
            else:
                blocks[item.code] = item_change(
                    (item, later[item.code]), content, first, second, least
                )
        adjust(blocks, set(family) or in_scales(versions[first]))
        for code, block in blocks.items():
            found.setdefault(code, {})[f"{first}-{second}"] = block
    return found


def in_scales(version: InstrumentVersion) -> set[str]:
    return set(version.items.filter(scale_items__isnull=False).values_list("code", flat=True))


def item_change(
    items: tuple[Item, Item], content: Content, first: str, second: str, least: int
) -> dict:
    """One item between two waves. items: as the first and as the second wave asked it.

    Values are as they were chosen, nothing is reversed; a knowledge item is 1 (right) or 0. "Agree"
    is a value above the middle of the answers.
    """
    key = key_of(items[0])
    before = values_of(key, content.waves[first])
    after = values_of(key_of(items[1]), content.waves[second])
    both = ~np.isnan(before + after)
    before, after = before[both], after[both]
    if len(before) < least:
        return hidden(ITEM, "fewer_than_min_group")
    if np.ptp(before) == 0 or np.ptp(after) == 0:
        return hidden(ITEM, "everybody_the_same")
    values = [0, 1] if key.right else sorted(set(range(key.low, key.high + 1)) - key.apart)
    table, middle = transition_table(before, after, values), (key.low + key.high) / 2
    agreed, agrees = before > middle, after > middle
    return {
        "n": len(before),
        "table": table,
        "mean_pre": float(before.mean()),
        "mean_post": float(after.mean()),
        "agree_pre": float(agreed.mean()),
        "agree_post": float(agrees.mean()),
        "mcnemar": block_of(
            ["b", "c", "exact_p", "mid_p"],
            mcnemar,
            *(int(np.sum(agreed & ~agrees)), int(np.sum(~agreed & agrees))),
        ),
        "stuart_maxwell": block_of(["chi2", "df", "p"], stuart_maxwell, table),
        "p_holm": None,
        "p_bh": None,
    }


def block_of(keys, test, *arguments) -> dict:
    try:
        found = test(*arguments)
    except NotComputable as error:
        return not_computed(keys, error.reason)
    return {key: getattr(found, key) for key in keys}


def adjust(blocks: dict[str, dict], family: set[str]) -> None:
    """Write the adjusted p values into the blocks of one pair of waves."""
    raw = {code: (block["mcnemar"] or {}).get("exact_p") for code, block in blocks.items()}
    own = [code for code in raw if code in family]
    for name, codes, method in (("p_holm", own, holm), ("p_bh", list(raw), benjamini_hochberg)):
        for code, p in zip(codes, method([raw[code] for code in codes]), strict=True):
            blocks[code][name] = p
