"""What the database itself refuses: to change a frozen version, answers of a closed wave, or
what a study declared before its first answer.

Nor does it take in what a worker made after its job was cancelled.
"""

from collections.abc import Iterator

from quizzes.models.instruments import (
    InstrumentVersion,
    Item,
    OptionSet,
    Scale,
    ScaleItem,
    SetOption,
)
from quizzes.models.releases import Export, Release
from quizzes.models.responses import Draft, Response
from quizzes.models.studies import CohortWave, Study, Wave
from training.models import Job
from training.models.triggers import Trigger, differs

VERSIONS, OPTION_SETS, SCALES, DRAFTS, RESPONSES, STUDIES, WAVES, COHORT_WAVES = (
    model._meta.db_table
    for model in (InstrumentVersion, OptionSet, Scale, Draft, Response, Study, Wave, CohortWave)
)
# What may still be written on a frozen version: somebody signs it off after the first answers.
SIGNING_OFF = {"signed_off_by", "signed_off_on"}

FROZEN = "This survey version was answered and never changes; make a new version."
CLOSED = "This wave is closed: its answers are frozen."
CANCELLED = "The job was cancelled: what it made is not kept."
CLOSED_FOR_GOOD = "A closed wave stays closed, and its time of closing stays as it is."
DECLARED = "Somebody has answered in this study: what was declared before stays as it is."
ASKED = "Somebody has answered this wave: it keeps its survey version."

# What a study declares before its first answer, and what its consent names.
DECLARATIONS = ["subgroups", "bands", "family", "declared_on", "min_group", "version_id"]

# Of an update both rows count: nothing is moved out of what is frozen, nor into it.
ROWS = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}


def triggers(vendor: str) -> Iterator[Trigger]:
    """All of them, in the SQL of this database."""
    columns = {field.column for field in InstrumentVersion._meta.local_concrete_fields}
    changes = differs(vendor, *sorted(columns - SIGNING_OFF))
    yield Trigger(VERSIONS, "UPDATE", f"OLD.frozen_on IS NOT NULL AND {changes}", FROZEN)
    yield Trigger(VERSIONS, "DELETE", "OLD.frozen_on IS NOT NULL", FROZEN)
    for model in (Item, OptionSet, Scale):
        yield from refusing(model, "version_id", f"{VERSIONS} WHERE frozen_on IS NOT NULL", FROZEN)
    frozen = f"SELECT id FROM {VERSIONS} WHERE frozen_on IS NOT NULL"
    for model, column, parent in (
        (SetOption, "option_set_id", OPTION_SETS),
        (ScaleItem, "scale_id", SCALES),
        (Scale.parts.through, "from_scale_id", SCALES),
    ):
        yield from refusing(model, column, f"{parent} WHERE version_id IN ({frozen})", FROZEN)
    closed = f"{COHORT_WAVES} WHERE closed_at IS NOT NULL"
    yield from refusing(Response, "cohort_wave_id", closed, CLOSED)
    reopens = f"OLD.closed_at IS NOT NULL AND {differs(vendor, 'closed_at')}"
    yield Trigger(COHORT_WAVES, "UPDATE", reopens, CLOSED_FOR_GOOD)
    declares = differs(vendor, *DECLARATIONS)
    yield Trigger(STUDIES, "UPDATE", f"{declares} AND {is_answered('study_id')}", DECLARED)
    moves = differs(vendor, "version_id", "study_id")
    yield Trigger(WAVES, "UPDATE", f"{moves} AND {is_answered('id')}", ASKED)

    cancelled = f"SELECT 1 FROM {Job._meta.db_table} WHERE id = NEW.job_id AND state = 'cancelled'"
    for model, is_made in (
        (Release, "OLD.built_at IS NULL AND NEW.built_at IS NOT NULL"),
        (Export, "OLD.sha256 = '' AND NEW.sha256 <> ''"),
    ):
        condition = f"{is_made} AND EXISTS ({cancelled})"
        yield Trigger(model._meta.db_table, "UPDATE", condition, CANCELLED)


def refusing(model, column: str, fixed: str, sentence: str) -> Iterator[Trigger]:
    """Every write of a row whose column names a row of `fixed`, a table and which of it."""
    for event, rows in ROWS.items():
        named = ", ".join(f"{row}.{column}" for row in rows)
        condition = f"EXISTS (SELECT 1 FROM {fixed} AND id IN ({named}))"
        yield Trigger(model._meta.db_table, event, condition, sentence)


def is_answered(column: str) -> str:
    """Whether a draft or response is there of a wave whose column names the old row."""
    found = (
        f"EXISTS (SELECT 1 FROM {answers} JOIN {WAVES} asked ON asked.id = {answers}.wave_id "
        f"WHERE asked.{column} = OLD.id)"
        for answers in (DRAFTS, RESPONSES)
    )
    return f"({' OR '.join(found)})"
