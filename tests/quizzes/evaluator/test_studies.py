"""An evaluator's studies: who takes part, which waves are open, and closing them for good."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from quizzes.actions.instruments import load_instrument
from quizzes.actions.releases import request_release
from quizzes.actions.responses import agree, ask, save_page, send
from quizzes.actions.studies import add_cohort, close_wave, make_study
from quizzes.keys import destroy_link_key, key_path, make_keys
from quizzes.models import CohortWave, Draft, Release, Response, Study, StudyCohort
from tests.factories import CohortFactory, UserFactory
from tests.quizzes.conftest import INSTRUMENT, officers
from tests.reader import Tree, browser_of, said, text
from training.actions.progress import complete_step
from training.models import AuditEntry, CohortStep, Role
from training.models.way import way_of

pytestmark = pytest.mark.django_db

STUDY = "/en/evaluation/studies/SMALL/"


@pytest.fixture
def evaluator():
    return UserFactory(roles=[Role.EVALUATOR])


@pytest.fixture
def browser(evaluator):
    return browser_of(evaluator)


@pytest.fixture
def study(version, settings, tmp_path):
    """Three waves, so that one lies ahead."""
    settings.KEY_DIR = tmp_path
    study = make_study("SMALL", version, ["pre", "post", "fu3"])
    make_keys(study)
    return study


def joined(study, name="North", is_comparison=False, **fields):
    """A cohort of the study."""
    dates = {"starts_on": date(2026, 3, 1), "ends_on": date(2090, 4, 30)}
    cohort = CohortFactory(name=name, **dates | fields)
    add_cohort(study, cohort, is_comparison=is_comparison)
    return cohort


def wave_of(cohort, name):
    return CohortWave.objects.get(study_cohort__cohort=cohort, wave__name=name)


def closed_on(cohort, name, day):
    """Close the wave on this day."""
    noon = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 12))
    with time_machine.travel(noon, tick=False):
        close_wave(wave_of(cohort, name))


def table(response):
    """The rows of the page's only table, as the texts of their cells."""
    body = next(Tree(text(response)).root.find_all("tbody"))
    return [[cell.text for cell in row.find_all("th", "td")] for row in body.find_all("tr")]


def releases(response):
    """The lines of the list of releases."""
    lists = Tree(text(response)).root.find_all("ul")
    found = next((node for node in lists if "releases" in node.attrs.get("class", "")), None)
    return [line.text for line in found.find_all("li")] if found else []


# who may open them


def open_all(client, cohort):
    """The answers of every page about studies, and the addresses."""
    wave = f"/en/evaluation/waves/{wave_of(cohort, 'pre').pk}/"
    pages = [
        ("/en/evaluation/", None),
        ("/en/evaluation/new-study/", new_study(cohort.studies.get().version)),
        (STUDY, None),
        (f"{STUDY}declared/", {}),
        (f"{STUDY}waves/pre/version/", {}),
        (f"{wave}close/", {}),
        (f"{wave}extend/", {"closes_on": "2091-01-01"}),
    ]
    answers = [client.post(f"{STUDY}cohorts/", {"cohort": CohortFactory().pk})]
    addresses = [f"{STUDY}cohorts/"]
    for address, sent in pages:
        answers.append(client.get(address))
        addresses.append(address)
        if sent is not None:
            answers.append(client.post(address, sent))
            addresses.append(address)
    return answers, addresses


def new_study(version, **changes):
    """A new study as the form sends it: two waves, subgroups by one item."""
    return {
        "code": "NEXT",
        "title_km": "ការសិក្សា",
        "title_en": "Next study",
        "min_group": "10",
        "pre_asked": "on",
        "pre_closes": "14",
        "fu3_asked": "on",
        "fu3_opens": "80",
        "fu3_closes": "100",
        "subgroups": ["D1"],
        "band_view": "0.5",
        "family": ["Q1", "K1"],
    } | changes


def test_somebody_not_signed_in_is_asked_to(client, study):
    answers, addresses = open_all(client, joined(study))

    asked = [f"/en/sign-in/?next={address}" for address in addresses]
    assert [answer.headers.get("Location") for answer in answers] == asked
    assert StudyCohort.objects.count() == 1
    assert not CohortWave.objects.exclude(closed_at=None).exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRAINER, Role.EDITOR, Role.ADMINISTRATOR])
def test_another_role_does_not_open_them(client, study, role):
    cohort = joined(study)
    user = UserFactory(roles=[role])
    cohort.trainers.add(user)
    client.force_login(user)

    answers, _ = open_all(client, cohort)

    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert (Study.objects.count(), StudyCohort.objects.count()) == (1, 1)
    assert not CohortWave.objects.exclude(closed_at=None).exists()


def test_a_study_or_wave_that_is_not_there_is_not_found(browser, study):
    unknown = "/en/evaluation/studies/small/"  # a code counts as it is written

    answers = [
        browser.get(unknown),
        browser.post(f"{unknown}cohorts/"),
        browser.get(f"{unknown}declared/"),
        browser.get(f"{unknown}waves/pre/version/"),
        browser.get(f"{STUDY}waves/fu6/version/"),
        browser.get("/en/evaluation/waves/1/close/"),
        browser.post("/en/evaluation/waves/1/close/"),
        browser.post("/en/evaluation/waves/1/extend/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)


def test_opening_the_address_that_adds_a_cohort_adds_none(browser, study):
    cohort = CohortFactory()

    response = browser.get(f"{STUDY}cohorts/", {"cohort": cohort.pk})

    assert (response.status_code, response.url) == (302, STUDY)
    assert not StudyCohort.objects.exists()
    assert not CohortWave.objects.exists()
    assert not cohort.steps.exists()
    assert not AuditEntry.objects.exists()


# the start page


@pytest.mark.parametrize("language", ["km", "en"])
def test_the_start_page_says_how_to_begin_where_there_is_nothing(browser, language):
    page = text(browser.get(f"/{language}/evaluation/"))

    for words in (
        "There is no release yet. A study's page makes one from waves that are closed.",
        "There is no study yet.",
    ):
        assert said(words, language) in page
        assert (words in page) == (language == "en")
    assert "<table" not in page


def test_the_start_page_shows_every_study_and_release(browser, study, version):
    north, south = joined(study), joined(study, "South", origin="simulated")
    make_study("OTHER", version, ["pre"])
    for cohort in (north, south):
        for name in ("pre", "post", "fu3"):
            closed_on(cohort, name, date(2026, 5, 1))
    request_release(study, [wave_of(north, "post"), wave_of(north, "pre")])
    request_release(study, [wave_of(south, "fu3")])
    noon = timezone.make_aware(timezone.datetime(2026, 5, 2, 12))
    Release.objects.filter(number=1).update(
        made_at=noon, built_at=noon, content=b"x", report=b"x", published_at=noon
    )
    Release.objects.filter(number=2).update(made_at=noon + timedelta(days=1))

    response = browser.get("/en/evaluation/")

    assert table(response) == [
        ["Small survey OTHER", "SMALL · version 1", "0"],
        ["Small survey SMALL", "SMALL · version 1", "2"],
    ]
    assert releases(response) == [
        "Small survey · release 2 3 months later South 03/05/2026 · simulated · not built yet",
        "Small survey · release 1 before the course · after the course North"
        " 02/05/2026 · published",
    ]


def test_the_start_page_is_in_khmer_with_khmer_digits(browser, study):
    north = joined(study, "ខាងជើង")
    closed_on(north, "pre", date(2026, 5, 1))
    request_release(study, [wave_of(north, "pre")])
    Release.objects.update(made_at=timezone.make_aware(timezone.datetime(2026, 5, 2, 12)))

    response = browser.get("/km/evaluation/")

    version = said("version %(number)s", "km") % {"number": "១"}
    release = said("release %(number)s", "km") % {"number": "១"}
    wave, state = said("before the course", "km"), said("not built yet", "km")
    title = study.version.instrument.title_km
    assert table(response) == [[f"{title} SMALL", f"SMALL · {version}", "១"]]
    assert releases(response) == [f"{title} · {release} {wave} ខាងជើង ០២/០៥/២០២៦ · {state}"]


# a study


def test_the_study_shows_the_state_of_each_wave(browser, study):
    north = joined(study)
    past = {"starts_on": date(2025, 1, 6), "ends_on": date(2025, 3, 1)}
    joined(study, "South", origin="simulated", is_comparison=True, **past)
    closed_on(north, "pre", date(2026, 3, 9))

    response = browser.get(STUDY)

    assert table(response) == [
        [
            "North",
            "closed 09/03/2026",
            "open until 14/05/2090 Close North, after the course",
            "opens 29/07/2090 Close North, 3 months later",
        ],
        [
            "South simulated comparison cohort",
            "open until 15/03/2025 Close South, before the course",
            "open until 15/03/2025 Close South, after the course",
            "open until 29/06/2025 Close South, 3 months later",
        ],
    ]


def test_the_study_is_in_khmer_with_khmer_digits(browser, study):
    north = joined(study, "ខាងជើង")
    closed_on(north, "pre", date(2026, 3, 9))

    rows = table(browser.get("/km/evaluation/studies/SMALL/"))

    closed, is_open, opens, close, after, later = (
        said(words, "km")
        for words in (
            "closed",
            "open until",
            "opens",
            "Close",
            "after the course",
            "3 months later",
        )
    )
    assert rows == [
        [
            "ខាងជើង",
            f"{closed} ០៩/០៣/២០២៦",
            f"{is_open} ១៤/០៥/២០៩០ {close} ខាងជើង, {after}",
            f"{opens} ២៩/០៧/២០៩០ {close} ខាងជើង, {later}",
        ]
    ]


def test_a_study_without_cohorts_says_so(browser, study):
    page = text(browser.get(STUDY))

    assert "No cohort takes part yet." in page
    assert "Every cohort takes part already." in page
    assert "<table" not in page


def test_while_a_wave_is_open_the_page_is_the_same_however_many_answer(browser, study):
    cohort = joined(study)
    people = officers(cohort, 2)
    browser.get(STUDY)

    def page():
        html = text(browser.get(STUDY))
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)

    begun = ask("small-pre", people[0])
    agree(begun, consent_version=1, language="km")  # from here on the wording is fixed
    before = page()
    for user in people:
        asked = ask("small-pre", user)
        agree(asked, consent_version=1, language="km")
        save_page(asked, 1, {"Q1": 4}, uid="u", session="s", language="km", is_done=True)
        send(asked)

    assert Response.objects.count() == 2
    assert page() == before


KEYS_MISSING = "The keys of this study are not here, so its surveys are closed"


def test_without_the_key_file_the_study_says_so_and_is_shown_all_the_same(browser, study):
    joined(study)
    kept = key_path(study).read_bytes()

    assert KEYS_MISSING not in text(browser.get(STUDY))

    key_path(study).unlink()
    response = browser.get(STUDY)

    assert KEYS_MISSING in text(response)
    assert [row[0] for row in table(response)] == ["North"]

    key_path(study).write_bytes(kept)

    assert KEYS_MISSING not in text(browser.get(STUDY))


@pytest.mark.parametrize("broken", ["", "{}", '{"link": null, "data": "eA=="}', "[1]"])
def test_a_broken_key_file_is_a_missing_one(browser, study, broken):
    key_path(study).write_text(broken)

    assert KEYS_MISSING in text(browser.get(STUDY))


def test_a_link_key_that_was_destroyed_is_no_lost_key_file(browser, study):
    """Its releases can be opened, and whoever restores the file makes the links again."""
    destroy_link_key(study)

    assert "The operator restores the key file" not in text(browser.get(STUDY))


# making a study

NEW = "/en/evaluation/new-study/"


def problems(response):
    """Field -> what the page says is wrong with it."""
    found = re.findall(r'<p class="problem" id="id_(\w+)_error">(.*?) *</p>', text(response))
    return dict(found)


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_new_study_begins_with_the_survey_version(browser, version, language):
    load_instrument(INSTRUMENT.replace("version: 1", "version: 2"))

    page = text(browser.get(f"/{language}/evaluation/new-study/"))

    names = [node.text for node in Tree(page).root.find_all("option")]
    title = version.instrument.title_km if language == "km" else "Small survey"
    number = said("version %(number)s", language)
    shown = ("២", "១") if language == "km" else ("2", "1")
    assert names == [f"{title} · {number % {'number': n}}" for n in shown]
    assert 'name="code"' not in page


def test_where_no_survey_can_be_asked_the_page_says_what_to_do(browser, db):
    assert "The operator loads one on the server" in text(browser.get(NEW))


def test_a_study_is_made_as_it_was_filled_in(browser, evaluator, version):
    address = f"{NEW}?version={version.pk}"
    page = text(browser.get(address))
    with time_machine.travel("2026-03-01 12:00+07:00", tick=False):
        response = browser_of(evaluator).post(address, new_study(version))

    study = Study.objects.get()
    assert response.url == "/en/evaluation/studies/NEXT/"
    assert 'value="Small survey"' in page
    assert "manage.py study_key create" in page
    assert (study.version, study.title_km, study.title_en) == (version, "ការសិក្សា", "Next study")
    assert (study.min_group, study.declared_on) == (10, date(2026, 3, 1))
    assert list(study.waves.values_list("name", "opens_after", "closes_after")) == [
        ("pre", None, 14),
        ("fu3", 80, 100),
    ]
    assert (study.subgroups, study.bands, study.family) == (["D1"], {"view": 0.5}, ["Q1", "K1"])
    assert list(AuditEntry.objects.values_list("actor", "action", "thing")) == [
        (evaluator.pk, "make study", f"study {study.pk}")
    ]


def test_khmer_digits_are_digits(browser, version):
    sent = new_study(version, min_group="១២", pre_closes="២០", band_view="១.៥")

    browser.post(f"{NEW}?version={version.pk}", sent)

    study = Study.objects.get()
    assert (study.min_group, study.bands) == (12, {"view": 1.5})
    assert study.waves.get(name="pre").closes_after == 20


def test_an_empty_band_is_any_change(browser, version):
    version.scales.update(band=2)

    browser.post(f"{NEW}?version={version.pk}", new_study(version, band_view=""))

    assert Study.objects.get().bands == {"view": None}


WRONG = [
    ({"code": "1A"}, "code"),
    ({"code": "A/B"}, "code"),
    ({"code": "A" * 17}, "code"),
    ({"title_km": ""}, "title_km"),
    ({"min_group": "4"}, "min_group"),
    ({"pre_closes": ""}, "pre_closes"),
    ({"fu3_closes": "79"}, "fu3_closes"),
    ({"fu3_opens": "x"}, "fu3_opens"),
    ({"band_view": "0"}, "band_view"),
    ({"band_view": "nan"}, "band_view"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_what_cannot_be_is_refused_beside_its_field(browser, version, changes, field):
    response = browser.post(f"{NEW}?version={version.pk}", new_study(version, **changes))

    assert list(problems(response)) == [field]
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "small"}, "There is a study small already."),
        ({"pre_asked": "", "fu3_asked": ""}, "Please choose at least one wave."),
        ({"subgroups": ["Q1"]}, "Select a valid choice."),
        ({"family": ["D1"]}, "Select a valid choice."),
    ],
)
def test_what_else_cannot_be_is_said_too(browser, study, changes, words):
    sent = new_study(study.version, **changes)

    page = text(browser.post(f"{NEW}?version={study.version.pk}", sent))

    assert words in page
    assert Study.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "x", ""])
def test_a_version_that_is_not_there_makes_no_study(browser, version, number):
    response = browser.post(f"{NEW}?version={number}", new_study(version))

    assert 'name="code"' not in text(response)
    assert not Study.objects.exists()


# what is declared


def declared_lines(response):
    """Term -> what stands beside it, of the study's plan and declarations."""
    tree = Tree(text(response)).root
    part = next(n for n in tree.find_all("section") if n.attrs["aria-labelledby"] == "declared")
    terms, values = (list(part.find_all(tag)) for tag in ("dt", "dd"))
    return {term.text: value.text for term, value in zip(terms, values, strict=True)}


def test_the_study_shows_what_was_declared_and_when(browser, version):
    with time_machine.travel("2026-03-01 12:00+07:00", tick=False):
        study = make_study(
            "SMALL", version, ["pre", "fu3"], subgroups=["D1"], bands={"view": 0.5}, family=["Q1"]
        )

    response = browser.get(STUDY)

    assert study.declared_on == date(2026, 3, 1)
    assert "Declared on 1 March 2026." in text(response)
    assert declared_lines(response) == {
        "Before the course": "version 1 · opens at once · closes 14 days after the end of a cohort",
        "3 months later": "version 1 · opens 90 days after the end of a cohort"
        " · closes 120 days after the end of a cohort",
        "Subgroups": "D1 Fourth",
        "Points that count as a change": "View 0.50",
        "Items tested together (Holm)": "Q1",
    }


def test_what_is_declared_may_be_changed_until_somebody_answers(browser, evaluator, study):
    cohort = joined(study)
    sent = {"subgroups": ["D1"], "band_view": "1", "family": ["K1"]}

    first = browser.post(f"{STUDY}declared/", sent)

    study.refresh_from_db()
    assert first.url == STUDY
    assert (study.subgroups, study.bands, study.family) == (["D1"], {"view": 1}, ["K1"])
    assert list(AuditEntry.objects.values_list("actor", "action")) == [(evaluator.pk, "declare")]
    assert "Change what is declared" in text(browser.get(STUDY))
    filled = text(browser.get(f"{STUDY}declared/"))
    assert 'name="band_view" value="1.0"' in filled

    agree(ask("small-pre", officers(cohort, 1)[0]), consent_version=1, language="km")
    second = browser.post(f"{STUDY}declared/", {"subgroups": [], "family": []})

    study.refresh_from_db()
    assert "Somebody has answered in this study" in text(second)
    assert study.subgroups == ["D1"]
    assert "Change what is declared" not in text(browser.get(STUDY))


# a later version


def test_a_later_version_is_taken_up_where_nobody_answered(browser, study):
    cohort = joined(study)
    page = text(browser.get(STUDY))
    assert "Take up a later version" not in page
    later, _ = load_instrument(INSTRUMENT.replace("version: 1", "version: 2"))
    assert "Take up a later version" in text(browser.get(STUDY))
    agree(ask("small-pre", officers(cohort, 1)[0]), consent_version=1, language="km")

    taken = browser.post(f"{STUDY}waves/post/version/", {"version": later.pk}, follow=True)
    refused = browser.post(f"{STUDY}waves/pre/version/", {"version": later.pk})
    unknown = browser.post(f"{STUDY}waves/fu3/version/", {"version": study.version.pk})

    assert taken.redirect_chain == [(STUDY, 302)]
    assert "This wave asks version 1 now." in text(refused)
    assert "Somebody has answered this wave: it keeps its survey version." in text(refused)
    assert list(problems(unknown)) == ["version"]
    assert list(study.waves.values_list("version__number", flat=True)) == [1, 2, 1]


# a later last day


def test_a_wave_is_kept_open_longer(browser, evaluator, study):
    row = wave_of(joined(study), "pre")
    address = f"/en/evaluation/waves/{row.pk}/extend/"

    asked = text(browser.get(address))
    refused = browser.post(address, {"closes_on": "2090-05-14"})
    taken = browser.post(address, {"closes_on": "2090-05-15"}, follow=True)

    assert "closes on 14 May 2090" in asked
    assert list(problems(refused)) == ["closes_on"]
    assert taken.redirect_chain == [(STUDY, 302)]
    assert "open until 15/05/2090" in table(taken)[0][1]
    assert list(AuditEntry.objects.values_list("actor", "action")) == [
        (evaluator.pk, "extend wave")
    ]


# adding a cohort


def waiting(cohort, **changes):
    """A comparison cohort as the form sends it."""
    return {
        "cohort": cohort.pk,
        "is_comparison": "on",
        "starts_on": "2090-04-30",
        "post_opens_on": "2090-04-01",
        "post_closes_on": "2090-04-20",
    } | changes


def test_a_waiting_group_is_added_with_the_days_of_its_surveys(browser, study):
    cohort = CohortFactory(name="South", ends_on=date(2090, 6, 30))

    response = browser.post(f"{STUDY}cohorts/", waiting(cohort), follow=True)

    cohort.refresh_from_db()
    assert StudyCohort.objects.get().is_comparison
    assert cohort.course_opens_on == date(2090, 4, 30)
    assert table(response) == [
        [
            "South comparison cohort its course opens 30/04/2090",
            "open until 31/03/2090 Close South, before the course",
            "opens 01/04/2090 Close South, after the course",
            "opens 28/09/2090 Close South, 3 months later",
        ]
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": "", "post_opens_on": "", "post_closes_on": ""}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "x"}, "starts_on"),
        ({"is_comparison": ""}, "is_comparison"),
        ({"post_opens_on": ""}, None),
        ({"post_opens_on": "2090-04-21"}, None),
        ({"post_closes_on": "2090-04-30"}, None),
        ({"starts_on": "2090-07-01"}, None),
    ],
)
def test_days_that_do_not_fit_are_refused(browser, study, changes, field):
    cohort = CohortFactory(ends_on=date(2090, 6, 30))

    response = browser.post(f"{STUDY}cohorts/", waiting(cohort, **changes))

    assert list(problems(response)) == ([field] if field else [])
    assert 'role="alert"' in text(response)
    assert not StudyCohort.objects.exists()
    cohort.refresh_from_db()
    assert cohort.course_opens_on is None


def test_an_imported_comparison_cohort_waits_for_no_course(browser, study):
    cohort = CohortFactory(origin="imported")
    sent = waiting(cohort, starts_on="", post_opens_on="", post_closes_on="")

    browser.post(f"{STUDY}cohorts/", sent)

    assert StudyCohort.objects.get().is_comparison


def test_a_cohort_is_added_with_its_waves(browser, study):
    cohort = CohortFactory(name="North")
    form = {"cohort": cohort.pk}

    response = browser.post(f"{STUDY}cohorts/", form, follow=True)

    row = StudyCohort.objects.get()
    assert response.redirect_chain == [(STUDY, 302)]
    assert (row.study, row.cohort, row.is_comparison) == (study, cohort, False)
    assert [wave.wave.name for wave in row.waves.all()] == ["pre", "post", "fu3"]
    assert list(cohort.steps.values_list("step__slug", "place", "is_open")) == [
        ("small-pre", CohortStep.Place.BEFORE, True),
        ("small-post", CohortStep.Place.AFTER, True),
        ("small-fu3", CohortStep.Place.AFTER, True),
    ]
    page = text(response)
    assert "North takes part now." in page
    assert "comparison cohort</span>" not in page
    assert "Every cohort takes part already." in page


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_cohort_that_has_begun_is_not_added_and_the_page_says_why(browser, study, language):
    other = make_study("OTHER", study.version, ["pre"])
    cohort = joined(other)
    make_keys(other)
    enrolment = officers(cohort, 1)[0].enrolments.get()
    cohort.steps.update(is_open=True)
    complete_step(enrolment, way_of(enrolment).next.step)
    steps = list(cohort.steps.values())

    response = browser.post(
        f"/{language}/evaluation/studies/SMALL/cohorts/",
        {"cohort": cohort.pk, "is_comparison": "on", "starts_on": "2090-01-01"},
    )

    words = "Somebody in %(cohort)s has begun the course: a survey before it would come too late."
    page = text(response)
    assert said(words, language) % {"cohort": "North"} in page
    assert (words % {"cohort": "North"} in page) == (language == "en")
    assert 'name="is_comparison" id="id_is_comparison" checked' in page  # what was sent stands
    assert not StudyCohort.objects.filter(study=study).exists()
    assert list(cohort.steps.values()) == steps


@pytest.mark.parametrize("sent", ["unknown", "of the study", "nothing", "no number"])
def test_a_cohort_that_cannot_be_chosen_is_refused(browser, study, sent):
    cohort = joined(study)
    free = CohortFactory()
    values = {
        "unknown": {"cohort": free.pk + 1},
        "of the study": {"cohort": cohort.pk},
        "nothing": {},
        "no number": {"cohort": "x"},
    }

    page = text(browser.post(f"{STUDY}cohorts/", values[sent]))

    problem = re.search(r'<p class="problem" id="id_cohort_error">(.*?) *</p>', page).group(1)
    assert problem == (
        "This field is required."
        if sent == "nothing"
        else "Select a valid choice. That choice is not one of the available choices."
    )
    assert list(StudyCohort.objects.values_list("cohort", flat=True)) == [cohort.pk]


# closing a wave


@pytest.mark.parametrize("language", ["km", "en"])
def test_closing_is_asked_first_and_asking_changes_nothing(browser, study, language):
    cohort = joined(study)
    row = wave_of(cohort, "pre")
    agree(ask("small-pre", officers(cohort, 1)[0]), consent_version=1, language="km")

    page = text(browser.get(f"/{language}/evaluation/waves/{row.pk}/close/"))

    words = "Closing is for good. What officers have sent is frozen"
    assert (words in page) == (language == "en")
    assert ("14 May 2090" if language == "en" else "ថ្ងៃទី១៤ ខែឧសភា ឆ្នាំ២០៩០") in page
    assert said("Close it for good", language) in page
    assert wave_of(cohort, "pre").closed_at is None
    assert Draft.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_closing_freezes_the_wave_and_forgets_what_was_not_sent(browser, evaluator, study):
    cohort = joined(study)
    row = wave_of(cohort, "pre")
    agree(ask("small-pre", officers(cohort, 1)[0]), consent_version=1, language="km")

    response = browser.post(f"/en/evaluation/waves/{row.pk}/close/", follow=True)

    assert response.redirect_chain == [(STUDY, 302)]
    assert "The wave is closed. Its answers do not change any more." in text(response)
    today = timezone.localdate().strftime("%d/%m/%Y")
    assert [cell.split(" Close ")[0] for cell in table(response)[0]] == [
        "North",
        f"closed {today}",
        "open until 14/05/2090",
        "opens 29/07/2090",
    ]
    assert not Draft.objects.exists()
    assert dict(cohort.steps.values_list("step__slug", "is_open")) == {
        "small-pre": False,
        "small-post": True,
        "small-fu3": True,
    }
    assert list(AuditEntry.objects.values_list("actor", "action", "thing")) == [
        (evaluator.pk, "close wave", f"cohortwave {row.pk}")
    ]


def test_closing_twice_is_closing_once(browser, study):
    row = wave_of(joined(study), "pre")
    closed_on(row.study_cohort.cohort, "pre", date(2026, 3, 9))
    first = CohortWave.objects.filter(pk=row.pk).values().get()
    address = f"/en/evaluation/waves/{row.pk}/close/"

    asked = text(browser.get(address))
    response = browser.post(address)

    assert "It was closed on 9 March 2026." in asked
    assert "Close it for good" not in asked
    assert response.url == STUDY
    assert CohortWave.objects.filter(pk=row.pk).values().get() == first
    assert AuditEntry.objects.count() == 1


# what the pages cost


@pytest.mark.parametrize(("n_cohorts", "n_studies"), [(1, 1), (3, 1), (1, 3)])
def test_pages_take_the_same_queries_however_many_cohorts_and_studies(
    browser, study, version, django_assert_num_queries, n_cohorts, n_studies
):
    for n in range(1, n_studies):
        make_study(f"OTHER{n}", version, ["pre"])
    for n in range(n_cohorts):
        cohort = joined(study, f"Cohort {n}", starts_on=date(2026, 3, 1 + n))
        name = ["pre", "post", "fu3"][n]
        close_wave(wave_of(cohort, name))
        request_release(study, [wave_of(cohort, name)])
        CohortFactory()

    # session, user, roles; studies; releases, their cohort-waves, those with waves and cohorts (3)
    with django_assert_num_queries(9):
        home = browser.get("/en/evaluation/")
    # session, user, roles; study; its cohorts, their waves (2); waves, for the table and the form;
    # items, versions and scales of the declarations; whether drafts or responses are there (2);
    # cohorts of the form; cohorts to add, asked for three times; releases (5)
    with django_assert_num_queries(23):
        page = browser.get(STUDY)

    assert len(table(home)) == n_studies
    assert len(releases(home)) == n_cohorts
    assert [row[0] for row in table(page)] == [f"Cohort {n}" for n in range(n_cohorts)]
    assert len(releases(page)) == n_cohorts
