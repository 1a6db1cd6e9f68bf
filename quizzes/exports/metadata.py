"""The same descriptions for machines: DDI Codebook 2.5, and a data package with Table Schemas."""

import json
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from quizzes.exports.codebook import counts_of
from quizzes.exports.delimited import text_of
from quizzes.exports.layout import LANGUAGES, Column, Layout
from quizzes.exports.words import COHORT, CONTROL, PARTICIPANT, WAVES
from quizzes.instruments.parse import Pair
from quizzes.models.instruments import MISSING

DDI = "ddi:codebook:2_5"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
CODES = sorted(MISSING)


def write_ddi(layout: Layout, title: Pair, name: str, path: Path) -> None:
    """name: of the data set; title: of the study."""
    ElementTree.register_namespace("", DDI)
    root = Element(f"{{{DDI}}}codeBook", version="2.5", **{XML_LANG: "en"})
    citation = below(below(below(root, "stdyDscr"), "citation"), "titlStmt")
    below(citation, "titl", title.en, language="en")
    below(citation, "parTitl", title.km, language="km")
    below(citation, "IDNo", name)
    file = below(root, "fileDscr", ID="F1")
    text = below(file, "fileTxt")
    below(text, "fileName", "responses_wide.csv")
    size = below(text, "dimensns")
    below(size, "caseQnty", str(len(layout.rows)))
    below(size, "varQnty", str(len(layout.columns) + 2))
    below(text, "fileType", "text/csv; charset=utf-8")
    data = below(root, "dataDscr")
    for column_name, words in (("participant", PARTICIPANT), ("cohort", COHORT)):
        variable = below(data, "var", ID=f"V_{column_name}", name=column_name, files="F1")
        for language in LANGUAGES:
            below(variable, "labl", getattr(words, language), language=language)
        below(variable, "varFormat", type="character")
    for column in layout.columns:
        describe(data, column)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def below(parent: Element, tag: str, text: str | None = None, *, language="", **attributes):
    """A child element. Its text is without the signs that XML cannot hold."""
    child = SubElement(parent, f"{{{DDI}}}{tag}", attributes)
    if language:
        child.set(XML_LANG, language)
    if text is not None:
        child.text = CONTROL.sub("", text)
    return child


def describe(data: Element, column: Column) -> None:
    """One variable, its parts in the order that the schema of DDI asks for."""
    kind = {"nominal": "discrete", "ordinal": "discrete", "scale": "contin"}[column.measure]
    variable = below(data, "var", ID=f"V_{column.name}", name=column.name, files="F1", intrvl=kind)
    for language in LANGUAGES:
        below(variable, "labl", column.label(language, most=10**6), language=language)
    if column.kind == "item":
        for language in LANGUAGES:
            question = below(variable, "qstn")
            below(question, "qstnLit", getattr(column.text, language), language=language)
    below(below(variable, "valrng"), "range", min=text_of(column.low), max=text_of(column.high))
    missing = [code for code in CODES if code in column.meanings]
    invalid = below(variable, "invalrng") if missing else None
    for code in missing:
        below(invalid, "item", VALUE=str(code))
    answered = counts_of(column)[0]
    below(variable, "sumStat", str(answered), type="vald")
    below(variable, "sumStat", str(len(column.cells.there) - answered), type="invd")
    for language in LANGUAGES if column.wave else ():
        below(
            variable,
            "txt",
            f"{column.suffix}: {getattr(WAVES[column.wave], language)}",
            language=language,
        )
    for value, meaning in sorted(column.meanings.items()):
        category = below(variable, "catgry", **({"missing": "Y"} if value in missing else {}))
        below(category, "catValu", str(value))
        for language in LANGUAGES:
            below(category, "labl", getattr(meaning.label, language), language=language)
    below(variable, "varFormat", type="numeric")


def write_package(layout: Layout, title: Pair, name: str, path: Path) -> None:
    package = {
        "profile": "tabular-data-package",
        "name": name.lower(),
        "title": title.en,
        "title_km": title.km,
        "resources": [wide_resource(layout), long_resource(layout)],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def resource(name: str, fields: list[dict], **schema) -> dict:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "schema": {"fields": fields, "missingValues": ["", *map(str, CODES)], **schema},
    }


def name_field(name: str, words: Pair, **constraints) -> dict:
    return {
        "name": name,
        "type": "string",
        "title": words.en,
        "title_km": words.km,
        "constraints": {"required": True} | constraints,
    }


def wide_resource(layout: Layout) -> dict:
    fields = [
        name_field("participant", PARTICIPANT, unique=True),
        name_field("cohort", COHORT),
        *(field_of(column) for column in layout.columns),
    ]
    return resource("responses_wide", fields, primaryKey="participant")


def field_of(column: Column) -> dict:
    """Missing values are taken out before constraints are looked at, so they are not among them."""
    if column.measure == "scale":
        constraints = {"minimum": column.low, "maximum": column.high}
    else:
        constraints = {"enum": sorted(value for value in column.meanings if value not in MISSING)}
    return {
        "name": column.name,
        "type": "integer" if column.is_whole else "number",
        "title": column.label("en", most=10**6),
        "title_km": column.label("km", most=10**6),
        "labels": {
            language: {
                str(value): label for value, label in sorted(column.value_labels(language).items())
            }
            for language in LANGUAGES
        },
        "constraints": constraints,
    }


def long_resource(layout: Layout) -> dict:
    items = {column.code: None for column in layout.items}
    waves = {column.suffix: None for column in layout.items}
    is_whole = all(column.is_whole for column in layout.items)
    fields = [
        name_field("participant", PARTICIPANT),
        name_field("cohort", COHORT),
        {"name": "wave", "type": "string", "constraints": {"enum": list(waves)}},
        {"name": "item", "type": "string", "constraints": {"enum": list(items)}},
        {"name": "value", "type": "integer" if is_whole else "number"},
    ]
    return resource(
        "responses_long",
        fields,
        primaryKey=["participant", "wave", "item"],
        foreignKeys=[
            {
                "fields": "participant",
                "reference": {"resource": "responses_wide", "fields": "participant"},
            }
        ],
    )
