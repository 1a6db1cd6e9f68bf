"""The directory's entries: withdrawn at once, and written into a spreadsheet."""

import re

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.translator import translator

from training.actions.audit import record
from training.khmer import ascii_digits, canonical, one_line, phone_key
from training.models import Place, Service, ServiceType
from training.sheets import write_sheets

SHEET = "services"
YES, NO = "yes", "no"
HINTS = {
    "code": gettext_lazy(
        "Small letters, digits and hyphens. A code that is known changes its entry; "
        "a new one adds a draft."
    ),
    "types": gettext_lazy("Codes of one type or more, with a space between them."),
    "place": gettext_lazy("The code of a district or commune from the sheet “places”."),
    "status": gettext_lazy(
        "“published” needs consent with its day, “voluntary” yes, both names, a type, a district, "
        "and who verified it on which day."
    ),
    "is_example": gettext_lazy("Examples belong to the site: they are not imported."),
}
SHORT_NUMBER = re.compile(r"\d{3,4}")  # such as a hotline's


def tidy(khmer: str) -> str:
    """Khmer as it is stored: one line, canonical, without invisible signs."""
    return canonical(one_line(khmer))


def phone_of(typed: str) -> str:
    """The number as it is stored. Raises ValidationError if it is none."""
    number = re.sub(r"\s", "", ascii_digits(typed))
    if not (found := SHORT_NUMBER.fullmatch(number) and number or phone_key(typed)) and number:
        raise ValidationError(_("This is not a Cambodian phone number."))
    return found


@transaction.atomic
def withdraw(service: Service, *, by) -> None:
    """Take an entry from the directory at once, whatever else is wrong with it."""
    Service.objects.filter(pk=service.pk).update(status=Service.Status.HIDDEN)
    record("withdraw service", service, by=by)


def columns() -> dict[str, models.Field]:
    """Every column of an entry by its name: translated texts as their two columns."""
    translated = translator.get_options_for_model(Service).fields
    fields = [
        one
        for one in Service._meta.concrete_fields
        if not one.primary_key and one.name not in translated
    ]
    named = {one.name: one for one in fields}
    types = {"types": Service._meta.get_field("types")}
    return {"code": named.pop("code"), **types, **named}


def export_directory() -> bytes:
    """All entries as a workbook, with a sheet on the columns and one with the codes of places.

    The examples are the site's own and stay out, so that what was exported can be imported.
    """
    names = columns()
    entries = Service.objects.filter(is_example=False).order_by("code").prefetch_related("types")
    return write_sheets(
        {
            SHEET: [list(names), *([cell_of(one, name) for name in names] for one in entries)],
            "columns": explained(names),
            "places": places(),
        }
    )


def cell_of(service: Service, name: str):
    if name == "types":
        return " ".join(sorted(kind.code for kind in service.types.all()))
    if name == "place":
        return service.place_id
    value = getattr(service, name)
    return (YES if value else NO) if isinstance(value, bool) else value


def explained(names: dict[str, models.Field]) -> list[list]:
    """What each column holds, in both languages, and what may stand in it."""
    rows = [["column", "ខ្មែរ", "English", "allowed"]]
    for name, column in names.items():
        said = []
        for language in ("km", "en"):
            with translation.override(language):
                label = str(label_of(name, column))
                hint = HINTS.get(name) or column.help_text
                said.append(f"{label}. {hint}" if hint else label)
        rows.append([name, *said, allowed(name, column)])
    return rows


def label_of(name: str, column: models.Field):
    base, _underscore, language = name.rpartition("_")
    if language in ("km", "en"):
        column = Service._meta.get_field(base)
        return f"{column.verbose_name} ({'ខ្មែរ' if language == 'km' else 'English'})"
    return column.verbose_name


def allowed(name: str, column: models.Field) -> str:
    if name == "types":
        return " ".join(ServiceType.objects.values_list("code", flat=True))
    if column.choices:
        return ", ".join(value for value, _label in column.choices)
    if isinstance(column, models.BooleanField):
        return f"{YES}, {NO}"
    if isinstance(column, models.DateField):
        return "2026-12-31"
    length = getattr(column, "max_length", None)
    return f"≤ {length}" if length and name != "place" else ""


def places() -> list[list]:
    rows = list(Place.objects.all())
    names = []
    for language in ("km", "en"):
        with translation.override(language):
            names.append([place.full_name for place in rows])
    cells = zip([place.code for place in rows], *names, strict=True)
    return [["code", "ខ្មែរ", "English"], *map(list, cells)]
