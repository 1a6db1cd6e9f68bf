"""What became of each item between two waves, over the people who answered it both times.

For evaluators, who also get the rows: the tables here hold small cells and are never published.
"""

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
from quizzes.reports.scores import Key, bounds_of_item

ITEM = [
    *("n", "table", "mean_pre", "mean_post", "agree_pre", "agree_post"),
    *("mcnemar", "stuart_maxwell", "p_holm", "p_bh"),
]


def item_changes(version: InstrumentVersion, content: dict, pairs, least: int) -> dict:
    """Item code -> "first-second" -> its block, of the items that both waves of a pair ask.

    pairs: of wave names. `p_holm` and `p_bh` adjust McNemar's exact p between the same two waves:
    Holm over the items of scales, Benjamini and Hochberg over all items.
    """
    in_scales = set(version.items.filter(scale_items__isnull=False).values_list("code", flat=True))
    found = {}
    for first, second in pairs:
        at_second = {item.code for item in items_of(version, second)}
        items = [item for item in items_of(version, first) if item.code in at_second]
        blocks = {
            item.code: item_change(item, content, first, second, least)
            for item in items
            if not item.is_identifying and item.option_set_id
        }
        adjust(blocks, in_scales)
        for code, block in blocks.items():
            found.setdefault(code, {})[f"{first}-{second}"] = block
    return found


def item_change(item: Item, content: dict, first: str, second: str, least: int) -> dict:
    """One item between two waves.

    Values are as they were chosen, nothing is reversed; a knowledge item is 1 (right) or 0. "Agree"
    is a value above the middle of the answers.
    """
    low, high = bounds_of_item(item)
    key = Key(item.position, item.code, low, high, False, item.right, frozenset(item.apart))
    before, after = both_times(key, content, first, second)
    if len(before) < least:
        return dict.fromkeys(ITEM) | {"suppressed": "fewer_than_min_group"}
    if len(set(before)) == 1 or len(set(after)) == 1:
        return dict.fromkeys(ITEM) | {"suppressed": "everybody_the_same"}
    values = [0, 1] if item.right else sorted(set(range(low, high + 1)) - key.apart)
    table, n, middle = transition_table(before, after, values), len(before), (low + high) / 2
    agreed = [(one > middle, other > middle) for one, other in zip(before, after, strict=True)]
    return {
        "n": n,
        "table": table,
        "mean_pre": sum(before) / n,
        "mean_post": sum(after) / n,
        "agree_pre": sum(one for one, _ in agreed) / n,
        "agree_post": sum(other for _, other in agreed) / n,
        "mcnemar": block_of(
            ["b", "c", "exact_p", "mid_p"],
            mcnemar,
            *(agreed.count((True, False)), agreed.count((False, True))),
        ),
        "stuart_maxwell": block_of(["chi2", "df", "p"], stuart_maxwell, table),
        "p_holm": None,
        "p_bh": None,
    }


def both_times(key: Key, content: dict, first: str, second: str) -> tuple[list, list]:
    """The values of those who gave a number at both waves."""
    pairs = [
        (key.value(row["waves"][first]["answers"]), key.value(row["waves"][second]["answers"]))
        for row in content["rows"]
        if first in row["waves"] and second in row["waves"]
    ]
    pairs = [pair for pair in pairs if None not in pair]
    return [before for before, _ in pairs], [after for _, after in pairs]


def block_of(keys, test, *arguments) -> dict:
    try:
        found = test(*arguments)
    except NotComputable as error:
        return dict.fromkeys(keys) | {"not_computed": error.reason}
    return {key: getattr(found, key) for key in keys}


def adjust(blocks: dict[str, dict], in_scales: set[str]) -> None:
    """Write the adjusted p values into the blocks of one pair of waves."""
    raw = {code: (block["mcnemar"] or {}).get("exact_p") for code, block in blocks.items()}
    family = [code for code in raw if code in in_scales]
    for name, codes, method in (("p_holm", family, holm), ("p_bh", list(raw), benjamini_hochberg)):
        for code, p in zip(codes, method([raw[code] for code in codes]), strict=True):
            blocks[code][name] = p
