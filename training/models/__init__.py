from training.models.audit import AuditEntry
from training.models.certificates import Certificate
from training.models.cohorts import Cohort, CohortStep, Enrolment
from training.models.curriculum import (
    Bar,
    Fact,
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
from training.models.jobs import Job
from training.models.people import Membership, OneTimeCode, Role, User
from training.models.progress import Completion, Tries

__all__ = [
    "AuditEntry",
    "Bar",
    "Certificate",
    "Cohort",
    "CohortStep",
    "Completion",
    "Enrolment",
    "Fact",
    "Job",
    "Lesson",
    "LessonVersion",
    "Membership",
    "Module",
    "Myth",
    "Node",
    "NodeChoice",
    "OneTimeCode",
    "Option",
    "Question",
    "Role",
    "Scenario",
    "Screen",
    "Source",
    "Step",
    "Tries",
    "User",
]
