"""Small rows that stand beside the lessons."""

from tests.factories import ModuleFactory, both
from training.models import Finding, Service, ServiceType, Situation, SituationStep, Term


def add_term(code="harm-reduction", km="ការកាត់បន្ថយគ្រោះថ្នាក់", en="harm reduction", **fields):
    """A term explained where lessons use it."""
    explained = both(explanation=f"What {code} means.")
    return Term.objects.create(
        code=code,
        position=Term.objects.count() + 1,
        term_km=km,
        term_en=en,
        **{
            "also_km": "",
            "also_en": "",
            "group": Term.Group.APPROACH,
            "status": Term.Status.ATTESTED,
            "in_lessons": True,
            "needs_sign_off": True,
            **explained,
            **fields,
        },
    )


def add_situation(code="syringe", **fields):
    """A situation of one step. Texts: "Used syringe", "A needle lies there.", "Guard it."…"""
    texts = both(title="Used syringe", signs="A needle lies there.", never="Do not touch it.")
    situation = Situation.objects.create(
        code=code,
        position=Situation.objects.count() + 1,
        provenance="G",
        **{**texts, **fields},
    )
    SituationStep.objects.create(situation=situation, position=1, **both(text="Guard the place."))
    return situation


def add_type(code="MMT", **fields):
    texts = both(name="Methadone clinic", need="Medicine", say="It is calm.", run_by="The state")
    return ServiceType.objects.create(
        code=code,
        position=ServiceType.objects.count() + 1,
        provenance="G",
        **{**texts, **fields},
    )


def add_service(code="clinic", kind=None, **fields):
    """An example entry of the directory."""
    service = Service.objects.create(
        code=code, **{"is_example": True, **both(name="Calm clinic"), **fields}
    )
    service.types.add(kind or add_type())
    return service


def add_finding(code="F01", measured="KNOW", **fields):
    texts = both(text=f"Found {code}.", learn=f"Learn {code}.")
    module = fields.pop("module", None) or ModuleFactory()
    return Finding.objects.create(
        code=code,
        position=Finding.objects.count() + 1,
        module=module,
        measured=measured,
        **{**texts, **fields},
    )
