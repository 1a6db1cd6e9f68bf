"""A release as one ZIP: rows for every program, what explains them, and the report.

Each file is written beside the ZIP, put in, and removed. Heavy (numpy, pandas): for the worker and
for commands, never for a web process.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from string import Template

from django.utils import translation

from quizzes.exports import codebook, delimited, metadata, report_page, spss, stata, workbook
from quizzes.exports.layout import LANGUAGES, Layout, layout_of
from quizzes.exports.rows import draw_rows
from quizzes.exports.words import SUFFIXES, WAVES
from quizzes.instruments.parse import Pair
from quizzes.instruments.stored import instrument_of
from quizzes.instruments.xlsform import write_xlsform
from quizzes.models import InstrumentVersion, Release
from quizzes.reports.content import Content

TEXTS = Path(__file__).parent / "texts"
BLOCK = 1 << 20  # bytes read at a time
SHARE = 100  # of progress, one file
SAME_DAY = (1980, 1, 1, 0, 0, 0)  # when each file was written is nobody's business

Write = Callable[[Path, delimited.Progress], None]


def write_bundle(
    release: Release,
    content: Content,
    report: dict,
    path: Path,
    progress: delimited.Progress = lambda done, of: None,
) -> tuple[int, str]:
    """Write the ZIP. Participants and cohorts get names that no other bundle knows.

    report: as evaluation_report prints it. progress: called at least once a file, and every 2,000
    people of the long ones; what it raises ends the work.

    Returns the number of rows and the SHA-256 of the ZIP. Raises NotComputable if the release has
    fewer rows than the smallest group.
    """
    progress(0, 1)
    bundle = Bundle(release, layout_of(draw_rows(release, content)), report)
    try:
        write_files(bundle.files(), path, progress)
    except BaseException:
        path.unlink(missing_ok=True)  # half a file of rows is of no use and still one of rows
        raise
    progress(1, 1)
    return len(bundle.layout.rows), hash_of(path)


def write_files(files: dict[str, Write], path: Path, progress: delimited.Progress) -> None:
    manifest = []
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as into,
    ):
        for number, (name, write) in enumerate(files.items()):
            inside = within(progress, number, len(files))
            inside(0, 1)
            file = Path(folder) / name
            write(file, inside)
            manifest.append(f"{put(into, file, inside)}  {name}\n")
            file.unlink()
        into.writestr(entry("MANIFEST.sha256"), "".join(manifest))


def within(progress: delimited.Progress, number: int, files: int) -> delimited.Progress:
    """The progress of one file as a part of the whole."""
    return lambda done, of: progress(number * SHARE + SHARE * done // max(of, 1), files * SHARE)


def entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, SAME_DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def put(into: zipfile.ZipFile, file: Path, progress: delimited.Progress) -> str:
    """Copy a file into the ZIP. Returns its SHA-256."""
    digest = hashlib.sha256()
    with file.open("rb") as source, into.open(entry(file.name), "w", force_zip64=True) as target:
        while block := source.read(BLOCK):
            digest.update(block)
            target.write(block)
            progress(1, 1)
    return digest.hexdigest()


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Bundle:
    release: Release
    layout: Layout
    report: dict

    @property
    def name(self) -> str:
        kind = "-simulated" if self.release.is_simulated else ""
        return f"{self.release.study.code}-release{self.release.number}{kind}"

    @property
    def title(self) -> Pair:
        study = self.release.study
        return Pair(*(getattr(study, f"title_{language}", study.title) for language in LANGUAGES))

    @property
    def pairs(self) -> list[str]:
        return ["-".join(pair) for pair in combinations(self.report["waves"], 2)]

    def files(self) -> dict[str, Write]:
        """By name, in the order of the ZIP."""
        layout, report = self.layout, self.report
        frame = spss.frame_of(layout)

        def quick(write, *arguments) -> Write:
            return lambda path, progress: write(*arguments, path)

        def long(write, *arguments) -> Write:
            return lambda path, progress: write(*arguments, path, progress)

        return {
            **{f"README.{code}.txt": quick(self.write_readme, code) for code in LANGUAGES},
            "responses_wide.csv": long(delimited.write_wide, layout),
            "responses_long.csv": long(delimited.write_long, layout),
            "data.xlsx": long(workbook.write_workbook, layout, report),
            **{
                f"data_{code}.sav": quick(spss.write_sav, layout, frame, code, self.name)
                for code in LANGUAGES
            },
            "data.dta": quick(stata.write_dta, layout, frame, self.name),
            "labels.do": quick(stata.write_labels, layout),
            "syntax.sps": quick(spss.write_syntax, layout),
            **{name: quick(copy_text, name) for name in ("load.R", "load.py")},
            "scoring.csv": quick(delimited.write_scoring, layout),
            "main_table.csv": quick(delimited.write_main_table, report),
            "codebook.xlsx": quick(codebook.write_codebook, layout),
            "codebook.html": quick(codebook.write_codebook_page, layout, self.name),
            "ddi-codebook-2.5.xml": quick(metadata.write_ddi, layout, self.title, self.name),
            "datapackage.json": quick(metadata.write_package, layout, self.title, self.name),
            **{name: quick(write_form, version) for name, version in self.forms()},
            **{
                name: quick(report_page.write_report_page, self.release, report, code, pair)
                for name, code, pair in report_page.names_of(self.pairs)
            },
            "report.json": quick(self.write_report),
        }

    def forms(self) -> Iterator[tuple[str, InstrumentVersion]]:
        """The instrument of each version that a wave was asked in."""
        for version in dict.fromkeys(wave.version for wave in self.layout.rows.waves):
            yield f"instrument_v{version.number}.xlsx", version

    def write_readme(self, language: str, path: Path) -> None:
        layout, release = self.layout, self.release
        with translation.override(language):
            words = README[language]
            has_labels = workbook.has_labels(layout)
            has_codes = workbook.has_codes(layout)
            text = Template((TEXTS / f"README.{language}.txt").read_text(encoding="utf-8"))
            filled = text.substitute(
                title=getattr(self.title, language),
                study=release.study.code,
                release=release.number,
                instrument=", ".join(
                    f"{version.instrument.code} {version.number}"
                    for version in dict.fromkeys(wave.version for wave in layout.rows.waves)
                ),
                people=len(layout.rows),
                columns=len(layout.columns) + 2,
                simulated=words["simulated"] if release.is_simulated else "",
                least=release.study.min_group,
                waves="\n".join(
                    f"{SUFFIXES[wave.name]} {getattr(WAVES[wave.name], language)}"
                    f" ({wave.name}, {wave.version.instrument.code} {wave.version.number})"
                    for wave in layout.rows.waves
                ),
                sheets=words["labels" if has_labels else "codes" if has_codes else "no rows"],
                forms="\n".join(f"{name:<22} {words['form']}" for name, _ in self.forms()),
                limits="" if has_labels else words["limit"],
            )
        path.write_text(filled, encoding="utf-8-sig", newline="\r\n")

    def write_report(self, path: Path) -> None:
        text = json.dumps(self.report, ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")


def copy_text(name: str, path: Path) -> None:
    path.write_bytes((TEXTS / name).read_bytes())


def write_form(version: InstrumentVersion, path: Path) -> None:
    path.write_bytes(write_xlsform(instrument_of(version)))


README = {
    "en": {
        "simulated": "\nThese people and their answers were made by a program to try the site.",
        "labels": "sheets: codes, labels in Khmer, labels in English, codebook, scales, flow",
        "codes": "sheets: codes, codebook, scales, flow",
        "no rows": "sheets: codebook, scales, flow",
        "form": "the instrument as XLSForm, for KoboToolbox",
        "limit": "\nA spreadsheet holds 1,048,576 rows and 16,384 columns; sheets of labels are "
        f"written up to {workbook.MOST_LABELS:,} cells. This release is larger.\n",
    },
    "km": {
        "simulated": "\nអ្នកចូលរួម និងចម្លើយទាំងនេះ កម្មវិធីបានបង្កើតឡើងដើម្បីសាកល្បងគេហទំព័រ។",
        "labels": "សន្លឹក៖ លេខកូដ ពាក្យពន្យល់ជាខ្មែរ ពាក្យពន្យល់ជាអង់គ្លេស សៀវភៅកូដ មាត្រដ្ឋាន និងចំនួនអ្នកចូលរួម",
        "codes": "សន្លឹក៖ លេខកូដ សៀវភៅកូដ មាត្រដ្ឋាន និងចំនួនអ្នកចូលរួម",
        "no rows": "សន្លឹក៖ សៀវភៅកូដ មាត្រដ្ឋាន និងចំនួនអ្នកចូលរួម",
        "form": "ឧបករណ៍ស្ទង់មតិជា XLSForm សម្រាប់ KoboToolbox",
        "limit": "\nសៀវភៅបញ្ជីមួយផ្ទុកបាន 1,048,576 ជួរដេក និង 16,384 ជួរឈរ ហើយសន្លឹកពាក្យពន្យល់សរសេរត្រឹម "
        f"{workbook.MOST_LABELS:,} ក្រឡា។ សំណុំនេះធំជាងនេះ។\n",
    },
}
