import pytest
from django.db import connection
from django.utils import timezone

from quizzes.actions.imports import LINES, ImportFaults, import_responses
from quizzes.actions.responses import as_array
from quizzes.actions.studies import close_wave, make_study
from quizzes.keys import KeysMissingError, destroy_link_key, keys_of, make_keys
from quizzes.models import CohortWave, InstrumentVersion, Item, Response
from quizzes.models.instruments import NOT_ANSWERED, NOT_ASKED, PREFER_NOT
from tests.quizzes.conftest import officers
from training.actions.enrolment import CohortClosedError
from training.models import AuditEntry, Cohort

pytestmark = pytest.mark.django_db

HEAD = ["participant", "cohort", "Q1", "Q2", "K1", "D1"]


def take(study, *rows, wave="pre", head=HEAD):
    return import_responses(study, study.waves.get(name=wave), [head, *rows])


def faults_of(study, *rows, **options):
    """What is wrong with the table, which must leave everything as it was."""
    counted = Response.objects.count(), Cohort.objects.count(), CohortWave.objects.count()
    with pytest.raises(ImportFaults) as raised:
        take(study, *rows, **options)
    assert counted == (
        Response.objects.count(),
        Cohort.objects.count(),
        CohortWave.objects.count(),
    )
    return raised.value.lines


def stored(study, participant, wave="pre"):
    """What is inside the seal of this participant's response."""
    keys = keys_of(study)
    code = keys.imported_code(study, participant)
    sealed = Response.objects.get(wave__study=study, wave__name=wave, code=code).sealed
    return keys.open(sealed, place=f"{study.code}|{wave}|{code}")


@pytest.fixture
def numbers(version):
    """Two items that are numbers, behind the others."""
    for n, (code, kind, low, high) in enumerate(
        [("N1", Item.Type.INTEGER, 18, 70), ("N2", Item.Type.DECIMAL, -0.5, 9.5)]
    ):
        Item.objects.create(
            version=version,
            position=4 + n,
            code=code,
            kind=Item.Kind.DEMOGRAPHIC,
            type=kind,
            low=low,
            high=high,
            text_km="លេខ",
            text_en="Number",
            short_km="លេខ",
            short_en="Number",
        )


def test_a_row_becomes_a_sealed_response_like_one_that_was_sent(study):
    assert take(study, ["p1", "North", "4", "", "-8", "-7"]) == 1

    response = Response.objects.get()
    assert stored(study, "p1") == {
        "answers": [4, NOT_ANSWERED, PREFER_NOT, NOT_ASKED],
        "languages": {"km": 1},
        "consent": {},
    }
    assert (response.mode, response.language) == ("imported", "km")
    assert response.version == study.version
    assert InstrumentVersion.objects.get().frozen_on == timezone.localdate()
    assert [entry.action for entry in AuditEntry.objects.all()] == ["import responses"]


def test_an_unknown_cohort_is_made_marked_and_takes_nobody(study):
    take(study, ["p1", "North", "4"], ["p2", "North", "3"], ["p3", "South", "3"])

    cohorts = Cohort.objects.order_by("pk")
    assert [(row.name, row.origin) for row in cohorts] == [
        ("North", "imported"),
        ("South", "imported"),
    ]
    assert [row.name for row in study.cohorts.order_by("pk")] == ["North", "South"]
    assert [cohort.study_cohorts.get().waves.count() for cohort in cohorts] == [2, 2]
    with pytest.raises(CohortClosedError):
        officers(cohorts[0], 1)


def test_a_later_wave_finds_the_cohort_and_the_participant(study):
    take(study, ["p1", "North", "4"])

    take(study, ["p1", "North", "5"], wave="post")

    assert Cohort.objects.count() == 1
    assert len(set(Response.objects.values_list("code", flat=True))) == 1
    assert stored(study, "p1", "post")["answers"] == [5, NOT_ANSWERED, NOT_ANSWERED, NOT_ASKED]


def test_columns_may_stand_in_any_order_and_be_missing(study):
    take(study, ["North", "2", "p1"], head=["Cohort", "q2", "PARTICIPANT"])

    assert stored(study, "p1")["answers"] == [NOT_ASKED, 2, NOT_ASKED, NOT_ASKED]


def test_a_file_of_kobotoolbox_is_taken_as_it_is(study):
    head = ["start", "end", "today", "deviceid", "about/participant", "about/cohort"]
    head += ["views/first/Q1", "views/Q2", "K1", "__version__", "_id", "_uuid", "_submission_time"]
    head += ["_validation_status", "_notes", "_status", "_submitted_by", "_tags", "_index"]
    head += ["meta/instanceID", "formhub/uuid", "meta/rootUuid"]
    row = ["2026-03-01T08:00:00", "2026-03-01", "2026-03-01", "ee:1", "p1", "North", "4", "2", "1"]
    row += ["v1", "17", "a-b", "2026-03-01", "", "", "submitted_via_web", "", "", "1", "uuid:a-b"]

    take(study, row, head=head)

    assert stored(study, "p1")["answers"] == [4, 2, 1, NOT_ASKED]


def test_a_row_may_say_its_language(study):
    head = ["participant", "cohort", "Q1", "language"]

    take(study, ["p1", "N", "4", "en"], ["p2", "N", "4", ""], ["p3", "N", "4", "KM"], head=head)

    assert [stored(study, name)["languages"] for name in ("p1", "p2", "p3")] == [
        {"en": 1},
        {"km": 1},
        {"km": 1},
    ]
    assert sorted(Response.objects.values_list("language", flat=True)) == ["en", "km", "km"]


@pytest.mark.parametrize("text", ["4", "4.0", "៤"])
def test_a_value_may_be_written_in_several_ways(study, text):
    take(study, ["p1", "North", text])

    assert stored(study, "p1")["answers"][0] == 4


@pytest.mark.parametrize("text", ["6", "0", "-6", "4.5", "agree", "nan", "1e999", "=4", "1_1"])
def test_a_value_outside_the_options_is_named_with_its_row(study, text):
    assert faults_of(study, ["p1", "N", "4"], [], ["p2", "N", text]) == [
        f"row 4, Q1: {text!r} is not 1, 2, 3, 4, 5, -7, -8, -9 or empty"
    ]


def test_numbers_keep_to_their_range(study, numbers):
    head = ["participant", "cohort", "N1", "N2"]

    take(study, ["p1", "N", "70", "-.5"], ["p2", "N", "-8", "9.25"], head=head)

    assert stored(study, "p1")["answers"] == [NOT_ASKED] * 4 + [70, -0.5]
    assert stored(study, "p2")["answers"] == [NOT_ASKED] * 4 + [PREFER_NOT, 9.25]
    assert faults_of(study, ["p3", "N", "17", "9.6"], ["p4", "N", "20.5", "-6"], head=head) == [
        "row 2, N1: '17' is not a whole number from 18 to 70, -7, -8, -9 or empty",
        "row 2, N2: '9.6' is not a number from -0.5 to 9.5, -7, -8, -9 or empty",
        "row 3, N1: '20.5' is not a whole number from 18 to 70, -7, -8, -9 or empty",
        "row 3, N2: '-6' is not a number from -0.5 to 9.5, -7, -8, -9 or empty",
    ]


@pytest.mark.parametrize("value", [17, 71, 20.5, float("nan"), float("inf")])
def test_an_array_takes_no_number_outside_its_range(version, numbers, value):
    assert as_array(version, ["N1"], {"N1": 18})[4] == 18
    with pytest.raises(ValueError, match="N1"):
        as_array(version, ["N1"], {"N1": value})


def test_an_item_of_another_wave_is_empty(study):
    take(study, ["p1", "N", "4", "", "", "-7"], wave="post")

    assert faults_of(study, ["p2", "N", "4", "", "", "1"], wave="post") == [
        "row 2, D1: '1' is not empty or -7: the item does not belong to post"
    ]


def test_every_fault_is_named_and_no_participant(study):
    lines = faults_of(
        study,
        ["secret", "", "9"],
        ["", "N" * 121, "4"],
        ["secret", "North", "4", "", "", "", "more"],
    )

    assert lines == [
        "row 2: no cohort",
        "row 2, Q1: '9' is not 1, 2, 3, 4, 5, -7, -8, -9 or empty",
        "row 3: no participant",
        "row 3: the name of the cohort is too long",
        "row 4: more cells than there are columns",
        "row 4: the participant of row 2 once more",
    ]


def test_only_the_first_faults_are_named_and_all_are_counted(study):
    with pytest.raises(ImportFaults) as raised:
        take(study, *([f"p{n}", "N", "9", "9"] for n in range(LINES)))

    assert len(raised.value.lines) == LINES
    assert raised.value.count == 2 * LINES


def test_what_a_terminal_would_obey_is_not_said_as_it_stands(study):
    line = faults_of(study, ["p1", "N", "\x1b[31m" + "x" * 100])[0]

    assert "\x1b" not in line
    assert len(line) < 120


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        (["participant", "Q1"], ["There is no column cohort."]),
        (["cohort", "Q1"], ["There is no column participant."]),
        (
            ["participant", "cohort", "Q9", "group/Q1/4"],
            [
                "Column 3, 'Q9', is not known.",
                "Column 4, 'group/Q1/4', is not known.",
                "No column is an item of SMALL 1.",
            ],
        ),
        (["participant", "cohort", "Q1", "g/q1"], ["The column Q1 is there twice."]),
        (["participant", "cohort", "Q1", ""], ["Column 4, '', is not known."]),
    ],
)
def test_columns_that_are_unknown_twice_or_missing_are_named(study, head, lines):
    assert faults_of(study, ["p", "p", "4", ""][: len(head)], head=head) == lines


def test_an_empty_table_is_refused(study):
    wave = study.waves.get(name="pre")

    for table, line in ([], "file is empty"), ([[], HEAD], "no row below"):
        with pytest.raises(ImportFaults, match=line):
            import_responses(study, wave, table)


def test_who_has_answered_a_wave_is_not_imported_again(study):
    take(study, ["p1", "North", "4"])

    assert faults_of(study, ["p2", "North", "4"], ["p1", "North", "4"]) == [
        "row 3: this participant has answered pre already"
    ]


def test_a_participant_has_one_cohort_in_all_waves(study):
    take(study, ["p1", "North", "4"])

    assert faults_of(study, ["p1", "South", "4"], wave="post") == [
        "row 2: cohort 'South', but this participant answered pre in cohort 'North'"
    ]


@pytest.mark.parametrize("origin", ["real", "simulated"])
def test_nothing_is_imported_into_a_cohort_that_answers_here(study, cohort, origin):
    Cohort.objects.update(origin=origin)

    assert faults_of(study, ["p1", "Cohort", "4"], ["p2", "Cohort", "4"]) == [
        "Cohort 'Cohort' answers on the site: nothing is imported into it."
    ]


def test_a_closed_wave_takes_no_more(study):
    take(study, ["p1", "North", "4"])
    close_wave(CohortWave.objects.get(wave__name="pre"))

    assert faults_of(study, ["p2", "North", "4"]) == ["Cohort 'North' has closed pre for good."]
    assert take(study, ["p2", "North", "4"], wave="post") == 1


def test_a_follow_up_is_imported_before_its_day(version, settings, tmp_path):
    settings.KEY_DIR = tmp_path
    study = make_study("LATER", version, ["pre", "fu3"])
    make_keys(study)

    take(study, ["p1", "North", "4"], wave="fu3")

    assert CohortWave.objects.get(wave__name="fu3").opens_on > timezone.localdate()
    assert stored(study, "p1", "fu3")["answers"][0] == 4


def test_a_wave_keeps_to_its_own_version(study):
    other = InstrumentVersion.objects.create(
        instrument=study.version.instrument, number=2, yaml="", digest=""
    )
    option_set = study.version.option_sets.get(code="agree5")
    Item.objects.create(
        version=other,
        position=0,
        code="Z1",
        kind="attitude",
        option_set=option_set,
        **{f"{name}_{language}": "x" for name in ("text", "short") for language in ("km", "en")},
    )
    study.waves.filter(name="post").update(version=other)

    take(study, ["p1", "N", "3"], wave="post", head=["participant", "cohort", "Z1"])

    assert stored(study, "p1", "post")["answers"] == [3]
    assert Response.objects.get().version == other


def test_rows_stand_in_the_order_of_their_keys_whatever_the_file_s(study):
    for start in (0, 20):
        take(study, *([f"p{n}", "North", "4"] for n in range(start, start + 20)))

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, sealed FROM quizzes_response")  # as the table holds them
        keys = [str(row[0]).replace("-", "") for row in cursor.fetchall()]
    assert len(keys) == 40
    assert keys == sorted(keys)


def test_without_the_link_key_nothing_is_imported(study):
    destroy_link_key(study)

    with pytest.raises(KeysMissingError):
        take(study, ["p1", "North", "4"])
    assert not Cohort.objects.exists()
