from training.models.audit import AuditEntry
from training.models.certificates import Certificate
from training.models.cohorts import Cohort, CohortStep, Enrolment
from training.models.curriculum import (
    Bar,
    Fact,
    Handout,
    HandoutCell,
    HandoutColumn,
    Lesson,
    LessonVersion,
    Module,
    Myth,
    Node,
    NodeChoice,
    Option,
    Question,
    Scenario,
    Screen,
    Source,
    Step,
)
from training.models.files import LessonFile
from training.models.jobs import Job
from training.models.people import Membership, OneTimeCode, Role, User
from training.models.progress import Completion, Tries
from training.models.reference import (
    Finding,
    HarmAnswer,
    HarmQuestion,
    Situation,
    SituationService,
    SituationStep,
    Term,
)
from training.models.referrals import Place, Service, ServiceType
from training.models.search import SearchEntry

__all__ = [
    "AuditEntry",
    "Bar",
    "Certificate",
    "Cohort",
    "CohortStep",
    "Completion",
    "Enrolment",
    "Fact",
    "Finding",
    "Handout",
    "HandoutCell",
    "HandoutColumn",
    "HarmAnswer",
    "HarmQuestion",
    "Job",
    "Lesson",
    "LessonFile",
    "LessonVersion",
    "Membership",
    "Module",
    "Myth",
    "Node",
    "NodeChoice",
    "OneTimeCode",
    "Option",
    "Place",
    "Question",
    "Role",
    "Scenario",
    "Screen",
    "SearchEntry",
    "Service",
    "ServiceType",
    "Situation",
    "SituationService",
    "SituationStep",
    "Source",
    "Step",
    "Term",
    "Tries",
    "User",
]
