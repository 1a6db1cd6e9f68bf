import csv
import io
import uuid
from datetime import timedelta
from zipfile import ZipFile

import numpy as np
import pytest
from django.utils import timezone, translation

from quizzes.actions.exports import request_export
from quizzes.actions.releases import ReleaseError, publish, request_release
from quizzes.actions.responses import agree, ask, save_page, send
from quizzes.actions.studies import add_cohort, close_wave, make_study
from quizzes.keys import keys_of, make_keys
from quizzes.models import CohortWave, Release, Response
from quizzes.reports.build import build_release, build_report
from quizzes.reports.content import content_of
from quizzes.reports.frozen import place_of, report_of, seal_report
from quizzes.reports.guard import GivesAwayError
from quizzes.tasks import build_export
from quizzes.tasks import build_release as build_task
from tests.quizzes.conftest import officers
from training.models import Cohort, Job

pytestmark = pytest.mark.django_db


def answer(user, wave, *, study="small", **values):
    asked = ask(f"{study}-{wave}", user)
    agree(asked, consent_version=1, language="km")
    save_page(asked, 1, values, uid=str(uuid.uuid4()), session="s", language="km", is_done=True)
    send(asked)


def answered(study, *, people=12, name="Done", origin="real"):
    """A cohort whose people rose by one point on Q1; its waves are open still."""
    cohort = Cohort.objects.create(
        name=name, ends_on=timezone.localdate() + timedelta(days=9), origin=origin
    )
    add_cohort(study, cohort)
    for n, user in enumerate(officers(cohort, people)):
        answer(user, "pre", Q1=1 + n % 4, Q2=3, D1=1 + n % 2)
        answer(user, "post", Q1=2 + n % 4, Q2=3)
    return cohort


def close_all(cohort):
    for row in CohortWave.objects.filter(study_cohort__cohort=cohort):
        close_wave(row)


def finished(study, **fields):
    """The same with everything closed."""
    cohort = answered(study, **fields)
    close_all(cohort)
    return cohort


def waves_of(*cohorts, names=("pre", "post")):
    rows = CohortWave.objects.filter(study_cohort__cohort__in=cohorts, wave__name__in=names)
    return list(rows.select_related("wave", "study_cohort__cohort"))


@pytest.fixture
def built(study):
    release = request_release(study, waves_of(finished(study)))
    build_release(release)
    return release


def test_an_open_wave_is_not_released(study, cohort):
    with pytest.raises(ReleaseError):
        request_release(study, waves_of(cohort))


def test_nothing_is_no_release(study):
    with pytest.raises(ReleaseError):
        request_release(study, [])


def test_simulated_and_real_cohorts_are_not_released_together(study):
    one = finished(study, name="real")
    other = finished(study, name="simulated", origin="simulated")

    with pytest.raises(ReleaseError):
        request_release(study, waves_of(one, other))
    assert request_release(study, waves_of(other)).is_simulated


def test_the_same_set_is_the_same_release(study):
    rows = waves_of(finished(study))

    assert request_release(study, rows) == request_release(study, rows[::-1])
    assert Release.objects.count() == 1


def test_two_releases_do_not_differ_by_a_small_cohort(study):
    large, small = finished(study), finished(study, people=4, name="small")
    request_release(study, waves_of(large, small))

    with pytest.raises(ReleaseError, match="small"):
        request_release(study, waves_of(large))


def test_two_releases_may_differ_by_a_large_cohort(study):
    one, other = finished(study), finished(study, name="other")
    request_release(study, waves_of(one))

    assert request_release(study, waves_of(one, other)).number == 2


def test_three_releases_do_not_give_a_small_cohort_away_by_addition(study):
    """s and a, s and b, and all: each two are far apart, but the first two less the last are s."""
    small = finished(study, people=4, name="small")
    one, other = finished(study, name="one"), finished(study, name="other")
    request_release(study, waves_of(small, one))
    request_release(study, waves_of(small, other))

    with (
        translation.override("en"),
        pytest.raises(ReleaseError, match="10 people answered, in small"),
    ):
        request_release(study, waves_of(small, one, other))
    with pytest.raises(ReleaseError):  # one wave of it is enough
        request_release(study, waves_of(small, one, other, names=("post",)))
    assert study.releases.count() == 2


def test_a_release_that_was_refused_is_no_comparison(study):
    large, small = finished(study), finished(study, people=4, name="small")
    refused = request_release(study, waves_of(large, small))
    Job.objects.filter(pk=refused.job_id).update(state=Job.State.FAILED, error="gives_away")

    request_release(study, waves_of(large))

    with pytest.raises(ReleaseError, match="small"):  # it would be one if it were built now
        request_release(study, waves_of(large, small))


def test_a_release_holds_every_participant_once_and_no_code(built):
    content = content_of(built)

    assert len(content) == 12
    assert sorted(content.waves["pre"].answers[0]) == sorted([1, 2, 3, 4] * 3)
    assert content.waves["post"].taken.all()
    packed = keys_of(built.study).open_bytes(built.content, place=place_of(built, "content"))
    codes = Response.objects.values_list("code", flat=True)
    assert not any(code.encode() in packed for code in codes)


def test_the_report_tells_the_change_of_the_pairs(built):
    report = report_of(built)

    change = report["change"]["view"]["pre-post"]
    assert (change["n"], change["diff"]) == (12, 0.5)
    assert (change["improved"], change["unchanged"], change["worsened"]) == (12, 0, 0)
    assert change["not_computed"] == "no_variation"
    assert report["flow"] == [
        {
            "cohort": "Done",
            "comparison": False,
            "enrolled": 12,
            "pre": 12,
            "post": 12,
            "paired": 12,
        },
        {"cohort": None, "enrolled": 12, "pre": 12, "post": 12, "paired": 12},
    ]
    assert report["reliability"]["view"]["pre"]["suppressed"] == "fewer_than_30"


def test_a_group_below_the_least_shows_nothing(study):
    release = request_release(study, waves_of(finished(study, people=9)))
    build_release(release)

    report = report_of(release)

    assert report["scores"]["view"]["pre"] == {
        **dict.fromkeys(["n", "mean", "sd", "ci", "floor", "ceiling"]),
        "suppressed": "fewer_than_min_group",
    }
    assert report["change"]["view"]["pre-post"]["suppressed"] == "fewer_than_min_group"
    assert report["change"]["view"]["pre-post"]["n"] is None
    assert report["flow"][0]["pre"] is None


def test_only_a_built_release_is_published_and_only_once(study):
    release = request_release(study, waves_of(finished(study)))

    publish(release)
    release.refresh_from_db()
    assert release.published_at is None

    build_release(release)
    publish(release)
    release.refresh_from_db()
    first = release.published_at
    publish(release)
    release.refresh_from_db()
    assert first
    assert release.published_at == first


def test_building_twice_changes_nothing(built):
    before = bytes(built.content)

    build_release(built)

    assert bytes(Release.objects.get().content) == before


def test_a_worker_builds_release_and_file_and_says_so(study, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    release = request_release(study, waves_of(finished(study)))

    build_task(release.job_id)
    export = request_export(release)
    build_export(export.job_id)
    build_export(export.job_id)

    assert {job.state for job in Job.objects.all()} == {Job.State.DONE}
    export.refresh_from_db()
    assert export.rows == 12
    with export.file.open() as file, ZipFile(file) as bundle:
        raw = bundle.read("responses_wide.csv")
    assert raw.startswith(b"\xef\xbb\xbf")  # so that Excel reads Khmer
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert sorted(row["Q1_t1"] for row in rows) == sorted("2345" * 3)
    assert {row["D1_t0"] for row in rows} == {"-6"}  # groups of six are too small to tell
    assert {row["cohort"] for row in rows} == {"A"}
    assert {row["K1_t0"] for row in rows} == {"-9"}


def released(study, *cohorts, names=("pre", "post")):
    release = request_release(study, waves_of(*cohorts, names=names))
    build_release(release)
    return release


def is_published(release):
    release.refresh_from_db()
    return release.published_at is not None


def test_cohorts_may_be_published_apart_and_together_where_each_is_large(study):
    one, other = finished(study), finished(study, name="other")

    for release in (released(study, one), released(study, one, other), released(study, other)):
        publish(release)
        assert is_published(release)


@pytest.fixture
def unguarded(monkeypatch):
    """Releases as they were built before anybody looked whether they give a few away."""
    monkeypatch.setattr("quizzes.reports.build.check_release", lambda release, report: report)


def test_what_would_give_a_few_away_by_subtraction_is_not_built(study):
    """Eleven answered before and eleven after, but only eight of them both times."""
    one, other = eight_of_fourteen(study)
    released(study, one)

    with pytest.raises(GivesAwayError):
        released(study, one, other)
    assert Release.objects.get(number=2).content is None


@pytest.mark.usefixtures("unguarded")
def test_what_would_give_a_few_away_by_subtraction_is_not_published(study):
    one, other = eight_of_fourteen(study)
    publish(released(study, one))
    both = released(study, one, other)

    with pytest.raises(ReleaseError):
        publish(both)
    assert not is_published(both)


def eight_of_fourteen(study):
    one, other = finished(study), answered(study, people=14, name="other")
    theirs = Response.objects.filter(cohort_wave__study_cohort__cohort=other)
    codes = sorted(theirs.filter(wave__name="pre").values_list("code", flat=True))
    theirs.filter(wave__name="pre", code__in=codes[:3]).delete()
    theirs.filter(wave__name="post", code__in=codes[-3:]).delete()
    close_all(other)
    return one, other


@pytest.mark.usefixtures("unguarded")
def test_three_releases_are_not_published_if_their_sum_gives_a_few_away(study):
    """Where the third was made before anybody looked at more than two."""
    small = finished(study, people=4, name="small")
    one, other = finished(study, name="one"), finished(study, name="other")
    for cohorts in ((small, one), (small, other)):
        publish(released(study, *cohorts))
    third = Release.objects.create(study=study, number=3, digest="third")
    third.cohort_waves.set(waves_of(small, one, other))
    sizes = {"view": {small.pk: 4, one.pk: 12, other.pk: 12}}
    third.report = seal_report(keys_of(study), third, {}, sizes)
    third.content, third.built_at = b"sealed", timezone.now()
    third.save()

    with translation.override("en"), pytest.raises(ReleaseError, match="adds and subtracts"):
        publish(third)
    assert not is_published(third)


def test_few_scores_on_one_scale_are_enough_to_keep_it_back(study):
    """Twelve answered both times, but only four of them enough of the scale's items."""
    one, other = finished(study), finished(study, name="other")
    published, both = released(study, one), released(study, one, other)
    content = content_of(both)
    theirs = np.flatnonzero(content.cohorts == other.pk)
    content.waves["post"].answers[:2, theirs[4:]] = -9
    sealed = seal_report(keys_of(study), both, *build_report(both, content))
    Release.objects.filter(pk=both.pk).update(report=sealed)
    publish(published)

    with pytest.raises(ReleaseError):
        publish(Release.objects.get(pk=both.pk))
    assert not is_published(both)


def test_a_cohort_is_published_in_one_comparison_only(version, settings, tmp_path):
    """Before and after; then before and later: the difference is of those who were lost."""
    settings.KEY_DIR = tmp_path
    study = make_study("THREE", version, ["pre", "post", "fu3"])
    make_keys(study)
    cohort = Cohort.objects.create(
        name="C", starts_on=timezone.localdate(), ends_on=timezone.localdate()
    )
    add_cohort(study, cohort)
    CohortWave.objects.filter(wave__name="fu3").update(opens_on=None)
    for n, user in enumerate(officers(cohort, 12)):
        for wave in ("pre", "post", "fu3"):
            answer(user, wave, study="three", Q1=1 + n % 4, Q2=3)
    for row in CohortWave.objects.all():
        close_wave(row)
    publish(released(study, cohort))
    later = released(study, cohort, names=("pre", "fu3"))
    all_three = released(study, cohort, names=("pre", "post", "fu3"))

    with pytest.raises(ReleaseError):
        publish(later)
    publish(all_three)  # trainers see the same comparison of it

    assert not is_published(later)
    assert is_published(all_three)


def test_one_wave_alone_is_not_published(study):
    release = released(study, finished(study), names=("pre",))

    with pytest.raises(ReleaseError):
        publish(release)


def test_a_file_says_of_what_it_is(study):
    release = released(study, finished(study, origin="simulated"))

    assert request_export(release).file_name == (
        f"SMALL-release1-simulated-file{release.exports.get().pk}.zip"
    )
