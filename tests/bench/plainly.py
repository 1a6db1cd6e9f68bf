"""The same analysis as somebody with pandas and scipy would write it, without our care."""

import os
from pathlib import Path

import pandas as pd
from scipy import stats

from tests.bench.measuring import CODES, SCALES, WAVES


def straightforward() -> dict:
    """What somebody with pandas and scipy would do with the plain file, without our care."""
    data = pd.read_csv(Path(os.environ["SPEAN_DATA_DIR"]) / "plain.csv")
    for scale in range(SCALES):
        own = [(n, code) for n, code in enumerate(CODES) if n % SCALES == scale]
        for wave in WAVES:
            for n, code in own:
                if n % 3 == 0:
                    data[f"{code}_{wave}"] = 6 - data[f"{code}_{wave}"]
            items = data[[f"{code}_{wave}" for _, code in own]]
            data[f"s{scale}_{wave}"] = items.mean(axis=1)
            k = items.shape[1]
            k / (k - 1) * (1 - items.var().sum() / items.sum(axis=1).var())
        for first, second in (("pre", "post"), ("pre", "fu3"), ("post", "fu3")):
            before, after = data[f"s{scale}_{first}"], data[f"s{scale}_{second}"]
            stats.ttest_rel(after, before)
            stats.wilcoxon(after - before)
            (after - before).groupby(data["cohort"]).agg(["mean", "std", "count"])
    for code in CODES:
        for first, second in (("pre", "post"), ("pre", "fu3"), ("post", "fu3")):
            pd.crosstab(data[f"{code}_{first}"], data[f"{code}_{second}"])
    return {}
