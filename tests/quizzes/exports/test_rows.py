"""Who is in a bundle under which name, and what of the few is withheld."""

import re
from collections import Counter
from itertools import islice

import numpy as np
import pytest
import yaml

from quizzes.actions.instruments import load_instrument
from quizzes.analysis.errors import NotComputable
from quizzes.exports.layout import layout_of
from quizzes.exports.rows import draw_rows, letters_in_order
from quizzes.reports.content import Content
from tests.quizzes.conftest import INSTRUMENT
from tests.quizzes.exports.conftest import release_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(version):
    """(release, content) of the small survey: who is identified by D1 before the course."""
    return release_of(version, ["pre", "post"])


def item_rows(rows, code):
    """(letter, wave name, value or None) of everybody at each wave that has the item."""
    for wave in rows.waves:
        for item in wave.items:
            if item.code == code:
                cells = wave.cells(item)
                for letter, value, there in zip(
                    rows.letters, cells.values.tolist(), cells.there.tolist(), strict=True
                ):
                    yield letter, wave.name, value if there else None


def test_codes_letters_and_order_are_drawn_anew(made):
    first, second = draw_rows(*made), draw_rows(*made)

    assert len(set(first.codes)) == len(first) == 60
    assert all(re.fullmatch("P[0-9a-f]{12}", code) for code in first.codes)
    assert not set(first.codes) & set(second.codes)
    answers = [rows.waves[0].taken.answers.T.tolist() for rows in (first, second)]
    assert answers[0] != answers[1]
    assert sorted(answers[0]) == sorted(answers[1])
    sizes = {tuple(sorted(Counter(rows.letters).items())) for rows in (first, second)}
    drawn = {tuple(sorted(Counter(draw_rows(*made).letters).items())) for _ in range(20)}
    assert len(sizes | drawn) > 1


def test_a_row_stays_one_person_of_one_cohort(made):
    release, content = made

    rows = draw_rows(release, content)

    def people(groups, waves):
        """What people told beside D1, group by group, without the groups' names."""
        answered = {}
        for n, group in enumerate(groups):
            person = [(bool(one.taken[n]), one.answers[:3, n].tolist()) for one in waves]
            answered.setdefault(group, []).append(person)
        return sorted(sorted(group) for group in answered.values())

    assert people(rows.letters, [wave.taken for wave in rows.waves]) == people(
        content.cohorts.tolist(), list(content.waves.values())
    )


@pytest.mark.parametrize("seed", range(5))
def test_what_identifies_is_shared_by_the_smallest_group(version, seed):
    release, content = release_of(version, ["pre", "post"], seed=seed)

    rows = draw_rows(release, content)

    shared = Counter((letter, value) for letter, _wave, value in item_rows(rows, "D1"))
    assert min(shared.values()) >= 10
    assert -6 in {value for _letter, value in shared}


def test_only_what_identifies_is_withheld(made):
    rows = draw_rows(*made)

    for code in ("Q1", "Q2", "K1"):
        assert -6 not in {value for _letter, _wave, value in item_rows(rows, code)}


def test_somebody_who_was_absent_is_withheld_like_the_others(version):
    """An empty cell is a value that too few may share, so -6 takes its place too."""
    release, content = release_of(version, ["pre"], people=40)
    taken = content.waves["pre"]
    taken.taken[:] = True
    taken.taken[:3] = False
    taken.answers[3, :] = 1

    rows = draw_rows(release, Content(np.full(40, content.cohorts[0]), content.waves))

    # The three are too few, and so few with -6 that everybody of the cohort joins them.
    assert [value for _letter, _wave, value in item_rows(rows, "D1")] == [-6] * 40


def test_a_cohort_of_few_loses_its_letter(version):
    release, content = release_of(version, ["pre"], people=40)
    cohorts = np.where(np.arange(40) < 4, 1, 2)

    rows = draw_rows(release, Content(cohorts, content.waves))

    assert min(Counter(rows.letters).values()) >= 10
    assert "withheld" in rows.letters


def test_fewer_than_the_smallest_group_are_no_rows(version):
    release, content = release_of(version, ["pre"], people=9)

    with pytest.raises(NotComputable, match="fewer_than_k_rows"):
        draw_rows(release, content)


def test_no_letter_is_read_as_missing():
    names = list(islice(letters_in_order(), 2000))

    assert names[:3] == ["A", "B", "C"]
    assert names[25:28] == ["Z", "AA", "AB"]
    assert "NA" not in names
    assert len(set(names)) == 2000


def test_comparison_cohorts_keep_apart_and_are_left_out_where_they_are_few(version):
    release, content = release_of(version, ["pre"], people=60, compared=1)
    first = min(content.cohorts)

    rows = draw_rows(release, content)

    assert rows.compared.sum() == (content.cohorts == first).sum()
    groups = Counter(zip(rows.compared.tolist(), rows.letters, strict=True))
    assert min(groups.values()) >= 10
    few = np.where(np.arange(60) < 9, first, first + 1)
    assert len(draw_rows(release, Content(few, content.waves))) == 51
    with pytest.raises(NotComputable, match="fewer_than_k_rows"):
        draw_rows(release, Content(np.where(np.arange(60) < 51, first, first + 1), content.waves))


def test_a_score_does_not_tell_what_is_withheld(db):
    data = yaml.safe_load(INSTRUMENT)
    data["items"][3]["scale"] = "view"
    for item in data["items"][:3]:
        item.pop("scale", None)
        item.pop("reverse", None)
    version = load_instrument(yaml.safe_dump(data, allow_unicode=True))[0]

    layout = layout_of(draw_rows(*release_of(version, ["pre"], people=20)))

    cells = {column.name: column.cells for column in layout.columns}
    shown, score = cells["D1_t0"], cells["sc_view_mean_t0"]
    is_withheld = shown.there & (shown.values == -6) & score.there
    assert is_withheld.sum() > 3
    assert set(score.values[is_withheld].tolist()) == {-9}
