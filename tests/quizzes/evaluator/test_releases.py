"""A release from its making to its file: the page before it is built, the report, what is given."""

import csv
import hashlib
import io
import json
import re
import uuid
from datetime import UTC, date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import ngettext, override

from quizzes.actions.exports import request_export
from quizzes.actions.instruments import load_instrument
from quizzes.actions.releases import request_release
from quizzes.actions.studies import add_cohort, make_study
from quizzes.analysis.errors import NotComputable
from quizzes.keys import KeysMissingError, key_path, keys_of, make_keys
from quizzes.models import CohortWave, Export, Release, Response
from quizzes.reports.build import build_report
from quizzes.reports.content import Columns, Content, pack
from quizzes.reports.frozen import place_of, report_of, seal_report
from quizzes.tasks import build_export, build_release
from tests.factories import PASSWORD, CohortFactory, EnrolmentFactory, UserFactory
from tests.reader import Tree, browser_of, said, text
from training.models import AuditEntry, Job, Role

pytestmark = pytest.mark.django_db

STUDY = "/en/evaluation/studies/SMALL/"
HEADING = "Did attitudes and knowledge change?"
HEADING_OF_ONE_WAVE = "Attitudes and knowledge at one time"
BEFORE_ALREADY = "This choice has been released before; here it is."
LANGUAGES_HIDDEN = "How many answered in Khmer and in English is not shown: too few in one of them."
BOTH = ["km", "en"] * 6
LEAST = 5
TASKS = {task.name: task for task in (build_release, build_export)}
# What six officers answered, wave by wave: most of them rise, later most of them fall again.
RISE = {"pre": [1, 2, 3, 2, 1, 3], "post": [3, 3, 5, 4, 2, 3], "fu3": [2, 2, 4, 2, 1, 3]}


def instrument(n_scales=1, n_parts=0, code="SMALL"):
    """A survey of two items a scale, and one scale made of the first n_parts of them."""

    def both(text):
        return {"km": f"ខ្មែរ {text}", "en": text}

    def scale(code, text, **fields):
        return {"code": code, "label": both(text), "short": both(text), **fields}

    def item(code, n, **fields):
        texts = {"text": both(code), "short": both(code)}
        return {"code": code, "kind": "attitude", "options": "five", "scale": f"s{n}"} | (
            texts | fields
        )

    numbers = range(1, n_scales + 1)
    scales = [scale(f"s{n}", f"Scale {n}", min_answered=0.5) for n in numbers]
    if n_parts:
        parts = [f"s{n}" for n in range(1, n_parts + 1)]
        scales.append(scale("all", "Whole", min_answered=0.5, band=0.5, of=parts))
    pairs = [(item(f"A{n}", n), item(f"B{n}", n, reverse=True)) for n in numbers]
    whole = {
        "code": code,
        "version": 1,
        "title": both("Small survey"),
        "option_sets": {"five": [{"value": n, "label": both(f"Answer {n}")} for n in range(1, 6)]},
        "scales": scales,
        "items": [one for pair in pairs for one in pair],
    }
    return load_instrument(json.dumps(whole))[0]


def small_study(version, code="SMALL", waves=("pre", "post", "fu3")):
    study = make_study(code, version, list(waves), min_group=LEAST)
    make_keys(study)
    return study


@pytest.fixture
def study(db, settings, tmp_path):
    settings.KEY_DIR = tmp_path / "keys"
    settings.MEDIA_ROOT = tmp_path / "media"
    return small_study(instrument())


@pytest.fixture
def evaluator():
    return UserFactory(roles=[Role.EVALUATOR])


@pytest.fixture
def browser(evaluator):
    return browser_of(evaluator)


def array(study, value):
    """An answer to every item: value on A1, one more on A2 and so on; the middle on every B."""
    codes = study.version.items.values_list("code", flat=True)
    return [min(value + int(code[1:]) - 1, 5) if code[0] == "A" else 3 for code in codes]


def answer(row, values):
    """File what the officers of a cohort sent in this wave, all at once: one by one takes long."""
    study, keys = row.wave.study, keys_of(row.wave.study)
    responses = []
    for user, value in values.items():
        code = keys.code_of(study, user)
        content = {"answers": array(study, value), "languages": {"km": 1}, "consent": {}}
        sealed = keys.seal(content, place=f"{study.code}|{row.wave.name}|{code}")
        own = {"wave": row.wave, "cohort_wave": row, "version": study.version}
        responses.append(Response(code=code, sealed=sealed, language="km", **own))
    Response.objects.bulk_create(responses)


def finished(study, answers, name="North", **fields):
    """A cohort that has answered and whose waves are closed.

    answers: wave -> one value for each officer, None where he or she was away.
    """
    dates = {"starts_on": date(2025, 1, 6), "ends_on": date(2025, 2, 1)}
    cohort = CohortFactory(name=name, **dates | fields)
    add_cohort(study, cohort)
    n_people = max(len(values) for values in answers.values())
    people = [EnrolmentFactory(cohort=cohort).learner for _ in range(n_people)]
    rows = CohortWave.objects.filter(study_cohort__cohort=cohort)
    for row in rows.select_related("wave__study"):
        values = zip(people, answers.get(row.wave.name, [None] * len(people)), strict=True)
        answer(row, {user: value for user, value in values if value is not None})
    rows.update(closed_at=timezone.now())
    return cohort


def waves_of(*cohorts, names=("pre", "post", "fu3")):
    rows = CohortWave.objects.filter(study_cohort__cohort__in=cohorts, wave__name__in=names)
    return list(rows.select_related("wave", "study_cohort__cohort"))


def work(job):
    """What a worker does: run the task that the row names."""
    TASKS[job.task](job.pk)


def released(study, *cohorts, names=("pre", "post", "fu3")):
    """A release of these cohorts, built."""
    release = request_release(study, waves_of(*cohorts, names=names))
    work(release.job)
    release.refresh_from_db()
    return release


def closed(study, name="North", **fields):
    """A cohort whose waves are closed and in which nobody answered."""
    return finished(study, {"pre": []}, name, **fields)


@pytest.fixture
def waiting(study, evaluator):
    """A release that no worker has taken yet, of a cohort in which nobody answered."""
    return request_release(study, waves_of(closed(study), names=["pre", "post"]), by=evaluator)


@pytest.fixture
def built(study):
    """The release of six officers' answers before and after."""
    cohort = finished(study, {wave: RISE[wave] for wave in ("pre", "post")})
    return released(study, cohort, names=["pre", "post"])


def page_of(release):
    return f"/en/evaluation/releases/{release.pk}/"


def main(response):
    return next(Tree(text(response)).root.find_all("main"))


def lead(response):
    """The sentences above everything else: what was found."""
    paragraphs = main(response).find_all("p")
    return next(node.text for node in paragraphs if "lead" in node.attrs.get("class", "").split())


def counted(response):
    """The last of them, which counts the scales."""
    return re.split(r"(?<=[.។]) (?=On |ក្នុងចំណោមមាត្រដ្ឋាន)", lead(response))[-1]


def head(response, name):
    """The headings of a section's table."""
    return [cell.text for cell in next(section(response, name).find_all("thead")).find_all("th")]


def section(response, name):
    """The section of the report under this heading."""
    found = Tree(text(response)).root.find_all("section")
    return next(node for node in found if node.attrs.get("aria-labelledby") == name)


def table(response, name):
    """The rows of a section's table, as the texts of their cells."""
    bodies = section(response, name).find_all("tbody")
    rows = [row for body in bodies for row in body.find_all("tr")]
    return [[cell.text for cell in row.find_all("th", "td")] for row in rows]


def numbers(text):
    """The numbers that a cell shows."""
    return [float(n.replace("−", "-")) for n in re.findall(r"[+−]?[0-9]+(?:\.[0-9]+)?", text)]


def as_shown(*values):
    """Numbers as a page of two decimals shows them, half of one rounded away from zero."""
    exact = (Decimal(str(value)) for value in values)
    return [float(value.quantize(Decimal("0.01"), ROUND_HALF_UP)) for value in exact]


def taken(client, address):
    """A file as it is handed out once the password is given."""
    return client.post(address, {"password": PASSWORD}, follow=True)


def sent(response):
    """The bytes of a file that is handed out; read to its end it is closed."""
    return b"".join(response.streaming_content)


NEEDED = {"purpose": "analysis", "words": "A  paper on\nchange"}  # what a file is needed for


# who may open them


def open_all(client, release, export):
    """The answers of every page about releases, and the addresses."""
    page, file = page_of(release), f"/en/evaluation/exports/{export.pk}/"
    calls = [
        (client.post, f"{STUDY}releases/"),
        (client.get, page),
        (client.get, f"{page}publish/"),
        (client.post, f"{page}publish/"),
        (client.get, f"{page}unpublish/"),
        (client.post, f"{page}unpublish/"),
        (client.get, f"{page}audit/"),
        (client.get, f"{page}exports/"),
        (client.post, f"{page}exports/"),
        (client.get, file),
        (client.get, f"{file}file/"),
        (client.post, f"{file}file/"),
        (client.post, f"/en/evaluation/jobs/{export.job.pk}/again/"),
        (client.post, f"/en/evaluation/jobs/{export.job.pk}/cancel/"),
    ]
    return [call(address) for call, address in calls], [address for _, address in calls]


def test_somebody_not_signed_in_is_asked_to(client, built):
    export = request_export(built)
    work(export.job)

    answers, addresses = open_all(client, built, export)

    asked = [f"/en/sign-in/?next={address}" for address in addresses]
    assert [answer.headers.get("Location") for answer in answers] == asked


def test_another_role_does_not_open_them(client, built):
    export = request_export(built)
    work(export.job)
    cohort = built.cohort_waves.first().study_cohort.cohort
    before = AuditEntry.objects.count()

    for role in (Role.OFFICER, Role.TRAINER, Role.EDITOR, Role.ADMINISTRATOR):
        user = UserFactory(roles=[role])
        cohort.trainers.add(user)
        client.force_login(user)
        answers, _ = open_all(client, built, export)
        assert [answer.status_code for answer in answers] == [403] * len(answers)

    built.refresh_from_db()
    assert built.published_at is None
    assert (Release.objects.count(), Export.objects.count()) == (1, 1)
    assert AuditEntry.objects.count() == before


def test_what_is_not_there_is_not_found(browser, study):
    release = f"/en/evaluation/releases/{uuid.uuid4()}/"

    answers = [
        browser.post("/en/evaluation/studies/NONE/releases/"),
        browser.get(release),
        browser.get(f"{release}publish/"),
        browser.post(f"{release}publish/"),
        browser.get(f"{release}unpublish/"),
        browser.get(f"{release}audit/"),
        browser.post(f"{release}exports/"),
        browser.get("/en/evaluation/exports/1/"),
        browser.get("/en/evaluation/exports/1/file/"),
        browser.post("/en/evaluation/jobs/1/again/"),
        browser.post("/en/evaluation/jobs/1/cancel/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)


def test_a_release_that_is_not_built_is_neither_published_nor_written_to_a_file(browser, waiting):
    parts = ("publish", "unpublish", "exports")
    answers = [browser.post(f"{page_of(waiting)}{part}/", NEEDED) for part in parts]
    answers += [browser.get(f"{page_of(waiting)}{part}/") for part in parts]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert Release.objects.get().published_at is None
    assert not Export.objects.exists()


def kept():
    """Everything that a button about releases could change."""
    return (
        list(Release.objects.order_by("pk").values()),
        list(Export.objects.values()),
        list(Job.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    )


def test_opening_the_address_of_a_button_does_nothing(browser, waiting):
    before = kept()

    made = browser.get(f"{STUDY}releases/", {"waves": 1, "cohorts": 1})
    others = [
        browser.get(address).status_code
        for address in (
            f"/en/evaluation/jobs/{waiting.job.pk}/again/",
            f"/en/evaluation/jobs/{waiting.job.pk}/cancel/",
        )
    ]

    assert (made.status_code, made.url) == (302, STUDY)
    assert others == [405] * 2
    assert kept() == before


# making one


def make(client, *cohorts, waves=("pre",), language="en"):
    """Press "Make the release" with these boxes ticked."""
    study = cohorts[0].studies.get()
    form = {
        "waves": [wave.pk for wave in study.waves.filter(name__in=waves)],
        "cohorts": [cohort.pk for cohort in cohorts],
    }
    return client.post(f"/{language}/evaluation/studies/{study.code}/releases/", form)


def refusal(response):
    """The sentence that says why there is no release."""
    return next(
        node.text
        for node in section(response, "release").find_all("div")
        if node.attrs.get("role") == "alert"
    )


@pytest.mark.parametrize("language", ["km", "en"])
def test_nothing_chosen_makes_no_release(browser, study, language):
    closed(study)

    response = browser.post(f"/{language}/evaluation/studies/SMALL/releases/", {})

    problems = [
        node.text
        for node in section(response, "release").find_all("p")
        if node.attrs.get("class") == "problem"
    ]
    assert problems == [said("This field is required.", language)] * 2
    assert said("Please look at these places again:", language) in text(response)
    assert not Release.objects.exists()


def test_the_links_of_a_refusal_lead_to_the_places_that_were_left_out(browser, study):
    closed(study)

    response = browser.post(f"{STUDY}releases/", {})

    ids = re.findall(r' id="([^"]+)"', text(response))
    links = [link.attrs["href"] for link in section(response, "release").find_all("a")]
    assert len(links) == 2
    assert [link for link in links if link.removeprefix("#") not in ids] == []


def test_what_the_study_does_not_have_cannot_be_chosen(browser, study):
    north = closed(study)
    other = small_study(study.version, "OTHER", ["pre"])
    elsewhere = finished(other, {"pre": []}, "Elsewhere")

    answers = [
        browser.post(f"{STUDY}releases/", {"waves": waves, "cohorts": cohorts})
        for waves, cohorts in (
            ([other.waves.get().pk], [north.pk]),
            ([study.waves.first().pk], [elsewhere.pk]),
            ([study.waves.first().pk], ["x"]),
        )
    ]

    assert ["Select a valid choice." in text(answer) for answer in answers] == [True, True, False]
    assert "“x” is not a valid value." in text(answers[2])
    assert not Release.objects.exists()


@pytest.mark.parametrize("language", ["km", "en"])
def test_an_open_wave_makes_no_release(browser, study, language):
    north = closed(study)
    south = CohortFactory(name="South", starts_on=date(2025, 1, 6), ends_on=date(2025, 2, 1))
    add_cohort(study, south)

    response = make(browser, north, south, language=language)

    words, wave = "Not closed yet: %(waves)s.", said("before the course", language)
    assert refusal(response) == said(words, language) % {"waves": f"South, {wave}"}
    assert refusal(response).startswith("Not closed yet:") == (language == "en")
    ticked = [
        node.attrs["value"]
        for node in section(response, "release").find_all("input")
        if "checked" in node.attrs
    ]
    assert ticked == [str(study.waves.first().pk), str(north.pk), str(south.pk)]
    assert not Release.objects.exists()


def test_every_open_wave_of_the_choice_is_named(browser, study):
    dates = {"starts_on": date(2025, 1, 6), "ends_on": date(2025, 2, 1)}
    north = closed(study)
    for name in ("South", "West"):
        add_cohort(study, CohortFactory(name=name, **dates))
    south, west = (study.cohorts.get(name=name) for name in ("South", "West"))
    post = CohortWave.objects.filter(study_cohort__cohort=west, wave__name="post")
    post.update(closed_at=timezone.now())

    response = make(browser, north, south, west, waves=("pre", "post"))

    found = re.fullmatch(r"Not closed yet: (.*)\.", refusal(response))
    assert sorted(found[1].split("; ")) == [
        "South, after the course",
        "South, before the course",
        "West, before the course",
    ]
    assert not Release.objects.exists()


def test_what_cannot_go_together_is_told_before_what_is_still_open(browser, study):
    """Else somebody closes a wave for good, for a release that there will never be."""
    north = closed(study)
    tried = CohortFactory(name="Tried", origin="simulated")
    add_cohort(study, tried)

    response = make(browser, north, tried)

    assert refusal(response) == "Simulated and real cohorts are never released together."
    assert "Not closed yet" not in text(response)
    assert not Release.objects.exists()


@pytest.mark.parametrize("language", ["km", "en"])
def test_simulated_and_real_cohorts_make_no_release_together(browser, study, language):
    cohorts = closed(study), closed(study, "Tried", origin="simulated")

    response = make(browser, *cohorts, language=language)

    words = "Simulated and real cohorts are never released together."
    assert refusal(response) == said(words, language)
    assert (words in text(response)) == (language == "en")
    assert not Release.objects.exists()


def test_a_set_that_differs_by_a_small_cohort_makes_no_second_release(browser, study):
    large = finished(study, {"pre": RISE["pre"]})
    small = finished(study, {"pre": [1, 2, 3, 4]}, "Small")
    make(browser, large, small)

    response = make(browser, large)

    assert refusal(response) == (
        "Release 1 differs from this set by Small, where fewer than 5 answered. Whoever compares "
        "the two could tell what they said. Please choose the same cohorts as there."
    )
    assert [release.cohorts for release in Release.objects.all()] == [["North", "Small"]]


def test_a_small_simulated_release_does_not_stand_in_the_way_of_a_real_one(browser, study):
    make(browser, finished(study, {"pre": [1, 2, 3, 4]}, "Tried", origin="simulated"))

    response = make(browser, finished(study, {"pre": RISE["pre"]}))

    assert response.status_code == 302
    assert Release.objects.count() == 2


def test_a_set_that_differs_by_a_large_cohort_makes_a_second_release(browser, study):
    north = finished(study, {"pre": RISE["pre"]})
    south = finished(study, {"pre": RISE["post"]}, "South")

    answers = make(browser, north), make(browser, north, south)

    releases = Release.objects.order_by("number")
    assert [answer.url for answer in answers] == [page_of(release) for release in releases]
    assert [release.number for release in releases] == [1, 2]


def test_making_a_release_leads_to_its_page_and_a_worker_builds_it(
    browser, study, evaluator, django_capture_on_commit_callbacks
):
    north = finished(study, {wave: RISE[wave] for wave in ("pre", "post")})

    with django_capture_on_commit_callbacks(execute=True):  # a worker is told
        response = make(browser, north, waves=["pre", "post"])

    release = Release.objects.get()
    assert response.url == page_of(release)
    assert {(row.study_cohort.cohort, row.wave.name) for row in release.cohort_waves.all()} == {
        (north, "pre"),
        (north, "post"),
    }
    assert release.made_by == evaluator
    assert list(AuditEntry.objects.filter(actor=evaluator).values_list("action", "thing")) == [
        ("make release", f"release {release.pk}")
    ]
    page = text(browser.get(response.url))
    assert "Release 1 is being built" in page
    assert "Waiting for a worker." in page
    assert HEADING not in page
    assert BEFORE_ALREADY not in page

    work(release.job)

    built = browser.get(response.url)
    assert [node.text for node in main(built).find_all("h1")] == [HEADING]
    assert counted(built) == (
        "On 1 of 1 scale the mean score rose, on 0 it fell; on 0 neither can be said."
    )


def test_the_same_set_leads_to_the_same_release(browser, study):
    north, south = closed(study), closed(study, "South")

    first = make(browser, north, south)
    page = text(browser.get(first.url))
    again = make(browser, south, north)

    assert [answer.url for answer in (first, again)] == [page_of(Release.objects.get())] * 2
    assert Job.objects.count() == 1
    assert BEFORE_ALREADY not in page
    assert BEFORE_ALREADY in text(browser.get(again.url))
    assert BEFORE_ALREADY not in text(browser.get(again.url))  # said once


@pytest.mark.parametrize("language", ["km", "en"])
def test_that_a_set_was_released_before_is_said_in_both_languages(browser, study, language):
    north = closed(study)
    make(browser, north)

    page = text(browser.get(make(browser, north, language=language).url))

    assert said(BEFORE_ALREADY, language) in page
    assert (BEFORE_ALREADY in page) == (language == "en")


# until it is built


def job_part(response):
    """The part of the page that follows the job."""
    return next(n for n in Tree(text(response)).root.find_all("div") if n.attrs.get("id") == "job")


def test_the_page_of_a_release_looks_again_by_itself_and_by_a_link(browser, waiting):
    part = job_part(browser.get(page_of(waiting)))

    asks = {name: value for name, value in part.attrs.items() if name.startswith("hx-")}
    assert asks == {
        "hx-get": page_of(waiting),
        "hx-trigger": "every 1s",
        "hx-swap": "outerHTML",
    }
    assert [link.attrs["href"] for link in part.find_all("a")] == [page_of(waiting)]


@pytest.mark.parametrize(
    ("language", "words", "fifty"),
    [("en", "50 percent are done.", "50"), ("km", "បានរួច៥០ភាគរយហើយ។", "៥០")],
)
def test_the_page_says_how_far_the_work_is(browser, waiting, language, words, fifty):
    """In percent alone: the rows are the answers, whose number may be small."""
    waiting.job.claim()
    waiting.job.report(3, 6)

    part = job_part(browser.get(f"/{language}/evaluation/releases/{waiting.pk}/"))

    assert said("A worker is at it.", language) in part.text
    assert words in part.text
    assert re.findall(r"\d+", part.text) == [fifty, fifty]  # the sentence and the bar
    bar = next(part.find_all("progress"))
    assert (bar.attrs["value"], bar.attrs["max"], bar.text) == ("50", "100", f"{fifty} %")


def test_before_anything_is_counted_the_page_names_no_percent(browser, waiting):
    waiting.job.claim()

    part = job_part(browser.get(page_of(waiting)))

    assert "A worker is at it." in part.text
    assert not re.search("[0-9]", part.text)
    assert "value" not in next(part.find_all("progress")).attrs


def test_a_job_that_nobody_takes_tells_how_to_start_a_worker(browser, waiting):
    words = "No worker has taken this job yet."

    assert words not in text(browser.get(page_of(waiting)))

    Job.objects.update(created_at=timezone.now() - timedelta(seconds=16))
    assert words in text(browser.get(page_of(waiting)))

    waiting.job.claim()
    assert words not in text(browser.get(page_of(waiting)))


def ask_again(client, address):
    """What htmx asks every second."""
    return client.get(address, headers={"HX-Request": "true"})


def is_fragment(response):
    return text(response).lstrip().startswith('<div class="stack" id="job"')


def test_htmx_gets_only_the_part_about_the_job(browser, waiting):
    response = ask_again(browser, page_of(waiting))

    assert is_fragment(response)
    assert "Waiting for a worker." in text(response)
    assert "HX-Refresh" not in response.headers


def test_htmx_loads_the_page_anew_once_the_release_is_built(browser, waiting):
    work(waiting.job)

    response = ask_again(browser, page_of(waiting))

    assert response.headers.get("HX-Refresh") == "true"
    assert is_fragment(response)


@pytest.fixture
def failed(waiting):
    """A release whose building broke off, since the study's key file was not there."""
    path = key_path(waiting.study)
    path.rename(path.with_suffix(".away"))
    with pytest.raises(KeysMissingError):
        work(waiting.job)
    return waiting


def bring_back_the_key(study):
    path = key_path(study)
    path.with_suffix(".away").rename(path)


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_job_that_failed_shows_its_error_and_how_to_begin_again(browser, failed, language):
    page = f"/{language}/evaluation/releases/{failed.pk}/"

    part = job_part(browser.get(page))

    assert said("The work has stopped with a fault.", language) in part.text
    assert "no key file for SMALL" in part.text
    assert [button.text for button in part.find_all("button")] == [said("Begin again", language)]
    again = [form.attrs["action"] for form in part.find_all("form")]
    assert again == [f"/{language}/evaluation/jobs/{failed.job.pk}/again/"]
    assert not [name for name in part.attrs if name.startswith("hx-")]


def test_htmx_loads_the_page_anew_once_the_job_has_failed(browser, failed):
    response = ask_again(browser, page_of(failed))

    assert response.headers["HX-Refresh"] == "true"
    assert is_fragment(response)
    assert "no key file for SMALL" in text(response)


def test_a_job_that_failed_begins_again_and_is_done_once_the_key_is_back(browser, failed):
    bring_back_the_key(failed.study)

    response = browser.post(f"/en/evaluation/jobs/{failed.job.pk}/again/", follow=True)

    assert response.redirect_chain == [(page_of(failed), 302)]
    assert "Waiting for a worker." in text(response)
    assert "no key file" not in text(response)

    work(failed.job)

    assert HEADING in text(browser.get(page_of(failed)))


def test_making_the_release_again_also_begins_a_failed_job_again(browser, failed):
    cohort = failed.cohort_waves.first().study_cohort.cohort
    bring_back_the_key(failed.study)

    response = make(browser, cohort, waves=["pre", "post"])

    assert response.url == page_of(failed)
    assert Job.objects.get().state == Job.State.WAITING


@pytest.mark.parametrize("state", [Job.State.WAITING, Job.State.RUNNING, Job.State.DONE])
def test_only_a_failed_job_begins_again(browser, waiting, state):
    Job.objects.update(state=state, tries=1)
    before = Job.objects.values().get()

    response = browser.post(f"/en/evaluation/jobs/{waiting.job.pk}/again/")

    assert response.url == page_of(waiting)
    assert Job.objects.values().get() == before


def test_a_job_that_is_neither_release_nor_file_is_not_found(browser):
    job = Job.objects.create(task="midnight", state=Job.State.FAILED)

    response = browser.post(f"/en/evaluation/jobs/{job.pk}/again/")

    assert response.status_code == 404
    assert Job.objects.get().state == Job.State.FAILED


# the report


def test_the_report_shows_the_numbers_of_the_release(browser, built):
    change = report_of(built)["change"]["s1"]["pre-post"]

    response = browser.get(page_of(built))

    (label, pre, post, diff), *others = table(response, "change")
    assert (label, others) == ("Scale 1", [])
    assert [*numbers(pre), *numbers(post), *numbers(diff)] == as_shown(
        change["mean_pre"], change["mean_post"], change["diff"], *change["ci"]
    )
    assert diff.startswith("+")
    (label, n, sd_pre, sd_post, t, p, *rest), *others = table(response, "tests")
    p_cohorts, icc, wilcoxon, r_rb, d_z, d_z_ci, g_z, d_av, *counts = rest
    assert (label, n, others) == ("Scale 1", "6", [])
    assert (p_cohorts, icc) == ("–", "–")  # there is one cohort
    shown = [sd_pre, sd_post, t, r_rb, d_z, d_z_ci, g_z, d_av]
    assert [number for cell in shown for number in numbers(cell)] == as_shown(
        *(change["sd_pre"], change["sd_post"], change["t"], change["df"]),
        *(change["wilcoxon"]["rank_biserial"], change["d_z"], *change["d_z_ci"]),
        *(change["g_z"], change["d_av"]),
    )
    assert [float(p), float(wilcoxon)] == pytest.approx(
        [change["p"], change["wilcoxon"]["p"]], abs=0.001
    )
    assert counts == ["5", "1", "0"]
    assert head(response, "tests") == [
        *("Scale", "n", "SD", "SD", "t (df)", "p", "p, cohorts", "ICC", "Wilcoxon p", "r rb"),
        *("d z", "95 % interval", "g z", "d av", "rose", "same", "fell"),
    ]


def test_the_numbers_are_those_worked_out_by_hand(browser, built):
    """Scale 1 is the mean of A1 and 3; it rises by 1, ½, 1, 1, ½ and 0."""
    response = browser.get(page_of(built))

    _, pre, post, change = table(response, "change")[0]
    assert (pre, numbers(post)) == ("2.50", as_shown(19 / 6))
    assert numbers(change) == as_shown(2 / 3, 2 / 3 - 0.4285, 2 / 3 + 0.4285)


def test_numbers_are_rounded_to_the_decimals_shown(browser, built):
    response = browser.get(page_of(built))

    _, _, post, change = table(response, "change")[0]
    assert (post, change) == ("3.17", "+0.67 0.24 to 1.10 rose")  # 19/6, 2/3, 2/3 ± 2.5706 × 1/6


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", ["2.13", "2.38", "+0.25"]), ("km", ["២,១៣", "២,៣៨", "+០,២៥"])],
)
def test_half_of_the_last_decimal_is_rounded_up(browser, study, language, shown):
    """Means of 17/8 and 19/8: cut they were 2.12 and 2.37, and 2.12 rounded to the even."""
    before = [[1, 3]] * 6 + [[2, 3]] * 2
    after = [[2, 3]] * 6 + [[1, 3]] * 2
    release = crafted(study, zip(before, after, strict=True))
    block = report_of(release)["change"]["s1"]["pre-post"]

    page = browser.get(f"/{language}/evaluation/releases/{release.pk}/")

    assert [block["mean_pre"], block["mean_post"]] == [17 / 8, 19 / 8]
    _, pre, post, change = table(page, "change")[0]
    assert [pre, post, change.split(" ")[0]] == shown


@pytest.mark.parametrize(("turn", "shown"), [(False, "+0.13"), (True, "−0.13")])
def test_half_of_a_decimal_is_rounded_away_from_zero_on_both_sides(browser, study, turn, shown):
    low = [[1, 3], [2, 3], [3, 3], [4, 3], [1, 3], [2, 3], [3, 3], [4, 3]]
    high = [[3, 3], *low[1:]]
    rows = zip(high, low, strict=True) if turn else zip(low, high, strict=True)
    release = crafted(study, rows)

    change = table(browser.get(page_of(release)), "change")[0][3]

    assert abs(report_of(release)["change"]["s1"]["pre-post"]["diff"]) == 0.125
    assert change.split(" ")[0] == shown


def test_the_report_shows_who_took_part_and_how_each_wave_scored(browser, study):
    north = finished(study, {"pre": RISE["pre"], "post": [None, 3, 5, 4, 2, 3]})
    south = finished(study, {"pre": RISE["pre"], "post": RISE["post"]}, "South")
    release = released(study, north, south, names=["pre", "post"])
    scores = report_of(release)["scores"]["s1"]

    response = browser.get(page_of(release))

    assert head(response, "flow") == [
        *("Cohort", "joined", "before the course", "after the course"),
        "before the course + after the course",
    ]
    assert table(response, "flow") == [
        ["North", "6", "6", "5", "5"],
        ["South", "6", "6", "6", "6"],
        ["All", "12", "12", "11", "11"],
    ]
    rows = table(response, "scores")
    assert [row[:-6] for row in rows] == [["Scale 1 from 50 % answered"], []]
    assert [row[-6] for row in rows] == ["before the course", "after the course"]
    assert [[int(n), *numbers(mean), *numbers(sd)] for *_, n, mean, sd, _, _ in rows] == [
        as_shown(12, scores["pre"]["mean"], scores["pre"]["sd"]),
        as_shown(11, scores["post"]["mean"], scores["post"]["sd"]),
    ]
    assert [row[-2:] for row in rows] == [["0 %", "0 %"]] * 2
    # nobody in English: the total would tell it, so that both counts are hidden
    assert LANGUAGES_HIDDEN in section(response, "flow").text
    assert not re.search("in Khmer,|in English(?! is)", section(response, "flow").text)


@pytest.mark.parametrize(
    ("later", "is_shown"),
    [(["km"] * 12, False), (["km"] * 8 + ["en"] * 4, False), (BOTH, True)],
    ids=["nobody in English", "four in English", "six in English"],
)
def test_languages_are_told_of_the_waves_where_both_numbers_may_be_shown(
    browser, study, later, is_shown
):
    """Six of each before the course; a wave with a hidden number is left out whole."""
    rows = [([1 + n % 3, 3], [1 + n % 5, 3]) for n in range(12)]
    release = crafted(study, rows, languages=(BOTH, later))

    words = section(browser.get(page_of(release)), "flow").text

    line = "Language of the answers: before the course 6 in Khmer, 6 in English"
    line += "; after the course 6 in Khmer, 6 in English" if is_shown else ""
    assert f"{line} A dash:" in words
    assert LANGUAGES_HIDDEN not in words


@pytest.mark.parametrize("language", ["km", "en"])
def test_where_no_wave_s_languages_may_be_shown_one_sentence_says_so(browser, built, language):
    words = section(browser.get(f"/{language}/evaluation/releases/{built.pk}/"), "flow").text

    assert said(LANGUAGES_HIDDEN, language) in words
    assert (LANGUAGES_HIDDEN in words) == (language == "en")
    assert said("Language of the answers", language) not in words


@pytest.fixture
def three_waves(study):
    return released(study, finished(study, RISE))


def test_a_report_of_three_waves_compares_the_first_two_unless_others_are_asked_for(
    browser, three_waves
):
    report = report_of(three_waves)["change"]["s1"]
    for query, pair, ends in (
        ("", "pre-post", ["before the course", "after the course"]),
        ("?waves=pre-post", "pre-post", ["before the course", "after the course"]),
        ("?waves=pre-fu3", "pre-fu3", ["before the course", "3 months later"]),
        ("?waves=post-fu3", "post-fu3", ["after the course", "3 months later"]),
    ):
        response = browser.get(page_of(three_waves) + query)

        assert head(response, "change") == ["Scale", *ends, "Change"]
        # whichever pair is looked at, the flow counts who took part in the first two waves
        assert head(response, "flow")[-1] == "before the course + after the course"
        _, pre, post, diff = table(response, "change")[0]
        block = report[pair]
        assert [*numbers(pre), *numbers(post), *numbers(diff)] == as_shown(
            block["mean_pre"], block["mean_post"], block["diff"], *block["ci"]
        )
        links = {
            link.attrs["href"]: link.attrs.get("aria-current")
            for link in main(response).find_all("a")
            if "?waves" in link.attrs["href"]
        }
        assert links == {
            f"?waves={name}": "page" if name == pair else None
            for name in ("pre-post", "pre-fu3", "post-fu3")
        }


def test_the_flow_s_last_column_is_named_after_the_first_two_waves_of_the_release(browser, study):
    release = released(study, finished(study, RISE), names=["post", "fu3"])

    response = browser.get(page_of(release))

    assert head(response, "flow") == [
        *("Cohort", "joined", "after the course", "3 months later"),
        "after the course + 3 months later",
    ]
    assert table(response, "flow") == [["North", *["6"] * 4], ["All", *["6"] * 4]]


def test_waves_that_are_no_pair_of_the_release_are_the_first_pair(browser, three_waves):
    plain = main(browser.get(page_of(three_waves))).text

    for junk in ("", "post-pre", "pre-pre", "pre", "x", "pre-fu6", "\x00", "-"):
        response = browser.get(page_of(three_waves), {"waves": junk})
        assert main(response).text == plain


def test_what_fell_is_said_to_have_fallen(browser, three_waves):
    fell = browser.get(page_of(three_waves) + "?waves=post-fu3")
    unclear = browser.get(page_of(three_waves) + "?waves=pre-fu3")

    words = "On 0 of 1 scale the mean score rose, on %s it fell; on %s neither can be said."
    assert counted(fell) == words % (1, 0)
    assert counted(unclear) == words % (0, 1)
    assert table(fell, "change")[0][3].startswith("−0.50 ")


@pytest.mark.parametrize("language", ["km", "en"])
def test_what_was_found_is_said_in_both_languages(browser, three_waves, language):
    page = browser.get(f"/{language}/evaluation/releases/{three_waves.pk}/")

    one = "On %(up)s of %(all)s scale the mean score rose, on %(down)s it fell; on %(unclear)s "
    words = f"{one}neither can be said.", f"{one.replace('scale', 'scales')}neither can be said."
    with override(language):
        whole = ngettext(*words, 1)
    numbers = {"up": "1", "all": "1", "down": "0", "unclear": "0"}
    khmer = {name: {"1": "១", "0": "០"}[n] for name, n in numbers.items()}
    assert counted(page) == whole % (khmer if language == "km" else numbers)
    assert (whole == words[0]) == (language == "en")
    heading = [node.text for node in main(page).find_all("h1")]
    assert heading == [said(HEADING, language)]
    assert (heading == [HEADING]) == (language == "en")


def test_a_small_group_shows_no_number(browser, study):
    """Whatever they answered: two such releases differ by nothing that stands on their pages."""
    pages = []
    for code, answers in (("ONE", [1, 2, 3, 2]), ("TWO", [5, 4, 5, 5])):
        other = small_study(study.version, code, ["pre", "post"])
        cohort = finished(other, {"pre": answers, "post": answers[::-1]})
        pages.append(browser.get(page_of(released(other, cohort))))

    said_of = [re.sub("[0-9a-f]{12}", "", main(page).text) for page in pages]  # fingerprint of rows
    assert said_of[0] == said_of[1]
    few = "too few people to show"
    page = pages[0]
    assert "Too few people answered both times: no change is shown." in text(page)
    assert table(page, "change") == [["Scale 1", few]]
    assert table(page, "tests") == [["Scale 1", few]]
    assert [row[-1] for row in table(page, "scores")] == [few, few]
    assert table(page, "flow") == [["North", "4", "–", "–", "–"], ["All", "4", "–", "–", "–"]]
    assert LANGUAGES_HIDDEN in section(page, "flow").text
    assert not re.search("in Khmer,|in English(?! is)", section(page, "flow").text)
    assert "<circle" not in "".join(re.findall("<ol.*?</ol>", text(page), flags=re.S))


@pytest.mark.parametrize("language", ["km", "en"])
def test_why_a_number_is_not_there_is_said_in_words(browser, study, language):
    cohort = finished(study, {"pre": [3] * 6, "post": RISE["post"]})
    release = released(study, cohort, names=["pre", "post"])

    page = browser.get(f"/{language}/evaluation/releases/{release.pk}/")

    same = said("everybody answered the same; not shown", language)
    fewer = said("fewer than 30 complete answers", language)
    assert [row[1:] for row in table(page, "change")] == [[same]]
    assert [row[1:] for row in table(page, "tests")] == [[same]]
    assert [row[-1] for row in table(page, "scores")][0] == same
    assert [row[-1] for row in table(page, "reliability")] == [fewer, fewer]
    assert "everybody_the_same" not in text(page)


def test_where_everybody_changed_alike_there_is_a_change_and_no_test(browser, study):
    """Such a change needs no interval to be one: it is counted by its own direction."""
    values = [1, 2, 3, 2, 1, 3]
    cohort = finished(study, {"pre": values, "post": [value + 1 for value in values]})
    release = released(study, cohort, names=["pre", "post"])
    block = report_of(release)["change"]["s1"]["pre-post"]

    page = browser.get(page_of(release))

    assert table(page, "change") == [["Scale 1", "2.50", "3.00", "+0.50 rose"]]
    # both standard deviations √0.2; each of the six ranks is positive; 0.5 over √0.2
    sds, p, d_av = ["0.45", "0.45"], f"{block['wilcoxon']['p']:.3f}", "1.12"
    assert block["wilcoxon"]["p"] < 0.05
    assert table(page, "tests") == [
        ["Scale 1", "6", *sds, "– (5)", *"–––", p, "1.00", *"–––", d_av, "6", "0", "0"]
    ]
    assert counted(page) == (
        "On 1 of 1 scale the mean score rose, on 0 it fell; on 0 neither can be said."
    )


@pytest.mark.parametrize(("step", "counts"), [(-1, (0, 1, 0)), (0, (0, 0, 1)), (1, (1, 0, 0))])
def test_a_change_without_interval_counts_by_the_sign_of_the_difference(
    browser, study, step, counts
):
    values = [2, 3, 4, 3, 2, 4]
    answers = {"pre": values, "post": [value + step for value in values]}

    page = browser.get(page_of(released(study, finished(study, answers), names=["pre", "post"])))

    words = "On %s of 1 scale the mean score rose, on %s it fell; on %s neither can be said."
    assert counted(page) == words % counts
    assert (
        table(page, "change")[0][3]
        == [
            "−0.50 fell",
            "0.00 no clear change",
            "+0.50 rose",
        ][step + 1]
    )


def crafted(study, rows, languages=None):
    """A built release of one closed cohort with these rows: answers at pre and post.

    languages: of each person's answers at pre, and at post; all in Khmer if not given.
    """
    rows = list(rows)
    languages = languages or [["km"] * len(rows)] * 2
    release = request_release(study, waves_of(closed(study), names=["pre", "post"]))
    cohort = release.cohort_waves.first().study_cohort.cohort_id
    waves = {}
    for wave, answers, spoken in zip(
        ("pre", "post"), zip(*rows, strict=True), languages, strict=True
    ):
        waves[wave] = Columns(len(rows), study.version)
        for place, (one, language) in enumerate(zip(answers, spoken, strict=True)):
            waves[wave].add(place, one, language, "web")
    content = Content(
        np.full(len(rows), cohort), {wave: columns.taken() for wave, columns in waves.items()}
    )
    keys, (report, sizes) = keys_of(study), build_report(release, content)
    release.content = keys.seal_bytes(pack(content), place=place_of(release, "content"))
    release.report = seal_report(keys, release, report, sizes)
    release.built_at = timezone.now()
    release.save()
    return release


def test_from_thirty_people_on_reliability_is_shown(browser, study):
    rows = [([1 + n % 5, 5 - (n + n // 7) % 5], [1 + n % 4, 5 - n % 4]) for n in range(30)]
    release = crafted(study, rows)
    report = report_of(release)["reliability"]["s1"]

    page = browser.get(page_of(release))

    shown = table(page, "reliability")
    assert head(page, "reliability") == ["Scale", "Wave", "items", "n", "α", "95 % interval", "ω"]
    assert [row[-5:-3] for row in shown] == [["2", "30"], ["2", "30"]]
    assert [report[wave]["k"] for wave in ("pre", "post")] == [2, 2]
    assert all(re.fullmatch(r"−?\d\.\d\d to −?\d\.\d\d", row[-2]) for row in shown)
    assert [numbers(f"{alpha} {ends}") for *_, alpha, ends, _omega in shown] == [
        as_shown(report[wave]["alpha"], *report[wave]["alpha_ci"]) for wave in ("pre", "post")
    ]


def test_a_scale_made_of_scales_is_the_overall_score(browser, settings, tmp_path):
    settings.KEY_DIR = tmp_path
    study = small_study(instrument(2, n_parts=2))
    release = released(study, finished(study, RISE), names=["pre", "post"])
    change = report_of(release)["change"]["all"]["pre-post"]

    response = browser.get(page_of(release))

    up, down = (round(100 * change[way] / change["n"]) for way in ("improved", "worsened"))
    pre, post = as_shown(change["mean_pre"], change["mean_post"])
    assert lead(response) == (
        "6 of 6 people who joined answered both times. "
        f"Whole: the mean rose from {pre:.2f} to {post:.2f} on a scale from 1 to 5. "
        f"Of the 6 people scored both times, {up} % moved up by 0.5 or more and "
        f"{down} % moved down as much. "
        "On 2 of 2 scales the mean score rose, on 0 it fell; on 0 neither can be said."
    )
    assert [row[0] for row in table(response, "change")] == ["Scale 1", "Scale 2", "Whole"]


def test_a_report_of_one_wave_compares_nothing(browser, study):
    release = released(study, finished(study, RISE), names=["post"])

    response = browser.get(page_of(release))

    assert [node.text for node in main(response).find_all("h1")] == [HEADING_OF_ONE_WAVE]
    headings = [node.text for node in main(response).find_all("h2")]
    assert "Change on each scale" not in headings
    assert "Tests and sizes" not in headings
    assert head(response, "flow") == ["Cohort", "joined", "after the course"]
    assert [row[1:3] for row in table(response, "scores")] == [["after the course", "6"]]
    assert table(response, "flow") == [["North", "6", "6"], ["All", "6", "6"]]


def test_a_simulated_release_says_so_above_and_below(browser, study):
    real = released(study, finished(study, {"pre": RISE["pre"]}), names=["pre"])
    tried = finished(study, {"post": RISE["post"]}, "Tried", origin="simulated")
    simulated = released(study, tried, names=["post"])

    for release, is_simulated in ((real, False), (simulated, True)):
        page = text(browser.get(page_of(release)))
        assert ("The numbers say nothing about real officers." in page) == is_simulated
        assert ("Everything here is simulated." in page) == is_simulated
        assert "this is change, not the effect of the course." in page


def test_the_report_is_in_khmer_with_khmer_digits(browser, built):
    response = browser.get(f"/km/evaluation/releases/{built.pk}/")

    label, pre, post, diff = table(response, "change")[0]
    assert (label, pre) == ("ខ្មែរ Scale 1", "២,៥០")
    assert (post, diff) == ("៣,១៧", "+០,៦៧ ០,២៤ ដល់ ១,១០ កើន")
    assert [row[1:] for row in table(response, "flow")] == [["៦"] * 4] * 2
    before, after = said("before the course", "km"), said("after the course", "km")
    rows = [row[-6:] for row in table(response, "scores")]
    assert [row[:2] for row in rows] == [[before, "៦"], [after, "៦"]]
    share = said("from %(share)s answered", "km") % {"share": "៥០ %"}
    assert [row[:-6] for row in table(response, "scores")] == [[f"ខ្មែរ Scale 1 {share}"], []]
    assert head(response, "flow")[-1] == f"{before} + {after}"
    codes = ("Scale 1", "SMALL 1", "CR2", *built.study.version.items.values_list("code", flat=True))
    codes += tuple(code.text for code in main(response).find_all("code"))
    shown = main(response).text
    for code in codes:
        shown = shown.replace(code, "")
    assert not re.search("[0-9]", re.sub("Answer [0-9]", "", shown))


def test_without_the_key_file_nobody_reads_a_report(browser, built):
    key_path(built.study).unlink()

    response = browser.get(page_of(built))

    assert "The keys of this study are not here. Without them nobody can open this report" in (
        text(response)
    )
    assert not list(main(response).find_all("table", "form"))


# publishing


def test_publishing_is_once_and_for_the_trainers_of_its_cohorts(browser, evaluator, waiting):
    built = waiting
    work(built.job)
    trainer = UserFactory(roles=[Role.TRAINER])
    built.cohort_waves.first().study_cohort.cohort.trainers.add(trainer)
    room = Client()
    room.force_login(trainer)
    theirs = f"/en/trainer/results/{built.pk}/"

    before = text(browser.get(page_of(built)))
    assert "Trainers of these cohorts see nothing of it before it is published" in before
    assert f'href="{page_of(built)}publish/"' in before
    assert room.get(theirs).status_code == 404

    response = browser.post(f"{page_of(built)}publish/", follow=True)

    built.refresh_from_db()
    first = built.published_at
    assert response.redirect_chain == [(page_of(built), 302)]
    assert "The trainers of these cohorts can see the result now." in text(response)
    day = f"{timezone.localdate():%-d %B %Y}"
    assert f"Published on {day}: the trainers of these cohorts see one comparison" in text(response)
    assert f"{page_of(built)}publish/" not in text(response)
    assert room.get(theirs).status_code == 200

    browser.post(f"{page_of(built)}publish/")

    built.refresh_from_db()
    assert built.published_at == first
    entries = AuditEntry.objects.filter(action="publish release")
    assert list(entries.values_list("actor", "thing")) == [(evaluator.pk, f"release {built.pk}")]


def publishing(client, release, language="en"):
    """The page that asks once more."""
    return client.get(f"/{language}/evaluation/releases/{release.pk}/publish/")


def buttons(response):
    """The words of the buttons of the page's main part."""
    return [button.text for button in main(response).find_all("button")]


def alerts(response):
    return [n.text for n in main(response).find_all("p") if n.attrs.get("role") == "alert"]


@pytest.mark.parametrize("language", ["km", "en"])
def test_publishing_is_asked_first_and_asking_changes_nothing(browser, built, language):
    before = kept()

    response = publishing(browser, built, language)

    words = "Publish this release for the trainers?"
    assert [node.text for node in main(response).find_all("h1")] == [said(words, language)]
    assert (words in text(response)) == (language == "en")
    assert ("It can be taken back" in text(response)) == (language == "en")
    waves = [said(wave, language) for wave in ("before the course", "after the course")]
    assert f"{' · '.join(waves)} North" in main(response).text
    (form,) = main(response).find_all("form")
    assert (form.attrs["method"], form.attrs.get("action")) == ("post", None)
    assert buttons(response) == [said("Publish", language)]
    assert alerts(response) == []
    links = [link.attrs["href"] for link in main(response).find_all("a")]
    assert links == [f"/{language}/evaluation/releases/{built.pk}/"]
    assert kept() == before


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_release_of_one_wave_cannot_be_published(browser, study, language):
    release = released(study, finished(study, RISE), names=["post"])
    before = kept()

    asked = publishing(browser, release, language)
    refused = browser.post(f"/{language}/evaluation/releases/{release.pk}/publish/")

    words = "A release of one wave holds no comparison to publish."
    for response in (asked, refused):
        assert said(words, language) in main(response).text
        assert (words in text(response)) == (language == "en")
        assert buttons(response) == []
    assert alerts(asked) == []
    assert alerts(refused) == [
        said("A release of one wave holds no comparison to publish.", language)
    ]
    assert kept() == before


def refused_to_publish(client, release, other, language="en"):
    """Whether publishing was refused with the words that name the other release."""
    before = kept()
    response = client.post(f"/{language}/evaluation/releases/{release.pk}/publish/")
    if response.status_code == 302:
        return False
    words = (
        "Release %(number)s has been published for some of these cohorts. Whoever compares the "
        "two could tell what a few people said."
    )
    number = other.number if language == "en" else "០១២៣៤៥៦៧៨៩"[other.number]
    assert alerts(response) == [said(words, language) % {"number": number}]
    assert [node.text for node in main(response).find_all("h1")] == [
        said("Publish this release for the trainers?", language)
    ]
    assert kept() == before
    return True


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_cohort_is_published_in_one_comparison_only(browser, study, language):
    """Its first two waves are always the same; a third one behind them is never shown."""
    north = finished(study, RISE)
    first = released(study, north, names=["pre", "post"])
    others = [released(study, north, names=names) for names in (["pre", "fu3"], ["post", "fu3"])]
    assert not refused_to_publish(browser, first, None)

    assert [refused_to_publish(browser, other, first, language) for other in others] == [True] * 2
    assert not refused_to_publish(browser, released(study, north), first)
    published = Release.objects.filter(published_at__isnull=False)
    assert sorted(published.values_list("number", flat=True)) == [1, 4]


def test_another_cohort_may_be_published_in_another_comparison(browser, study):
    first = released(study, finished(study, RISE), names=["pre", "post"])
    other = released(study, finished(study, RISE, "South"), names=["post", "fu3"])

    answers = [refused_to_publish(browser, release, None) for release in (first, other)]

    assert answers == [False, False]
    assert Release.objects.filter(published_at__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("post", "is_refused"),
    [([3, 3, 5, 4, 2, None, 2], False), ([3, 3, 5, 4, None, None, 2], True)],
    ids=["five both times", "four both times"],
)
@pytest.mark.parametrize("larger_first", [False, True])
def test_published_releases_differ_by_cohorts_large_enough_at_both_waves(
    browser, study, monkeypatch, post, is_refused, larger_first
):
    """South: six before, five or six after, and of them five or four both times.

    As they were built before anybody looked: today the second one would not be.
    """
    monkeypatch.setattr("quizzes.reports.build.check_release", lambda release, report: report)
    north = finished(study, {"pre": RISE["pre"], "post": RISE["post"]})
    pre = [1, 2, 3, 2, 1, 2, None]
    south = finished(study, {"pre": pre, "post": post}, "South")
    alone = released(study, north, names=["pre", "post"])
    both = released(study, north, south, names=["pre", "post"])
    first, second = (both, alone) if larger_first else (alone, both)
    assert sum(None not in pair for pair in zip(pre, post, strict=True)) == LEAST - is_refused
    assert not refused_to_publish(browser, first, None)

    assert refused_to_publish(browser, second, first) == is_refused
    assert Release.objects.filter(published_at__isnull=False).count() == 2 - is_refused


# files


def test_a_file_is_asked_for_built_by_a_worker_and_downloaded(browser, evaluator, built):
    assert "No file has been made yet." in text(browser.get(page_of(built)))

    response = browser.post(f"{page_of(built)}exports/", NEEDED, follow=True)

    export = Export.objects.get()
    page = f"/en/evaluation/exports/{export.pk}/"
    assert response.redirect_chain == [(page, 302)]
    assert "Waiting for a worker." in text(response)
    assert f"{page}file/" not in text(response)
    asked_at = timezone.localtime(export.job.created_at)
    line = f"one ZIP for every program, with codebook and report {asked_at:%d/%m/%Y %H:%M}"
    assert [node.text for node in section(browser.get(page_of(built)), "files").find_all("li")] == [
        f"{line} waiting"
    ]

    work(export.job)

    export.refresh_from_db()
    done = text(browser.get(page))
    assert "6 rows, one for each participant." in done
    assert f'href="{page}file/"' in done
    assert "Waiting for a worker." not in done
    file = taken(browser, f"{page}file/")
    content = sent(file)
    assert file.headers["Content-Type"] == "application/zip"
    name = f"SMALL-release1-file{export.pk}.zip"
    assert Path(export.file.name).name == name
    assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in file.headers["Cache-Control"]
    with ZipFile(io.BytesIO(content)) as bundle:
        wide = bundle.read("responses_wide.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(wide)))
    assert {"A1_t0", "B1_t0", "A1_t1", "B1_t1"} <= rows[0].keys()
    assert sorted((int(row["A1_t0"]), int(row["A1_t1"])) for row in rows) == sorted(
        zip(RISE["pre"], RISE["post"], strict=True)
    )
    assert hashlib.sha256(content).hexdigest() == export.sha256
    assert export.sha256 in done
    assert [node.text for node in section(browser.get(page_of(built)), "files").find_all("li")] == [
        f"{line} 6 rows"
    ]
    mine = AuditEntry.objects.filter(actor=evaluator, thing=f"export {export.pk}")
    assert list(mine.order_by("pk").values_list("action", "reason")) == [
        ("request export", "analysis: A paper on change"),
        ("download export", f"SHA-256 {export.sha256}"),
    ]


def test_the_name_of_a_file_says_that_its_people_are_simulated(browser, study):
    tried = finished(study, {"pre": RISE["pre"]}, "Tried", origin="simulated")
    released(study, finished(study, {"pre": RISE["pre"]}), names=["pre"])
    export = request_export(released(study, tried, names=["pre"]))
    work(export.job)

    file = taken(browser, f"/en/evaluation/exports/{export.pk}/file/")

    sent(file)
    assert file.headers["Content-Disposition"] == (
        f'attachment; filename="SMALL-release2-simulated-file{export.pk}.zip"'
    )


def test_the_day_and_time_of_a_file_are_those_of_cambodia_in_khmer_digits(browser, built):
    export = request_export(built)
    evening = timezone.datetime(2026, 5, 2, 20, 5, tzinfo=UTC)  # past midnight in Cambodia
    Job.objects.filter(pk=export.job.pk).update(created_at=evening)

    shown = [
        section(browser.get(f"/{language}/evaluation/releases/{built.pk}/"), "files").text
        for language in ("en", "km")
    ]

    assert (
        "one ZIP for every program, with codebook and report 03/05/2026 03:05 waiting" in shown[0]
    )
    assert "០៣/០៥/២០២៦ ០៣:០៥" in shown[1]


def test_every_request_makes_a_file_of_its_own(browser, built):
    pages = {browser.post(f"{page_of(built)}exports/", NEEDED).url for _ in range(2)}

    for job in Job.objects.filter(export__isnull=False):
        work(job)

    files = [sent(taken(browser, f"{page}file/")) for page in pages]
    assert len(pages) == 2
    assert files[0] != files[1]


def test_a_file_that_is_not_built_or_is_gone_is_not_found(browser, built):
    export = request_export(built)
    address = f"/en/evaluation/exports/{export.pk}/file/"

    assert browser.get(address).status_code == 404

    work(export.job)
    export.refresh_from_db()
    Path(export.file.path).unlink()

    assert browser.get(address).status_code == 404
    assert not AuditEntry.objects.filter(action="download export").exists()


def test_htmx_loads_the_page_of_a_file_anew_once_it_is_built(browser, built):
    export = request_export(built)
    page = f"/en/evaluation/exports/{export.pk}/"

    before = ask_again(browser, page)
    work(export.job)
    after = ask_again(browser, page)

    assert (is_fragment(before), before.headers.get("HX-Refresh")) == (True, None)
    assert (is_fragment(after), after.headers.get("HX-Refresh")) == (True, "true")


def test_a_file_that_failed_begins_again_and_is_built_once_the_key_is_back(browser, built):
    export = request_export(built)
    page = f"/en/evaluation/exports/{export.pk}/"
    path = key_path(built.study)
    path.rename(path.with_suffix(".away"))
    with pytest.raises(KeysMissingError):
        work(export.job)
    assert "no key file for SMALL" in text(browser.get(page))
    bring_back_the_key(built.study)

    response = browser.post(f"/en/evaluation/jobs/{export.job.pk}/again/")
    work(export.job)

    assert response.url == page
    assert "6 rows, one for each participant." in text(browser.get(page))


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_file_of_too_few_people_fails_with_a_reason_in_words(browser, study, language):
    """Trying again changes nothing, so that no button offers it."""
    release = released(study, finished(study, {"pre": [1, 2, 3, 4]}), names=["pre"])
    export = request_export(release)
    with pytest.raises(NotComputable):
        work(export.job)
    assert Job.objects.get(export=export).error == "fewer_than_k_rows"

    page = browser.get(f"/{language}/evaluation/exports/{export.pk}/")

    part, words = job_part(page), "Too few people answered for a file of rows."
    assert said("The work has stopped with a fault.", language) in part.text
    assert said(words, language) in part.text
    assert (words in part.text) == (language == "en")
    assert "fewer_than_k_rows" not in text(page)
    assert not list(part.find_all("form", "button"))
    assert said("Begin again", language) not in text(page)
    assert not [name for name in part.attrs if name.startswith("hx-")]


@pytest.mark.parametrize("language", ["km", "en"])
def test_the_page_of_a_file_explains_its_codes_in_both_languages(browser, built, language):
    export = request_export(built)
    work(export.job)

    page = text(browser.get(f"/{language}/evaluation/exports/{export.pk}/"))

    assert said("withheld, since too few people share this combination", language) in page
    assert said("Download the file", language) in page
    assert ("៦" if language == "km" else "6 rows") in page


# what the pages cost


@pytest.mark.parametrize(("n_cohorts", "n_scales"), [(1, 1), (3, 1), (1, 3)])
def test_pages_take_the_same_queries_however_many_cohorts_and_scales(
    browser, settings, tmp_path, django_assert_num_queries, n_cohorts, n_scales
):
    settings.KEY_DIR = settings.MEDIA_ROOT = tmp_path
    study = small_study(instrument(n_scales), waves=["pre", "post"])
    answers = {wave: RISE[wave] for wave in ("pre", "post")}
    release = released(study, *(finished(study, answers, f"C{n}") for n in range(n_cohorts)))
    exports = [request_export(release) for _ in range(n_cohorts)]
    page = f"/en/evaluation/exports/{exports[0].pk}/"

    # session, user, roles; release with its study and job; its cohort-waves with their waves and
    # cohorts (4); scales with their items and options (5), parts; waves; items with their answers
    # and scales (3); whether it was seen today; exports
    browser.get(page_of(release))
    with django_assert_num_queries(20):
        report = browser.get(page_of(release))
    with django_assert_num_queries(4):  # session, user, roles; export with job, release and study
        waits = browser.get(page)
    work(exports[0].job)
    with django_assert_num_queries(4):
        done = browser.get(page)
    # session, user, roles; release with its study and job; its cohort-waves with their waves and
    # cohorts (4)
    with django_assert_num_queries(8):
        asked = publishing(browser, release)

    assert [f"C{n}" in main(asked).text for n in range(n_cohorts)] == [True] * n_cohorts
    assert len(table(report, "change")) == n_scales
    assert len(table(report, "flow")) == n_cohorts + 1
    assert len(list(section(report, "files").find_all("li"))) == n_cohorts
    assert "Waiting for a worker." in text(waits)
    assert f"{6 * n_cohorts} rows" in text(done)


def test_a_report_takes_the_same_queries_however_many_scales_make_the_whole(
    browser, settings, tmp_path
):
    settings.KEY_DIR = tmp_path
    counts = []
    for n_parts in (2, 3):
        study = small_study(instrument(3, n_parts, code=f"PARTS{n_parts}"), f"S{n_parts}")
        release = crafted(study, [([1 + n % 3, 3] * 3, [1 + n % 5, 3] * 3) for n in range(6)])
        with CaptureQueriesContext(connection) as queries:
            report = browser.get(page_of(release))
        counts.append(len(queries))
        assert len(table(report, "change")) == 4

    assert counts[0] == counts[1]


@pytest.mark.parametrize("n_cohorts", [1, 3])
def test_a_release_that_waits_takes_the_same_queries_however_many_cohorts(
    browser, study, django_assert_num_queries, n_cohorts
):
    cohorts = [closed(study, f"C{n}") for n in range(n_cohorts)]
    release = request_release(study, waves_of(*cohorts))

    # session, user, roles; release with its study and job; its cohort-waves with their waves and
    # cohorts (4)
    with django_assert_num_queries(8):
        browser.get(page_of(release))
    with django_assert_num_queries(8):
        ask_again(browser, page_of(release))


def test_asking_again_and_again_writes_nothing(browser, waiting):
    before = Job.objects.values().get(), AuditEntry.objects.count()

    for _ in range(2):
        ask_again(browser, page_of(waiting))

    assert (Job.objects.values().get(), AuditEntry.objects.count()) == before
