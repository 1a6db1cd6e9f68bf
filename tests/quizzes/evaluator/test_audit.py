"""Who made, read, published and took a release: what the audit keeps and what its page shows."""

from datetime import UTC

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from quizzes.actions.exports import request_export
from quizzes.actions.releases import request_release
from tests.factories import UserFactory
from tests.quizzes.evaluator.test_releases import (
    NEEDED,
    RISE,
    ask_again,
    finished,
    key_path,
    main,
    page_of,
    released,
    sent,
    taken,
    waves_of,
    work,
)
from tests.quizzes.evaluator.world import *  # noqa: F403 - the small releases
from tests.reader import said, text
from training.actions.audit import record
from training.models import AuditEntry, Role

pytestmark = pytest.mark.django_db


def times_seen(release):
    return AuditEntry.objects.about(release).filter(action="see release").count()


def lines(client, release, language="en", page=""):
    """The lines of the audit's page, as their texts."""
    address = f"/{language}/evaluation/releases/{release.pk}/audit/{page}"
    return [node.text for node in main(client.get(address)).find_all("li")]


# who read it


def test_reading_is_one_line_a_person_release_and_day(browser, evaluator, built):
    other = Client()
    other.force_login(UserFactory(roles=[Role.EVALUATOR]))
    with time_machine.travel("2026-05-02 23:50+07:00", tick=False) as clock:
        for client in (browser, browser, other):
            text(client.get(page_of(built)))
        assert times_seen(built) == 2

        clock.shift(20 * 60)  # past midnight in Cambodia
        for _ in range(2):
            text(browser.get(page_of(built)))
        assert times_seen(built) == 3

    mine = AuditEntry.objects.filter(actor=evaluator)
    assert set(mine.values_list("action", "thing", "reason")) == {
        ("see release", f"release {built.pk}", "")
    }


def test_another_release_is_another_line(browser, study):
    north = finished(study, RISE)
    both = [released(study, north, names=names) for names in (["pre"], ["pre", "post"])]

    for release in both:
        text(browser.get(page_of(release)))

    assert [times_seen(release) for release in both] == [1, 1]


def test_nobody_has_read_what_is_not_built(browser, waiting):
    browser.get(page_of(waiting))
    ask_again(browser, page_of(waiting))

    assert times_seen(waiting) == 0


def test_nobody_has_read_what_cannot_be_opened(browser, built):
    key_path(built.study).unlink()

    browser.get(page_of(built))

    assert times_seen(built) == 0


# its page


def test_the_page_tells_the_whole_story_the_newest_first(browser, evaluator, study):
    north = finished(study, RISE)
    release = request_release(study, waves_of(north, names=["pre", "post"]), by=evaluator)
    work(release.job)
    page = page_of(release)
    browser.get(page)
    browser.post(f"{page}publish/")
    browser.post(f"{page}unpublish/", {"reason": "A wrong name"})
    file = browser.post(f"{page}exports/", NEEDED).url
    export = release.exports.get()
    work(export.job)
    sent(taken(browser, f"{file}file/"))
    export.refresh_from_db()
    who = f"{evaluator.name_km} {evaluator.code}"

    found = lines(browser, release)

    now = [timezone.localtime(entry.at) for entry in AuditEntry.objects.all()]
    times = [f"{at:%d/%m/%Y %H:%M}" for at in now]
    deeds = [
        (f"took a file · file {export.pk}", f" SHA-256 {export.sha256}"),
        (f"asked for a file · file {export.pk}", " an analysis · A paper on change"),
        ("took it back from the trainers", " A wrong name"),
        ("published it for the trainers", ""),
        ("read the report", ""),
        ("asked for the release", ""),
    ]
    assert found == [
        f"{deed} {at} · {who}{why}" for (deed, why), at in zip(deeds, times, strict=True)
    ]


def test_times_are_those_of_cambodia_and_digits_khmer(browser, built):
    with time_machine.travel(timezone.datetime(2026, 5, 2, 20, 5, tzinfo=UTC), tick=False):
        record("publish release", built)

        shown = [lines(browser, built, language)[0] for language in ("en", "km")]

    nobody = "the server, or somebody whose account was deleted"
    assert shown[0] == f"published it for the trainers 03/05/2026 03:05 · {nobody}"
    words = [said(word, "km") for word in (nobody, "published it for the trainers")]
    assert shown[1] == f"{words[1]} ០៣/០៥/២០២៦ ០៣:០៥ · {words[0]}"


def test_the_page_shows_no_other_lines(browser, evaluator, study, built):
    """Neither another release's nor what is kept of people and cohorts."""
    other = released(study, finished(study, RISE, "South"), names=["pre"])
    request_export(other, by=evaluator, why="other: not of this one")
    cohort = built.cohort_waves.first().study_cohort.cohort
    officer = cohort.enrolments.first().learner
    for row in (officer, cohort, study):
        record("change", row, by=officer)
    record("see release", built, by=evaluator)

    found = lines(browser, built)

    assert len(found) == 2
    assert "read the report" in found[0]
    assert "asked for the release" in found[1]


def test_a_release_that_is_not_built_has_its_page_too(browser, evaluator, waiting):
    address = f"{page_of(waiting)}audit/"

    assert f'href="{address}"' in text(browser.get(page_of(waiting)))
    assert len(lines(browser, waiting)) == 1


def test_files_written_by_a_command_are_in_it_with_their_hash(browser, built):
    record("write files", built, reason="SHA-256 " + "ab" * 32)

    first = lines(browser, built)[0]

    assert first.startswith("wrote its files on the server")
    assert first.endswith("SHA-256 " + "ab" * 32)


def test_fifty_lines_are_a_page(browser, built):
    for n in range(60):
        record("unpublish release", built, reason=f"reason {n}")

    pages = [lines(browser, built, page=page) for page in ("", "?page=2", "?page=9", "?page=x")]

    assert [len(found) for found in pages] == [50, 11, 11, 50]
    assert [found[0].split()[-1] for found in pages] == ["59", "9", "9", "59"]
    first = main(browser.get(f"{page_of(built)}audit/"))
    assert [link.attrs["href"] for link in first.find_all("a")][-1] == "?page=2"
    assert "Page 1 of 2" in first.text


def test_what_people_wrote_is_shown_as_they_wrote_it(browser, built):
    record("unpublish release", built, reason="<b>bold</b> & so on")

    assert "&lt;b&gt;bold&lt;/b&gt; &amp; so on" in text(browser.get(f"{page_of(built)}audit/"))


# the hash


def test_a_release_with_a_hash_shows_a_short_code_of_it(browser, built):
    type(built).objects.update(content_hash="0123456789abcdef" * 4)

    codes = [(n.text, n.attrs) for n in main(browser.get(page_of(built))).find_all("code")]

    assert codes == [("0123456789ab", {"class": "mono", "lang": "en"})]
