"""The directory read back from a spreadsheet: compared row by row, saved whole or not at all."""

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from training.actions.audit import record
from training.actions.directory import NO, SHEET, YES, columns, phone_of, tidy
from training.actions.search import index
from training.khmer import ascii_digits, visible
from training.models import Place, Service, ServiceType
from training.sheets import read_sheet


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell of a spreadsheet."""

    row: int
    column: str
    sentence: str


@dataclass
class Entry:
    """A row as it would be saved. `changed`: names of its columns that differ from the site's."""

    service: Service
    types: list[ServiceType]
    changed: list[str] = field(default_factory=list)

    @property
    def is_new(self):
        return self.service.pk is None


class Import:
    """A spreadsheet's rows against the directory: `faults` that forbid to save, or `changes`.

    A column that is not there is left as it is. An empty cell empties a text or a date, and
    leaves one of several words (free, yes, draft…) as it was. Four queries, however many rows.
    """

    def __init__(self, content: bytes):
        """Raises SheetError if this is no spreadsheet that the site reads."""
        rows = read_sheet(content, SHEET)
        self.faults, self.changes, self.unchanged = [], [], 0
        self.number, header = rows[0] if rows else (1, [])
        self.columns = columns()
        self.header = [str(name) for name in header]
        self.check_header()
        if self.faults:
            return
        self.services = {one.code: one for one in Service.objects.prefetch_related("types")}
        self.types = {one.code: one for one in ServiceType.objects.all()}
        self.places = set(Place.objects.values_list("code", flat=True))
        self.fields = {name: field_of(column) for name, column in self.columns.items()}
        codes = set()
        for number, cells in rows[1:]:
            values = self.values(number, dict(zip_longest(self.header, cells, fillvalue="")))
            if values is not None:
                if values["code"] in codes:
                    self.fault(number, "code", _("This code stands in the file twice."))
                codes.add(values["code"])
                self.compare(number, values)

    def fault(self, number, column, sentence):
        self.faults.append(Fault(number, column, str(sentence)))

    def check_header(self):
        for name in dict.fromkeys(self.header):
            if name not in self.columns:
                self.fault(self.number, name, _("There is no column of this name."))
            elif self.header.count(name) > 1:
                self.fault(self.number, name, _("This column stands twice."))
        if "code" not in self.header:
            self.fault(self.number, "code", _("This column is missing."))

    def values(self, number, cells):
        """column -> what its cell says; None once something in the row cannot be read."""
        values, before = {}, len(self.faults)
        if "" in cells:
            self.fault(number, "", _("This cell stands under no name of a column."))
            del cells[""]
        for name, cell in cells.items():
            try:
                values[name] = self.value(name, cell)
            except ValidationError as error:
                self.fault(number, name, " ".join(error.messages))
        return values if len(self.faults) == before else None

    def value(self, name, cell):
        """What a cell says. None: an empty cell that leaves what was there."""
        column = self.columns[name]
        if isinstance(cell, date) and not isinstance(column, models.DateField):
            cell = cell.isoformat()
        if isinstance(cell, str):
            cell = tidy(cell) if name.endswith("_km") else visible(cell)
        if name == "types":
            return self.types_of(cell)
        if name == "place":
            return self.place_of(cell)
        if name == "phone":
            return phone_of(cell)
        if column.choices or isinstance(column, models.BooleanField):
            if not cell:
                return None
            cell = cell.lower()
        elif isinstance(column, models.DateField | models.IntegerField) and isinstance(cell, str):
            cell = ascii_digits(cell)
        return self.fields[name].clean(cell)

    def types_of(self, cell):
        codes = dict.fromkeys(re.findall(r"[^\s,;]+", cell.upper()))
        if unknown := [code for code in codes if code not in self.types]:
            raise ValidationError(
                _("There is no type of service %(codes)s.") % {"codes": ", ".join(unknown)}
            )
        return [self.types[code] for code in codes]

    def place_of(self, cell):
        """The code of a place. A program may have taken its first nought: 102 is 0102."""
        code = ascii_digits(cell)
        code = code.zfill(len(code) + len(code) % 2) if code else None
        if code and code not in self.places:
            raise ValidationError(_("There is no place with the code %(code)s.") % {"code": code})
        return code

    def compare(self, number, values):
        """Put the values into their entry and note what that changes, or what forbids it."""
        service = self.services.get(values["code"]) or Service(code=values["code"])
        if service.is_example or values.get("is_example"):
            self.fault(number, "code", _("Examples belong to the site and are not imported."))
            return
        if service.status == Service.Status.HIDDEN and values.get("status") == "published":
            again = _("This entry was withdrawn. Please publish it again in the site itself.")
            self.fault(number, "status", again)
            return
        types = list(service.types.all()) if service.pk else []
        entry = Entry(service, values.get("types", types))
        for name, value in values.items():
            column = self.columns[name]
            if name in ("code", "types") or (value is None and not column.null):
                continue
            if (getattr(service, column.attname) or None) != (value or None):
                setattr(service, column.attname, value)
                entry.changed.append(name)
        if set(entry.types) != set(types):
            entry.changed.append("types")
        if not (entry.is_new or entry.changed):
            self.unchanged += 1
            return
        self.changes.append(entry)
        for name in ("name_km", "name_en"):
            if not getattr(service, name):
                self.fault(number, name, _("This field is required."))
        for name, sentence in service.faults(entry.types).items():
            self.fault(number, name, sentence)


def field_of(column: models.Field) -> forms.Field | None:
    """What reads a column's cells, with sentences that say what to write."""
    if column.many_to_many or column.many_to_one:
        return None
    if column.choices:
        words = ", ".join(value for value, _label in column.choices)
        wrong = _("Please write one of these: %(words)s.") % {"words": words}
        return forms.ChoiceField(choices=column.choices, error_messages={"invalid_choice": wrong})
    if isinstance(column, models.BooleanField):
        wrong = _("Please write one of these: %(words)s.") % {"words": f"{YES}, {NO}"}
        return forms.TypedChoiceField(
            choices=[(YES, YES), (NO, NO)],
            coerce=lambda word: word == YES,
            error_messages={"invalid_choice": wrong},
        )
    if isinstance(column, models.DateField):
        wrong = _("Please write a date as 2026-12-31.")
        return forms.DateField(
            required=False, input_formats=["%Y-%m-%d"], error_messages={"invalid": wrong}
        )
    if isinstance(column, models.URLField):
        wrong = _("Please write a whole address with https://.")
        return column.formfield(assume_scheme="https", error_messages={"invalid": wrong})
    if isinstance(column, models.SlugField):
        wrong = _("Please write letters A to Z, digits and hyphens alone.")
        return column.formfield(error_messages={"invalid": wrong})
    return column.formfield()


@transaction.atomic
def save_import(found: Import, *, by) -> None:
    """Save every change of an import without faults, each with its line in the audit."""
    if found.faults:
        raise ValueError(f"an import with {len(found.faults)} faults is not saved")
    links = Service.types.through
    new = [entry for entry in found.changes if entry.is_new]
    changed = [entry for entry in found.changes if not entry.is_new]
    Service.objects.bulk_create(entry.service for entry in new)
    for entry in changed:
        entry.service.save()
    links.objects.filter(service__in=[entry.service for entry in changed]).delete()
    links.objects.bulk_create(
        links(service=entry.service, servicetype=kind)
        for entry in found.changes
        for kind in entry.types
    )
    index("service", pk__in=[entry.service.pk for entry in found.changes])
    for words, entries in (("import new service", new), ("import service", changed)):
        for entry in entries:
            record(words, entry.service, by=by)
