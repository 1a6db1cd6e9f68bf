from quizzes.models.instruments import (
    Instrument,
    InstrumentVersion,
    Item,
    OptionSet,
    Scale,
    ScaleItem,
    SetOption,
)
from quizzes.models.paper import Card, PaperEntry
from quizzes.models.releases import Export, Release
from quizzes.models.responses import Draft, Quarantine, Response
from quizzes.models.studies import CohortWave, Study, StudyCohort, Wave

__all__ = [
    "Card",
    "CohortWave",
    "Draft",
    "Export",
    "Instrument",
    "InstrumentVersion",
    "Item",
    "OptionSet",
    "PaperEntry",
    "Quarantine",
    "Release",
    "Response",
    "Scale",
    "ScaleItem",
    "SetOption",
    "Study",
    "StudyCohort",
    "Wave",
]
