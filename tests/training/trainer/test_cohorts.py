"""A trainer's pages: own cohorts, where each officer stands, and a code for a lost password."""

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import (
    PASSWORD,
    CohortFactory,
    EnrolmentFactory,
    LessonFactory,
    ModuleFactory,
    UserFactory,
    add_survey,
)
from tests.reader import Node, Tree, browser_of, said
from training.actions.certificates import issue_certificate
from training.actions.progress import complete_step, show_survey_steps
from training.models import AuditEntry, Certificate, CohortStep, Completion, OneTimeCode, Role, User
from training.models.board import COMPLETED, NOT_STARTED, ON_THE_WAY, board_of

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "ផ្លូវថ្មី៧៨៩"  # noqa: S105 - of nobody


@pytest.fixture
def trainer():
    return UserFactory(roles=[Role.TRAINER])


@pytest.fixture
def browser(trainer):
    return browser_of(trainer)


@pytest.fixture
def lesson():
    module = ModuleFactory(code="M1", position=1)
    return LessonFactory(module=module, title_en="Needles", title_km="ម្ជុល")


@pytest.fixture
def cohort(trainer, lesson):
    return own(trainer, name="North")


def own(trainer, **fields):
    cohort = CohortFactory(**{"starts_on": date(2026, 3, 1), "ends_on": date(2026, 4, 30)} | fields)
    cohort.trainers.add(trainer)
    return cohort


def member(cohort, given="តារា", **fields):
    learner = UserFactory(family_name_km="ចាន់", given_name_km=given)
    return EnrolmentFactory(cohort=cohort, learner=learner, **fields)


def take(enrolment, *slugs):
    """Complete these steps of the enrolment's way."""
    for row in enrolment.cohort.steps.select_related("step").filter(step__slug__in=slugs):
        complete_step(enrolment, row.step)


def table(response):
    """The rows of the page's only table, as the texts of their cells."""
    assert response.status_code == 200
    body = next(Tree(response.content.decode()).root.find_all("tbody"))
    return [[cell.text for cell in row.find_all("th", "td")] for row in body.find_all("tr")]


def board(client, cohort, language="en"):
    """The rows of the board, each: where the officer stands, steps done, last seen."""
    response = client.get(f"/{language}/trainer/cohorts/{cohort.pk}/")
    assert response.status_code == 200
    body = next(Tree(response.content.decode()).root.find_all("tbody"))
    found = []
    for row in body.find_all("tr"):
        stands, *others = row.find_all("td")
        words = [part for part in stands.children if isinstance(part, Node) and part.tag == "span"]
        found.append([words[0].text, *(cell.text for cell in others)])
    return found


def summary(client, cohort, language="en"):
    html = client.get(f"/{language}/trainer/cohorts/{cohort.pk}/").content.decode()
    return [node.text for node in Tree(html).root.find_all("dd")]


def seen(enrolment):
    """What `board_of` says of one enrolment: steps done, the step to take, the state."""
    row = next(row for row in board_of(enrolment.cohort) if row.enrolment == enrolment)
    return row.way.steps_done, row.way.next and row.way.next.step.slug, row.state


# who may open them


def open_all(client, cohort):
    """The answers of the list, the cohort's page and the button for a code, and their addresses."""
    page = f"/en/trainer/cohorts/{cohort.pk}/"
    button = f"{page}members/{member(cohort).pk}/code/"
    answers = client.get("/en/trainer/"), client.get(page), client.post(button)
    return answers, ["/en/trainer/", page, button]


def test_somebody_not_signed_in_is_asked_to(client, cohort):
    answers, addresses = open_all(client, cohort)

    asked = [f"/en/sign-in/?next={address}" for address in addresses]
    assert [answer.headers.get("Location") for answer in answers] == asked
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize(
    "role", [Role.OFFICER, Role.EVALUATOR, Role.EDITOR, Role.ADMINISTRATOR, None]
)
def test_another_role_does_not_open_them(client, cohort, role):
    user = UserFactory(roles=[role] if role else [])
    cohort.trainers.add(user)
    client.force_login(user)

    answers, _ = open_all(client, cohort)

    assert [answer.status_code for answer in answers] == [403] * 3
    assert all("This page is for another role" in answer.content.decode() for answer in answers)
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize("roles", [[Role.TRAINER], [Role.TRAINER, Role.ADMINISTRATOR]])
def test_a_cohort_of_another_trainer_is_not_there(client, cohort, roles):
    enrolment = member(cohort)
    client.force_login(UserFactory(roles=roles))
    page = f"/en/trainer/cohorts/{cohort.pk}/"

    assert client.get(page).status_code == 404
    assert client.post(f"{page}members/{enrolment.pk}/code/").status_code == 404
    assert "North" not in client.get("/en/trainer/").content.decode()
    assert not OneTimeCode.objects.exists()


# the list


def test_the_list_shows_each_own_cohort_with_its_sizes(browser, trainer, lesson):
    north = own(trainer, name="North")
    member(north)
    member(north, left_on=timezone.localdate())
    issue_certificate(member(north))
    own(trainer, name="South", closed_on=date(2026, 3, 5), starts_on=date(2026, 2, 1))
    tried = own(trainer, name="Tried", origin="simulated", starts_on=date(2026, 1, 1))
    CohortFactory(name="Another trainer's")

    rows = table(browser.get("/en/trainer/"))

    assert rows == [
        ["North", north.join_code, "2", "1", "01/03/2026 – 30/04/2026"],
        ["South", "closed", "0", "0", "01/02/2026 – 30/04/2026"],
        ["Tried simulated", tried.join_code, "0", "0", "01/01/2026 – 30/04/2026"],
    ]


def test_only_certificates_of_members_that_are_valid_count(browser, trainer, lesson):
    cohort = own(trainer)
    for fields in ({}, {"left_on": timezone.localdate()}, {}):
        enrolment = member(cohort, **fields)
        issue_certificate(enrolment)
    enrolment.certificates.update(revoked_on=timezone.localdate())
    again = member(cohort)
    issue_certificate(again).delete()
    for revoked_on in (timezone.localdate(), timezone.localdate(), None):
        Certificate.objects.create(
            enrolment=again, name_km="ក", modules=1, lessons=1, revoked_on=revoked_on
        )

    _, _, members, certified, _ = table(browser.get("/en/trainer/"))[0]

    assert (members, certified) == ("3", "2")


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_trainer_without_a_cohort_is_told_who_makes_one(browser, language):
    page = browser.get(f"/{language}/trainer/").content.decode()

    words = "There is no cohort here yet. An administrator makes cohorts and says who trains them."
    assert said(words, language) in page
    assert (words in page) == (language == "en")
    assert "<table" not in page


def test_the_list_is_in_khmer_with_khmer_digits(browser, trainer, lesson):
    cohort = own(trainer, name="ជំនាន់ខាងជើង", closed_on=date(2026, 3, 5), origin="simulated")
    for _ in range(2):
        member(cohort)

    rows = table(browser.get("/km/trainer/"))

    name = f"ជំនាន់ខាងជើង {said('simulated', 'km')}"
    assert rows == [[name, said("closed", "km"), "២", "០", "០១/០៣/២០២៦ – ៣០/០៤/២០២៦"]]


# one cohort


def test_the_board_shows_every_member_and_where_each_stands(browser, cohort):
    add_survey(cohort, "before")
    add_survey(cohort, "after", place=CohortStep.Place.AFTER)
    new, asked, reading, certified, ready = (member(cohort, given) for given in "កខគឃង")
    for enrolment in (asked, reading, certified, ready):
        take(enrolment, "before")
    show_survey_steps()
    take(reading, "m1l1-lesson")
    take(certified, "m1l1-lesson", "m1l1-check")
    take(ready, "m1l1-lesson", "m1l1-check", "after")
    show_survey_steps()
    User.objects.filter(pk=new.learner_id).update(family_name_latin="Chan", given_name_latin="Ka")

    response = browser.get(f"/en/trainer/cohorts/{cohort.pk}/")

    today = timezone.localdate().strftime("%d/%m/%Y")
    bridge = {"new": "Needles: not started", "on": "Needles: in progress"}
    codes = [row.learner.code for row in (new, asked, reading, certified, ready)]
    rows = [[re.sub(r" New one-time code .*", "", row[0]), *row[1:]] for row in table(response)]
    assert rows == [
        [f"ចាន់ ក CHAN Ka · {codes[0]}", f"{bridge['new']} Survey before", "0 of 4", "not yet"],
        [f"ចាន់ ខ {codes[1]}", f"{bridge['on']} Needles", "1 of 4", "not yet"],
        [f"ចាន់ គ {codes[2]}", f"{bridge['on']} Needles · Check", "2 of 4", today],
        [f"ចាន់ ឃ {codes[3]}", "Needles: completed Survey after Certificate", "3 of 4", today],
        [f"ចាន់ ង {codes[4]}", "Needles: completed Certificate", "4 of 4", today],
    ]
    assert summary(browser, cohort) == ["5", "1", "2", "2"]


@pytest.mark.parametrize("language", ["km", "en"])
def test_the_board_says_that_it_shows_the_step_that_comes_next(browser, cohort, language):
    member(cohort)

    page = browser.get(f"/{language}/trainer/cohorts/{cohort.pk}/").content.decode()

    words = ("Officer", "Next step", "Steps done", "Last seen")
    heads = [
        cell.text for head in Tree(page).root.find_all("thead") for cell in head.find_all("th")
    ]
    assert heads == [said(word, language) for word in words]
    assert (heads[1] == "Next step") == (language == "en")


def test_whoever_has_a_certificate_always_has_it_on_the_board(browser, cohort):
    """Also beside the steps that are still there to take; nobody else has the word."""
    add_survey(cohort, "after", place=CohortStep.Place.AFTER)
    reads, early, through = member(cohort, "ក"), member(cohort, "ខ"), member(cohort, "គ")
    take(reads, "m1l1-lesson")
    issue_certificate(early)  # by an administrator's hand, before the first lesson
    take(through, "m1l1-lesson", "m1l1-check", "after")
    show_survey_steps()

    rows = table(browser.get(f"/en/trainer/cohorts/{cohort.pk}/"))

    assert [row[1] for row in rows] == [
        "Needles: in progress Needles · Check",
        "Needles: in progress Needles Certificate",
        "Needles: completed Certificate",
    ]


def test_a_member_with_nothing_open_and_no_certificate_has_no_open_step(browser, cohort):
    enrolment = member(cohort)
    take(enrolment, "m1l1-lesson", "m1l1-check")
    enrolment.certificates.update(revoked_on=timezone.localdate())

    assert [row[:2] for row in board(browser, cohort)] == [["No open step", "2 of 2"]]
    page = browser.get(f"/en/trainer/cohorts/{cohort.pk}/")
    assert [row[1] for row in table(page)] == ["Needles: completed No open step"]
    assert summary(browser, cohort) == ["1", "0", "0", "1"]


def test_who_left_is_not_shown(browser, cohort):
    stays = member(cohort)
    left = member(cohort, "វិសាល", left_on=timezone.localdate())

    page = browser.get(f"/en/trainer/cohorts/{cohort.pk}/").content.decode()

    assert stays.learner.code in page
    assert left.learner.code not in page
    assert left.learner.given_name_km not in page
    assert summary(browser, cohort) == ["1", "1", "0", "0"]


@pytest.mark.parametrize("language", ["km", "en"])
def test_a_cohort_that_nobody_has_joined_says_so(browser, cohort, language):
    page = browser.get(f"/{language}/trainer/cohorts/{cohort.pk}/").content.decode()

    assert said("Nobody has joined yet.", language) in page
    assert ("Nobody has joined yet." in page) == (language == "en")
    assert "<table" not in page
    assert summary(browser, cohort, language) == [{"km": "០", "en": "0"}[language]] * 4


def test_an_open_cohort_shows_how_to_join_and_the_address_works(browser, client, cohort, settings):
    settings.SITE_ADDRESS = "http://192.168.1.10:8000"

    page = browser.get(f"/en/trainer/cohorts/{cohort.pk}/").content.decode()

    address = f"http://192.168.1.10:8000/km/join/{cohort.join_code}/"
    assert f'<p class="code" lang="en">{cohort.join_code}</p>' in page
    assert address in page
    assert 'aria-label="Joining address as a QR code"' in page
    assert client.get(address.removeprefix(settings.SITE_ADDRESS)).status_code == 200


@pytest.mark.parametrize(
    ("language", "day"), [("en", "5 March 2026"), ("km", "ថ្ងៃទី៥ ខែមីនា ឆ្នាំ២០២៦")]
)
def test_a_closed_cohort_shows_the_day_and_no_code(browser, cohort, language, day):
    cohort.closed_on = date(2026, 3, 5)
    cohort.save()

    page = browser.get(f"/{language}/trainer/cohorts/{cohort.pk}/").content.decode()

    assert day in page
    assert cohort.join_code not in page
    assert "<rect" not in page
    assert 'class="qr"' not in page


def test_a_simulated_cohort_says_that_nobody_is_real(browser, cohort, trainer):
    tried = own(trainer, origin="simulated")
    words = "This cohort is simulated: its officers are not real people."

    assert words in browser.get(f"/en/trainer/cohorts/{tried.pk}/").content.decode()
    assert words not in browser.get(f"/en/trainer/cohorts/{cohort.pk}/").content.decode()


def test_the_board_is_in_khmer_with_khmer_digits(browser, cohort):
    add_survey(cohort, "before")
    enrolment = member(cohort)
    take(enrolment, "before")
    show_survey_steps()
    take(enrolment, "m1l1-lesson")
    enrolment.seen_on = date(2026, 3, 9)
    enrolment.save()

    rows = board(browser, cohort, "km")

    check = said("Check", "km")
    done = said("%(done)s of %(all)s", "km") % {"done": "២", "all": "៣"}
    assert rows == [[f"ម្ជុល · {check}", done, "០៩/០៣/២០២៦"]]
    assert summary(browser, cohort, "km") == ["១", "០", "១", "០"]


# surveys on the board


def test_a_survey_counts_on_the_board_from_the_next_midnight(browser, cohort):
    add_survey(cohort, "before")
    enrolment = member(cohort)

    take(enrolment, "before")

    assert seen(enrolment) == (0, "before", NOT_STARTED)
    assert board(browser, cohort) == [["Survey before", "0 of 3", "not yet"]]

    show_survey_steps()

    assert seen(enrolment) == (1, "m1l1-lesson", ON_THE_WAY)
    assert board(browser, cohort) == [["Needles", "1 of 3", "not yet"]]


def test_a_survey_of_today_counts_once_a_later_step_tells_it_anyway(browser, cohort):
    add_survey(cohort, "before")
    add_survey(cohort, "second")
    waits, reads = member(cohort, "ក"), member(cohort, "ខ")
    for enrolment in (waits, reads):
        take(enrolment, "before", "second")

    take(reads, "m1l1-lesson")

    assert seen(waits) == (0, "before", NOT_STARTED)
    assert seen(reads) == (3, "m1l1-check", ON_THE_WAY)
    assert [row[1] for row in board(browser, cohort)] == ["0 of 4", "3 of 4"]


def test_a_survey_of_today_behind_the_last_lesson_waits_for_midnight(browser, cohort):
    add_survey(cohort, "after", place=CohortStep.Place.AFTER)
    enrolment = member(cohort)

    take(enrolment, "m1l1-lesson", "m1l1-check", "after")

    assert seen(enrolment) == (2, "after", COMPLETED)
    show_survey_steps()
    assert seen(enrolment) == (3, None, COMPLETED)


def test_a_survey_that_closes_on_the_day_it_is_done_tells_nothing_before_midnight(cohort):
    add_survey(cohort, "before")
    did, did_not = member(cohort, "ក"), member(cohort, "ខ")
    take(did, "before")
    cohort.steps.filter(step__slug="before").update(is_open=False)

    assert seen(did) == seen(did_not) == (0, "m1l1-lesson", NOT_STARTED)
    assert [len(row.way.steps) for row in board_of(cohort)] == [2, 2]


def test_a_survey_done_in_another_cohort_counts_here(browser, trainer, cohort):
    step = add_survey(cohort, "before")
    other = CohortFactory()
    CohortStep.objects.create(cohort=other, step=step, place=CohortStep.Place.BEFORE, position=0)
    here = member(cohort)
    there = EnrolmentFactory(cohort=other, learner=here.learner)
    bystander = member(cohort, "វិសាល")

    take(there, "before")

    assert (seen(here)[0], seen(bystander)[0]) == (0, 0)
    show_survey_steps()
    assert seen(here) == (1, "m1l1-lesson", ON_THE_WAY)
    assert seen(bystander) == (0, "before", NOT_STARTED)
    assert [row[1] for row in board(browser, cohort)] == ["1 of 3", "0 of 3"]


def test_a_lesson_done_in_another_cohort_does_not_count_here(cohort):
    here = member(cohort)
    there = EnrolmentFactory(learner=here.learner)

    take(there, "m1l1-lesson", "m1l1-check")

    assert seen(there)[0] == 2
    assert seen(here) == (0, "m1l1-lesson", NOT_STARTED)


def test_a_certificate_of_another_cohort_is_none_here(cohort):
    here = member(cohort)
    issue_certificate(EnrolmentFactory(learner=here.learner))

    assert [(row.certificate, row.state) for row in board_of(cohort)] == [(None, NOT_STARTED)]


# the code for a lost password


def press(client, enrolment, language="en"):
    """Ask for a one-time code."""
    page = f"/{language}/trainer/cohorts/{enrolment.cohort_id}/members/{enrolment.pk}/code/"
    return client.post(page)


def code_on(response):
    """The code that the page shows."""
    assert response.status_code == 200
    return re.search(r'<p class="code" lang="en">(\w+)</p>', response.content.decode()).group(1)


def sign_in(learner, code):
    """Use a one-time code as the officer would. Returns the client and the first answer."""
    phone = Client()
    form = {"username": learner.code, "code": code}
    return phone, phone.post("/en/sign-in/code/", form)


def test_a_one_time_code_lets_the_officer_choose_a_new_password(browser, cohort):
    enrolment = member(cohort)

    response = press(browser, enrolment)

    phone, answer = sign_in(enrolment.learner, code_on(response))
    assert answer.url == "/en/new-password/"
    assert phone.post(answer.url, {"password": NEW_PASSWORD}).url == "/en/"
    assert phone.get("/en/way/").status_code == 200
    for password, is_right in ((NEW_PASSWORD, True), (PASSWORD, False)):
        form = {"username": enrolment.learner.code, "password": password}
        assert (Client().post("/en/sign-in/", form).status_code == 302) == is_right


def test_a_one_time_code_works_once(browser, cohort):
    enrolment = member(cohort)
    code = code_on(press(browser, enrolment))
    phone, answer = sign_in(enrolment.learner, code)
    phone.post(answer.url, {"password": NEW_PASSWORD})

    _, answer = sign_in(enrolment.learner, code)

    assert answer.status_code == 200
    assert "This one-time code does not fit, or it has ended" in answer.content.decode()


def test_a_new_code_ends_the_earlier_one(browser, cohort):
    enrolment = member(cohort)
    earlier, later = (code_on(press(browser, enrolment)) for _ in range(2))

    _, refused = sign_in(enrolment.learner, earlier)
    _, taken = sign_in(enrolment.learner, later)

    assert "This one-time code does not fit, or it has ended" in refused.content.decode()
    assert taken.url == "/en/new-password/"


def test_a_code_is_for_one_officer_alone(browser, cohort):
    code = code_on(press(browser, member(cohort)))

    _, answer = sign_in(member(cohort, "វិសាល").learner, code)

    assert "This one-time code does not fit, or it has ended" in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "within 24 hours"), ("km", "២៤")], ids=["en", "km"]
)
def test_the_code_s_page_says_whose_it_is_and_how_long_it_works(browser, cohort, language, words):
    enrolment = member(cohort)

    response = press(browser, enrolment, language)

    page = response.content.decode()
    assert code_on(response) in page
    assert words in page
    assert "ចាន់ តារា" in page
    assert f'<span class="mono name" lang="en">{enrolment.learner.code}</span>' in page
    assert "no-store" in response.headers["Cache-Control"]


def test_opening_the_code_s_address_makes_no_code(browser, cohort):
    response = browser.get(f"/en/trainer/cohorts/{cohort.pk}/members/{member(cohort).pk}/code/")

    assert (response.status_code, response.url) == (302, f"/en/trainer/cohorts/{cohort.pk}/")
    assert not OneTimeCode.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_code_is_only_for_members_of_the_own_cohort(browser, trainer, cohort):
    stranger = member(CohortFactory())
    left = member(cohort, left_on=timezone.localdate())
    page = f"/en/trainer/cohorts/{cohort.pk}/members/"

    answers = [
        browser.post(f"{page}{stranger.pk}/code/"),
        press(browser, stranger),
        press(browser, left),
        browser.post(f"{page}{member(own(trainer)).pk}/code/"),  # own, but of another cohort
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize(
    ("role", "language"),
    [
        (Role.TRAINER, "en"),
        (Role.EVALUATOR, "km"),
        (Role.EDITOR, "en"),
        (Role.ADMINISTRATOR, "km"),
    ],
)
def test_a_trainer_makes_no_code_for_somebody_with_a_second_role(browser, cohort, role, language):
    enrolment = member(cohort)
    enrolment.learner.memberships.create(role=role)
    page = f"/{language}/trainer/cohorts/{cohort.pk}/"

    response = press(browser, enrolment, language)

    words = "This person holds another role too. Only an administrator makes such a code."
    html = browser.get(page).content.decode()
    assert response.url == page
    assert said(words, language) in html
    assert (words in html) == (language == "en")
    assert f"members/{enrolment.pk}/code/" not in html
    assert not OneTimeCode.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_trainer_who_also_takes_the_course_makes_no_code_for_himself(browser, trainer, cohort):
    press(browser, EnrolmentFactory(cohort=cohort, learner=trainer))

    assert not OneTimeCode.objects.exists()


def test_the_board_offers_a_code_to_each_officer(browser, cohort):
    one, other = member(cohort, "ក"), member(cohort, "ខ")

    html = browser.get(f"/en/trainer/cohorts/{cohort.pk}/").content.decode()

    forms = [form.attrs["action"] for form in Tree(html).root.find_all("form")]
    page = f"/en/trainer/cohorts/{cohort.pk}/members"
    assert forms == ["/en/sign-out/", f"{page}/{one.pk}/code/", f"{page}/{other.pk}/code/"]


@pytest.mark.parametrize("language", ["km", "en"])
def test_an_account_that_is_switched_off_gets_no_code(browser, cohort, language):
    off, on = member(cohort, "ក"), member(cohort, "ខ")
    User.objects.filter(pk=off.learner_id).update(is_active=False)
    page = f"/{language}/trainer/cohorts/{cohort.pk}/"

    html = browser.get(page).content.decode()
    refused = press(browser, off, language)

    words = "This account is switched off."
    (first, *_), (second, *_) = table(browser.get(page))
    assert said(words, language) in first
    assert said(words, language) not in second
    assert (words in html) == (language == "en")
    forms = [form.attrs["action"] for form in Tree(html).root.find_all("form")]
    assert [form for form in forms if "/members/" in form] == [f"{page}members/{on.pk}/code/"]
    assert refused.status_code == 404
    assert not OneTimeCode.objects.exists()
    assert not AuditEntry.objects.exists()


def test_an_account_that_is_switched_on_again_gets_a_code(browser, cohort):
    enrolment = member(cohort)
    User.objects.filter(pk=enrolment.learner_id).update(is_active=False)
    assert press(browser, enrolment).status_code == 404

    User.objects.filter(pk=enrolment.learner_id).update(is_active=True)

    page = browser.get(f"/en/trainer/cohorts/{cohort.pk}/").content.decode()
    assert "This account is switched off." not in page
    assert f"/members/{enrolment.pk}/code/" in page
    assert code_on(press(browser, enrolment))


def test_the_audit_tells_that_a_code_was_made_and_not_which(browser, trainer, cohort):
    enrolment = member(cohort)

    code = code_on(press(browser, enrolment))

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.thing, entry.reason) == (
        trainer,
        "one-time code",
        f"user {enrolment.learner_id}",
        "",
    )
    assert code not in OneTimeCode.objects.get().digest


# what they cost


@pytest.mark.parametrize(("n_members", "n_lessons"), [(1, 1), (5, 1), (1, 3)])
def test_pages_take_the_same_queries_however_many_officers_and_lessons(
    browser, trainer, lesson, django_assert_num_queries, n_members, n_lessons
):
    for _ in range(n_lessons - 1):
        LessonFactory()
    cohort = own(trainer)
    add_survey(cohort, "before")
    for n in range(n_members):
        enrolment = member(cohort)
        take(enrolment, *["before", "m1l1-lesson", "m1l1-check"][: n % 3])
    issue_certificate(enrolment)

    with django_assert_num_queries(4):  # session, user, roles; cohorts with their sizes
        rows = table(browser.get("/en/trainer/"))
    # session, user, roles; cohort; enrolments with officers, their roles, steps, completions,
    # certificates
    with django_assert_num_queries(9):
        members = board(browser, cohort)

    assert [row[2:4] for row in rows] == [[str(n_members), "1"]]
    assert [row[1].split(" of ")[1] for row in members] == [str(1 + 2 * n_lessons)] * n_members


@pytest.mark.parametrize("n_cohorts", [1, 3])
def test_the_list_takes_one_query_however_many_cohorts(
    browser, trainer, lesson, django_assert_num_queries, n_cohorts
):
    for _ in range(n_cohorts):
        member(own(trainer))

    with django_assert_num_queries(4):  # session, user, roles; cohorts with their sizes
        rows = table(browser.get("/en/trainer/"))

    assert [row[2] for row in rows] == ["1"] * n_cohorts


def test_opening_the_pages_writes_nothing_down(browser, cohort):
    enrolment = member(cohort)
    take(enrolment, "m1l1-lesson")
    before = list(Completion.objects.values()), type(enrolment).objects.values().get()

    browser.get("/en/trainer/")
    browser.get(f"/en/trainer/cohorts/{cohort.pk}/")

    assert (list(Completion.objects.values()), type(enrolment).objects.values().get()) == before
    assert not AuditEntry.objects.exists()
