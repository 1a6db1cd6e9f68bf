from collections import Counter

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from training.actions.places import CITIES, load_places
from training.khmer import canonical
from training.khmer.lint import ERROR, lint_pair
from training.models import Place

pytestmark = pytest.mark.django_db

# code, kind, in Khmer, in English
KNOWN = [
    ("12", "capital", "រាជធានីភ្នំពេញ", "Phnom Penh capital"),
    ("17", "province", "ខេត្តសៀមរាប", "Siem Reap province"),
    ("18", "province", "ខេត្តព្រះសីហនុ", "Preah Sihanouk province"),
    ("22", "province", "ខេត្តឧត្ដរមានជ័យ", "Oddar Meanchey province"),
    ("1710", "city", "ក្រុងសៀមរាប", "Siem Reap city"),
    ("0110", "city", "ក្រុងប៉ោយប៉ែត", "Poipet city"),
    ("1702", "district", "ស្រុកអង្គរធំ", "Angkor Thum district"),
    ("1203", "khan", "ខណ្ឌ៧មករា", "khan Prampir Meakkakra"),
    ("120402", "sangkat", "សង្កាត់ផ្សារដេប៉ូទី ២", "sangkat Phsar Depou Ti Pir"),
    ("081205", "sangkat", "សង្កាត់សំពៅពូន", "sangkat Sampov Pun"),
    ("080404", "commune", "ឃុំកោះធំ ក", "Kaoh Thum Ka commune"),
]
PROVINCES = """
    Banteay Meanchey, Battambang, Kampong Cham, Kampong Chhnang, Kampong Speu, Kampong Thom, Kampot,
    Kandal, Koh Kong, Kratie, Mondulkiri, Phnom Penh, Preah Vihear, Prey Veng, Pursat, Ratanakiri,
    Siem Reap, Preah Sihanouk, Stung Treng, Svay Rieng, Takeo, Oddar Meanchey, Kep, Pailin,
    Tboung Khmum
"""


def everything():
    return list(Place.objects.values("code", "level", "kind", "within", "name_km", "name_en"))


def test_all_places_are_loaded_and_loading_again_changes_nothing(capsys):
    call_command("load_places")
    once = everything()

    call_command("load_places")

    assert everything() == once
    assert Counter(row["level"] for row in once) == {2: 25, 4: 210, 6: 1661}
    said = "Places: 25 provinces, 210 districts, 1661 communes.\n"
    assert capsys.readouterr().out == said * 2


def test_places_have_their_usual_names_and_what_they_are():
    load_places()
    places = Place.objects.in_bulk([code for code, *_rest in KNOWN])

    for code, kind, km, en in KNOWN:
        assert places[code].kind == kind
        with translation.override("km"):
            assert places[code].full_name == km
        with translation.override("en"):
            assert places[code].full_name == en
            assert str(places[code]) == f"{places[code].full_path} · {code}"
    provinces = Place.objects.provinces().values_list("name_en", flat=True)
    assert list(provinces) == [" ".join(name.split()) for name in PROVINCES.split(",")]


def test_every_place_lies_in_the_one_whose_code_it_begins_with():
    load_places()

    wrong = [row["code"] for row in everything() if (row["code"][:-2] or None) != row["within"]]
    assert wrong == []


def test_cities_and_khans_are_made_of_sangkats_and_districts_of_communes():
    load_places()

    found = Counter(
        Place.objects.filter(level=Place.Level.COMMUNE).values_list("within__kind", "kind")
    )
    assert set(found) == {("district", "commune"), ("city", "sangkat"), ("khan", "sangkat")}
    assert set(Place.objects.filter(kind="city").values_list("code", flat=True)) == CITIES
    assert Place.objects.filter(kind="khan").count() == 14


def test_the_names_are_in_their_stored_form_without_invisible_signs_or_quotes():
    load_places()

    for row in everything():
        km, en = row["name_km"], row["name_en"]
        assert km == canonical(km)
        assert not set(km + en) & set('\u200b\u200c\u200d\u2060\ufeff"‹›«»“”')
        faults = [one for one in lint_pair(en, km) if one.severity == ERROR]
        assert faults == [], row


def test_a_district_lies_somewhere_and_a_province_nowhere():
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(code="9901", level=4, kind="district", name_km="ក", name_en="A")
