"""What the repository does not carry because it can be made: compiled messages and the web font."""

import os
import shutil
from importlib import metadata
from pathlib import Path

import fontpkg_noto_sans_khmer as noto
import polib
from django.conf import settings
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FONT = noto.ROOT / "files" / "NotoSansKhmer[wdth,wght].ttf"
LICENCE = noto.ROOT / "LICENSE"
WEIGHTS = (400, 700)
# Khmer, its symbols, the invisible characters between words, the dotted circle, spaces.
# Latin letters come from the reader's system.
UNICODES = "U+1780-17FF,U+19E0-19FF,U+200B-200D,U+25CC,U+20,U+A0"


def compile_messages() -> list[Path]:
    """Compile each catalogue whose .mo is missing or older than its .po. Returns those written.

    Raises ValueError with file and line of a catalogue that cannot be read.
    """
    catalogues = [
        path
        for folder in settings.LOCALE_PATHS
        for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))
        if is_older(path.with_suffix(".mo"), path)
    ]
    return [compile_catalogue(path) for path in catalogues]


def is_older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def compile_catalogue(path: Path) -> Path:
    try:
        catalogue = polib.pofile(str(path))
    except OSError as error:
        raise ValueError(str(error)) from error
    target = path.with_suffix(".mo")
    with_care(target, lambda draft: catalogue.save_as_mofile(str(draft)))
    return target


def make_fonts() -> list[Path]:
    """Make the Khmer web fonts where they are missing or made from something else.

    Returns the fonts written. Their licence lies beside them, as it asks.
    """
    folder = Path(settings.BUILT_DIR) / "fonts"
    fonts = {weight: folder / f"spean-khmer-{weight}.woff2" for weight in WEIGHTS}
    recipe = folder / "recipe.txt"
    if all(path.exists() for path in (*fonts.values(), recipe)) and recipe.read_text() == made_of():
        return []
    folder.mkdir(parents=True, exist_ok=True)
    for weight, path in fonts.items():
        with_care(path, lambda draft, weight=weight: make_font(weight, draft))
    shutil.copyfile(LICENCE, folder / "spean-khmer-LICENSE.txt")
    recipe.write_text(made_of())
    return list(fonts.values())


def made_of() -> str:
    """What the fonts depend on; another text makes them anew."""
    packages = ("fontpkg-noto-sans-khmer", "fonttools")
    versions = [f"{name} {metadata.version(name)}" for name in packages]
    return "\n".join([*versions, f"weights {WEIGHTS}", UNICODES, ""])


def make_font(weight: int, path: Path) -> None:
    """One weight of the variable font, Khmer only, with all its shaping rules."""
    options = subset.Options(layout_features=["*"], flavor="woff2")
    with TTFont(FONT) as font:
        instantiateVariableFont(font, {"wght": weight, "wdth": 100}, inplace=True)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=subset.parse_unicodes(UNICODES))
        subsetter.subset(font)
        subset.save_font(font, str(path), options)


def with_care(path: Path, write) -> None:
    """Write a draft beside the file and put it there whole; two processes may do so at once."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
