"""The forms of printed dates, as expressions on the class string of ``lexing``."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.dateline.lexing import Token

_FORMS = re.compile(
    r"""
      (?P<cjk>(?=[EdYn])E?[dYn]ydmdD?)
    | (?=Y)(?:
          (?P<ymd>Y(?P<s1>[-/.:])d(?P=s1)d)
        | (?P<week>Y-?x[dn](?:-d)?)
        | (?P<ordinal>(?<![-+/.:])Y-n(?![-/.:]))
        | (?P<yfmd>Yfd-?f?md)
        | (?P<yMd>(?<!\+)Y[,.]?f?\.?[-/]?f?M\.?[-/]?d(?![:hA]|,?f?Y)(?:\.?f(?=\.|$))?)
        | (?P<ydM>(?<!\+)Y[-,.]?f{0,2}\.?,?d\.?-?M\.?(?!,?f?Y))
      )
    | (?=d)(?:
          (?P<cjkmd>dmdD)
        | (?P<dcjkY>ddm[,.]?Y)
        | (?P<dMY>(?<!d:)d\.?D?f?f?[-/.,']?(?:M[/(](?=M))?M\.?\)?[-/,.']?f?f?E?\.?Y(?!:(?!d:d)))
        | (?P<dMd>(?<!d:)d[-/.]?f?M\.?[-/.,]?'?d(?![:hAu.]))
        | (?P<dmy>d(?P<s2>[-/.])d(?P=s2)(?:Y|d)(?!:(?!d:d)|(?P=s2)d(?![:h])))
        | (?P<dfm>(?<![:.])dfd,?f?Y)
        | (?P<dm>(?<![d.:])d\.d\.(?=[,W]{0,2}f?\.?d[:.h]d))
        | (?P<dM>(?<!d:)(?<!/)d\.?D?f?f?[-.]?M\.?)
      )
    | (?=M)(?:
          (?P<MdY>M\.?f?d\.?,?f?f?W?,?E?\.?Y(?!:(?!d:d)))
        | (?P<Mdd>M\.?d,?'d(?![:hAu]))
        | (?P<Md>M\.?f?d(?![:hAu]))
      )
    | (?P<compact>n)(?=t|$|[^:.\-/d])
    """,
    re.VERBOSE,
)
"""By their first class; what is more specific first. Capital Y, M: a year of four digits, a month by name."""

_OFFSET = re.compile(r"(?:[ZzA]|:d)[-+]Y")
_LONGEST_LAYOUT = 200
"""Tokens of a text whose layout is worth keeping."""
LOOSE = frozenset(("dM", "Md", "dMd", "Mdd", "dmy", "ordinal"))
"""Forms that common text has by chance, so that what touches them is looked at."""
_MEASURES = frozenset(("k", "m", "x", "g", "kg", "km", "cm", "mm", "ml", "bn"))


def spans(kinds: str) -> tuple[tuple[int, int, str], ...]:
    """Where the forms stand in a class string, and which. The same few layouts come again and again."""
    return _spans(kinds) if len(kinds) <= _LONGEST_LAYOUT else _spans.__wrapped__(kinds)


@lru_cache(maxsize=4096)
def _spans(kinds: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((*match.span(), match.lastgroup or "") for match in _FORMS.finditer(kinds))


def stands_alone(stream: list[Token], start: int, end: int, form: str) -> bool:
    """False for a part of something else: "$MAR 24", "1. Mai-Platz", "Jun 3k", "v2.10.15", "No. 2024-197"."""
    if form == "ordinal":
        return start == 0 and (end == len(stream) or stream[end].kind == "t")
    before = stream[start - 1] if start else None
    if before is not None and before.kind == "x" and before.end == stream[start].start:
        letter = form == "dmy" and stream[start + 1].kind == "." and len(before.text) == 1
        if letter or before.text in "$€£#&":
            return False
    behind = stream[end] if end < len(stream) else None
    if form == "Md" and behind and behind.start == stream[end - 1].end and behind.text in _MEASURES:
        return False
    if stream[end - 1].kind == "M" and end + 1 < len(stream) and stream[end].kind == "-":
        month, dash, word = stream[end - 1 : end + 2]
        return not (word.kind == "x" and month.end == dash.start and dash.end == word.start)
    return True


def without_offsets(stream: list[Token], kinds: str) -> str:
    """The class string with a ``#`` for each figure of an offset, which else looks like a year: ``10:00 -1000, 2 Jun``."""
    figures = [match.end() - 1 for match in _OFFSET.finditer(kinds)]
    if not figures:
        return kinds
    out = list(kinds)
    for at in figures:
        if stream[at - 1].end == stream[at].start:
            out[at] = "#"
    return "".join(out)
