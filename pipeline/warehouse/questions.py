"""The questions in ``sql/queries``: each file is one, and its first comment says how to read the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.warehouse.dbt import PROJECT

FOLDER = PROJECT / "queries"
_PARAMETER = re.compile(r"(?P<names>[a-z]\w*(?:, [a-z]\w*)*) = (?P<default>[^:]+?)(?:: (?P<meaning>.+))?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question can be asked with."""

    name: str
    default: str
    """As said in the comment: a value, or in words what holds where none is given."""
    meaning: str


@dataclass(frozen=True, slots=True)
class Question:
    """One file of ``sql/queries``."""

    name: str
    question: str
    reading: str
    """How to read the answer; may be empty."""
    parameters: tuple[Parameter, ...]
    sql: str
    """The whole file, which runs as it stands in any tool."""


def parse(name: str, text: str) -> Question:
    r"""The question in the text of a file.

    >>> asked = parse("x", "-- How many?\n-- Copies count.\n-- days = 7: how far back\nselect 1\n")
    >>> asked.question, asked.reading, asked.parameters
    ('How many?', 'Copies count.', (Parameter(name='days', default='7', meaning='how far back'),))
    """
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    reading, parameters = [], []
    for line in lines[1:]:
        found = _PARAMETER.fullmatch(line)
        if found:
            parameters += [
                Parameter(one, found["default"], found["meaning"] or "") for one in found["names"].split(", ")
            ]
        else:
            reading.append(line)
    return Question(name, lines[0] if lines else "", " ".join(reading), tuple(parameters), text)


def questions() -> dict[str, Question]:
    """Every question by its name, in the order of the names.

    Raises:
        SettingsError: there is no checkout of the project here.
    """
    if not FOLDER.is_dir():
        raise SettingsError(f"the questions are not at {FOLDER}: run from a checkout", url=str(FOLDER))
    return {path.stem: parse(path.stem, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.sql"))}


def find(target: str) -> Question:
    """What ``target`` names: a question, else a file, else it is the SQL itself.

    Raises:
        SettingsError: it is one word, and neither.

    >>> find("select 1").sql
    'select 1'
    """
    if re.search(r"\s", target.strip()) and not target.endswith(".sql"):
        return parse("", target)
    known = questions() if FOLDER.is_dir() else {}
    if target in known:
        return known[target]
    path = Path(target)
    if path.is_file():
        try:
            return parse(path.stem, path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} cannot be read: {error}", url=target) from error
    near = get_close_matches(target, known, 1)
    hint = f"did you mean {near[0]}?" if near else "`dateline query --list` shows them"
    raise SettingsError(f"{target!r} is no query of ours, no file and no SQL: {hint}", url=target)


def checked(question: Question, given: dict[str, str]) -> dict[str, str]:
    """``given``, if the question can be asked with it.

    Raises:
        SettingsError: a parameter is not the question's.
    """
    if question.name:
        names = [one.name for one in question.parameters]
        for name in given:
            if name not in names:
                raise SettingsError(
                    f"{question.name} has no parameter {name!r}; it has {', '.join(names) or 'none'}"
                )
    return given
