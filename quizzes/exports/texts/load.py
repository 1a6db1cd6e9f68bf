"""Reads this bundle with pandas and recomputes the main table of its report.

    python load.py [folder of the bundle]

Needs Python 3.9 or later, pandas and scipy. Prints the table, says how far it is from
main_table.csv, and writes it to main_table_from_python.csv. From another program:
`data, table = load(folder)`.
"""

import sys
from pathlib import Path

import pandas as pd
from scipy.stats import t as student

MISSING = [-9, -8, -7, -6]  # not answered, prefers not to answer, not asked, withheld
NOT_ASKED = -7
NOISE = 1e-9  # scores that agree so far are the same
NUMBERS = ["n", "mean_pre", "sd_pre", "mean_post", "sd_post", "diff", "t", "df", "p"]


def read(folder, name):
    """A file of the bundle. Only an empty cell is missing; a code such as NA is a code."""
    kinds = {"participant": str, "cohort": str, "scale": str, "apart": str}
    path = Path(folder) / name
    return pd.read_csv(
        path, encoding="utf-8-sig", dtype=kinds, keep_default_na=False, na_values=[""]
    )


def points(data, part):
    """One item in points of its scale; missing where there is no answer, or none that counts."""
    raw = data[part.part]
    apart = [] if pd.isna(part.apart) else [int(value) for value in part.apart.split()]
    value = raw.where(~raw.isin(MISSING + apart))
    if pd.notna(part.right):
        value = (value == part.right).astype(float).where(value.notna())
    return part.low + part.high - value if part.reversed else value


def one_score(data, scores, parts):
    """The mean of what is answered where enough is; a sum is that mean times all its items."""
    rule = parts.iloc[0]
    if rule.is_whole:
        values = pd.concat([scores[part.part] for part in parts.itertuples()], axis=1)
        of = rule["size"]
    else:
        values = pd.concat([points(data, part) for part in parts.itertuples()], axis=1)
        of = (data[list(parts.part)].notna() & (data[list(parts.part)] != NOT_ASKED)).sum(axis=1)
    given = values.notna().sum(axis=1)
    score = values.mean(axis=1).where((given > 0) & (given >= rule.min_answered * of - NOISE))
    return score * rule["size"] if rule.method == "sum" and not rule.is_whole else score


def score_all(data, scoring):
    """Every score of every wave, computed from the items alone."""
    scores = {}
    for name, parts in scoring.groupby("score", sort=False):
        scores[name] = one_score(data, scores, parts)
    return pd.DataFrame(scores)


def deviation(values):
    return 0.0 if values.round(9).nunique() == 1 else values.std()


def change(before, after):
    """Of those who have both scores: means, spreads, and the paired t test."""
    both = before.notna() & after.notna()
    before, after = before[both], after[both]
    difference = after - before
    n, spread = len(difference), deviation(difference)
    t = difference.mean() / (spread / n**0.5) if spread else float("nan")
    p = 2 * student.sf(abs(t), n - 1)
    ends = [before.mean(), deviation(before), after.mean(), deviation(after)]
    return [n, *ends, difference.mean(), t, n - 1, p]


def load(folder="."):
    """The rows, missing codes as they are, and the main table computed anew from the items."""
    data, scoring = read(folder, "responses_wide.csv"), read(folder, "scoring.csv")
    scores = score_all(data, scoring)
    name_of = scoring.drop_duplicates("score").set_index(["scale", "wave"])["score"]
    table = read(folder, "main_table.csv")[["scale", "first", "second"]]
    course = data["comparison"] == 0  # the report's changes are of those who take the course
    scores = scores[course] if course.any() else scores
    found = [
        change(scores[name_of[row.scale, row.first]], scores[name_of[row.scale, row.second]])
        for row in table.itertuples(index=False)
    ]
    return data, table.join(pd.DataFrame(found, columns=NUMBERS, index=table.index))


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    data, table = load(folder)
    report = read(folder, "main_table.csv")
    print(f"{len(data)} participants, {data.shape[1]} columns")
    print(table.to_string(index=False))
    if table[NUMBERS].isna().equals(report[NUMBERS].isna()):
        furthest = (table[NUMBERS] - report[NUMBERS]).abs().max().max()
        print(f"largest difference from the report: {0 if pd.isna(furthest) else furthest:.1e}")
    else:
        print("not the same cells as in the report")
    table.to_csv(folder / "main_table_from_python.csv", index=False)


if __name__ == "__main__":
    main()
