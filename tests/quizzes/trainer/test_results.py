"""What a trainer sees of published results: own cohorts, groups, no count of few."""

import uuid

import pytest
from django.utils import timezone

from quizzes.actions.releases import ReleaseError, publish, request_release
from quizzes.keys import key_path
from quizzes.models import Release
from quizzes.reports.frozen import report_of
from tests.factories import UserFactory
from tests.quizzes.evaluator.test_releases import (
    HEADING,
    HEADING_OF_ONE_WAVE,
    RISE,
    as_shown,
    finished,
    instrument,
    lead,
    main,
    numbers,
    released,
    small_study,
    table,
    waves_of,
)
from tests.reader import Tree, browser_of, said, text
from training.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer():
    return UserFactory(roles=[Role.TRAINER])


@pytest.fixture
def browser(trainer):
    return browser_of(trainer)


@pytest.fixture
def study(db, settings, tmp_path):
    """Two scales and the whole of both, three waves."""
    settings.KEY_DIR = tmp_path
    return small_study(instrument(2, n_parts=2))


def taught(trainer, study, answers=RISE, name="North", **fields):
    """A cohort of this trainer that has answered."""
    cohort = finished(study, answers, name, **fields)
    cohort.trainers.add(trainer)
    return cohort


def published(study, *cohorts, names=("pre", "post", "fu3")):
    release = released(study, *cohorts, names=names)
    publish(release)
    release.refresh_from_db()
    return release


@pytest.fixture
def release(trainer, study):
    return published(study, taught(trainer, study))


def page_of(release, language="en"):
    return f"/{language}/trainer/results/{release.pk}/"


def lines(response):
    """The lines of the list: their addresses and their words."""
    return [
        (next(line.find_all("a")).attrs["href"], line.text)
        for line in main(response).find_all("li")
    ]


def hrefs(response):
    return [link.attrs["href"] for link in Tree(text(response)).root.find_all("a")]


# who may open them


def test_somebody_not_signed_in_is_asked_to(client, release):
    addresses = ["/en/trainer/results/", page_of(release)]

    answers = [client.get(address) for address in addresses]

    asked = [f"/en/sign-in/?next={address}" for address in addresses]
    assert [answer.headers.get("Location") for answer in answers] == asked


def test_another_role_does_not_open_them(client, release):
    cohort = release.cohort_waves.first().study_cohort.cohort
    for role in (Role.OFFICER, Role.EVALUATOR, Role.EDITOR, Role.ADMINISTRATOR):
        user = UserFactory(roles=[role])
        cohort.trainers.add(user)
        client.force_login(user)

        answers = client.get("/en/trainer/results/"), client.get(page_of(release))

        assert [answer.status_code for answer in answers] == [403, 403]


def test_only_published_releases_that_hold_an_own_cohort_are_there(browser, trainer, study):
    own, others = taught(trainer, study), finished(study, RISE, "South")
    shown = published(study, own)
    both = published(study, own, others)
    hidden = [
        published(study, others),
        released(study, own, others, names=["pre"]),
        request_release(study, waves_of(own, others, names=["post"])),
    ]

    response = browser.get("/en/trainer/results/")

    assert [address for address, _ in lines(response)] == [page_of(both), page_of(shown)]
    assert [browser.get(page_of(release)).status_code for release in (shown, both)] == [200, 200]
    assert [browser.get(page_of(release)).status_code for release in hidden] == [404] * 3
    assert browser.get(f"/en/trainer/results/{uuid.uuid4()}/").status_code == 404


def test_who_no_longer_trains_a_cohort_no_longer_sees_its_results(browser, trainer, release):
    release.cohort_waves.first().study_cohort.cohort.trainers.remove(trainer)

    assert lines(browser.get("/en/trainer/results/")) == []
    assert browser.get(page_of(release)).status_code == 404


# the list


@pytest.mark.parametrize("language", ["km", "en"])
def test_before_anything_is_published_the_list_says_so(browser, trainer, study, language):
    released(study, taught(trainer, study))

    page = text(browser.get(f"/{language}/trainer/results/"))

    words = "Nothing has been published yet."
    assert said(words, language) in page
    assert (words in page) == (language == "en")


def test_a_release_of_several_own_cohorts_is_one_line(browser, trainer, study):
    cohorts = [taught(trainer, study, name=name) for name in ("North", "South")]
    release = published(study, *cohorts, names=["pre", "post"])

    noon = timezone.make_aware(timezone.datetime(2026, 5, 2, 12))
    Release.objects.update(made_at=noon)

    assert lines(browser.get("/en/trainer/results/")) == [
        (
            page_of(release),
            "Small survey · release 1 before the course · after the course North · South"
            " 02/05/2026 · published",
        )
    ]


# a report


def test_the_report_shows_the_change_and_nothing_that_tells_of_few(browser, release):
    change = report_of(release)["change"]

    response = browser.get(page_of(release))

    assert [node.text for node in main(response).find_all("h1", "h2")] == [
        HEADING,
        "Change on each scale",
        "What these numbers do not say",
    ]
    rows = table(response, "change")
    assert [row[0] for row in rows] == ["Scale 1", "Scale 2", "Whole"]
    for (_, *cells), code in zip(rows, ["s1", "s2", "all"], strict=True):
        block = change[code]["pre-post"]
        assert [n for cell in cells for n in numbers(cell)] == as_shown(
            block["mean_pre"], block["mean_post"], block["diff"], *block["ci"]
        )
    assert len(list(main(response).find_all("table"))) == 1
    assert not list(main(response).find_all("dl", "dd", "form"))
    for (*_, cell), code in zip(rows, ["s1", "s2", "all"], strict=True):
        low, high = change[code]["pre-post"]["ci"]
        assert cell.split(" ", 1)[1] == f"{low:.2f} to {high:.2f}"
    whole = change["all"]["pre-post"]
    scales, overall = lead(response).split(" Among ")
    assert scales == (
        "On 2 of 2 scales the mean score rose, on 0 it fell; on 0 neither can be said."
    )
    assert numbers(overall) == as_shown(5, whole["mean_pre"], whole["mean_post"], 1, 5)


@pytest.mark.parametrize(("n", "shown"), [(5, 5), (9, 5), (10, 10), (14, 10)])
def test_how_many_answered_is_rounded_down_to_five(browser, trainer, study, n, shown):
    answers = {"pre": [1, 2, 3, 4, 5][: n % 5 or 5] + [1 + m % 3 for m in range(n - (n % 5 or 5))]}
    answers["post"] = [min(value + m % 3, 5) for m, value in enumerate(answers["pre"])]
    release = published(study, taught(trainer, study, answers), names=["pre", "post"])

    pages = [text(browser.get(page_of(release, language))) for language in ("en", "km")]

    assert report_of(release)["change"]["all"]["pre-post"]["n"] == n
    assert f"Among {shown} or more people who answered both times" in pages[0]
    khmer = str(shown).translate({ord(str(d)): "០១២៣៤៥៦៧៨៩"[d] for d in range(10)})
    words = said(
        "Among %(n)s or more people who answered both times, the overall score went from %(pre)s"
        " to %(post)s on a scale from %(low)s to %(high)s.",
        "km",
    )
    assert words.split("%(pre)s")[0] % {"n": khmer} in pages[1]


def test_there_is_one_comparison_whatever_the_address_asks_for(browser, release):
    plain = main(browser.get(page_of(release))).text

    for pair in ("pre-fu3", "post-fu3", "x"):
        response = browser.get(page_of(release), {"waves": pair})
        assert main(response).text == plain
        assert not [link for link in hrefs(response) if "waves=" in link and pair not in link]
    assert "3 months later" not in plain


def test_no_page_leads_to_the_evaluation(browser, release):
    for address in ("/en/trainer/results/", page_of(release)):
        response = browser.get(address)

        assert not [link for link in hrefs(response) if "evaluation" in link]
        assert browser.get(f"/en/evaluation/releases/{release.pk}/").status_code == 403


def test_a_small_group_shows_no_number(browser, trainer, study):
    few = {"pre": [1, 2, 3, 2], "post": [3, 3, 5, 4]}
    release = published(study, taught(trainer, study, few), names=["pre", "post"])

    response = browser.get(page_of(release))

    assert "Too few people answered both times: no change is shown." in text(response)
    assert {row[1] for row in table(response, "change")} == {"too few people to show"}
    assert "or more people" not in text(response)


def test_a_release_of_one_wave_is_not_published(browser, trainer, study):
    release = released(study, taught(trainer, study), names=["post"])

    with pytest.raises(ReleaseError):
        publish(release)

    assert Release.objects.get().published_at is None
    assert lines(browser.get("/en/trainer/results/")) == []
    assert browser.get(page_of(release)).status_code == 404


def test_a_release_of_one_wave_compares_nothing(browser, trainer, study):
    """Of those that were published before this was refused."""
    release = released(study, taught(trainer, study), names=["post"])
    Release.objects.update(published_at=timezone.now())

    response = browser.get(page_of(release))

    assert [node.text for node in main(response).find_all("h1", "h2")] == [HEADING_OF_ONE_WAVE]
    assert not list(main(response).find_all("table"))
    paragraphs = main(response).find_all("p")
    assert "lead" not in {node.attrs.get("class", "").split(" ")[0] for node in paragraphs}


def test_a_published_result_of_more_waves_shows_the_same_comparison(browser, trainer, study):
    north = taught(trainer, study)
    two = published(study, north, names=["pre", "post"])
    three = published(study, north)
    later = released(study, north, names=["post", "fu3"])

    with pytest.raises(ReleaseError):
        publish(later)

    tables = [table(browser.get(page_of(release)), "change") for release in (two, three)]
    assert tables[0] == tables[1]
    assert [address for address, _ in lines(browser.get("/en/trainer/results/"))] == [
        page_of(three),
        page_of(two),
    ]
    assert browser.get(page_of(later)).status_code == 404


def test_a_simulated_release_says_so(browser, trainer, study):
    release = published(study, taught(trainer, study, origin="simulated"))

    page = text(browser.get(page_of(release)))

    assert "The numbers say nothing about real officers." in page
    assert "Everything here is simulated." in page


@pytest.mark.parametrize("language", ["km", "en"])
def test_without_the_key_file_nobody_reads_a_report(browser, release, language):
    key_path(release.study).unlink()

    response = browser.get(page_of(release, language))

    words = "The keys of this study are not here. Without them nobody can open this report;"
    assert said(f"{words} the operator restores the key file.", language) in text(response)
    assert not list(main(response).find_all("table"))


def test_the_report_is_in_khmer_with_khmer_digits(browser, release):
    response = browser.get(page_of(release, "km"))

    cells = [cell for row in table(response, "change") for cell in row[1:]]
    assert cells[0] == "២,៥០"
    assert not numbers(" ".join(cells))
    assert table(response, "change")[0][0] == "ខ្មែរ Scale 1"


# what they cost


@pytest.mark.parametrize(("n_cohorts", "n_scales"), [(1, 1), (3, 1), (1, 3)])
def test_pages_take_the_same_queries_however_many_cohorts_and_scales(
    browser, trainer, settings, tmp_path, django_assert_num_queries, n_cohorts, n_scales
):
    settings.KEY_DIR = tmp_path
    study = small_study(instrument(n_scales))
    cohorts = [taught(trainer, study, name=f"C{n}") for n in range(n_cohorts)]
    for n in range(n_cohorts):  # of one cohort, of two, of all: each large enough alone
        release = published(study, *cohorts[: n + 1], names=["pre", "post"])
    assert len(release.cohorts) == n_cohorts

    # session, user, roles; releases; their cohort-waves with their waves and cohorts (4)
    with django_assert_num_queries(8):
        listed = browser.get("/en/trainer/results/")
    # the same for one release; scales with their items and options (5), parts; waves
    with django_assert_num_queries(15):
        report = browser.get(page_of(release))

    assert len(lines(listed)) == n_cohorts
    assert len(table(report, "change")) == n_scales
