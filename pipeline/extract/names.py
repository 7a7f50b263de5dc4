"""Names out of bylines: persons apart from roles, agencies, newsrooms, dates and template words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.extract.document import clean
from pipeline.extract.headline import plain

BY = re.compile(
    r"^(?:(?:(?:written|reported|posted|published|story|text|words|article|report|photos?|review(?:ed)?|analysis|opinion|interview|a|an|the)\s+)*by|"
    r"ein(?:e)?\s+\w+\s+von|(?:(?:veröffentlicht|geschrieben|verfasst|eingestellt|erstellt|gepostet|beitrag|artikel|pressemitteilung) )?von|par|por|per|di|de|da|door|af|av|od|przez|autor(?:in|en|a|es|e)?|auth?ors?|автор\w*|текст|text|texto|interview|foto(?:s)?|"
    r"penulis|oleh|yazan|tekst|reporter|redaktion|redacción)\b\s*[:：|–-]?\s+"
    r"|^(?:autor(?:in|en|a|es|e)?|auth?ors?|автор\w*|текст|text|texto|interview|penulis|by|von)\s*[:：]\s*"
    r"|^(?:作者|文|記者|记者|编辑|編輯|撰文|責任編輯|责任编辑|글|기자)\s*[:：/／・]\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:[,;|/／•·、&+\n]|\s[-–—]\s|\b(?:and|und|et|og|och|ja|oraz|dan|ve|with|mit|avec|con)\b|(?<=\w)\s(?:y|e|i|и|та|й)\s(?=[^\W\d_]))\s*",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\(?[\w.+-]+@[\w-]+(?:\.[\w-]+)+\)?")
_ADDRESS = re.compile(r"(?:https?:)?//\S+|www\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"\(?(?<![\w.])@\w{2,}\)?")
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_ROLE = re.compile(
    r"\b(?:staff|senior|junior|chief|deputy|managing|executive|associate|assistant|contributing|correspondent|reporter|editor|editors|writer|columnist|"
    r"journalist(?:in)?|producer|photographer|freelance\w*|contributor|critic|anchor|director|professor|lecturer|fellow|researcher|analyst|intern|"
    r"(?:co-?)?founder|redakteur(?:in)?|redaktion|redaktor\w*|korrespondent(?:in)?|reporterin|chefredakt\w+|volontär\w*|autor(?:in)?|gastautor\w*|fotograf\w*|"
    r"rédact\w+|journaliste|correspondant\w*|envoyée?|redactor\w*|redacción|periodista|corresponsal|redazione|giornalista|inviat[oa]|redatt\w+|"
    r"redaktör|redactie|verslaggever|корреспондент\w*|редактор\w*|обозреватель|корр|specialist|expert|manager|president|ceo|author)\b",
    re.IGNORECASE,
)
# Korean, Japanese and Chinese set the role behind the name.
_ROLE_BEHIND = re.compile(
    r"\s*(?:선임기자|전문기자|인턴기자|기자|특파원|논설위원|통신원|記者|特派員|編集委員|论说委员|特约记者|记者|特派记者)$"
)
# What templates print where a name should be.
_TEMPLATE = re.compile(
    r"^(?:admin(?:istrator)?|root|webmaster|anonymous|guest|unknown|null|none|undefined|user|test|default|n/?a|by|author|autor|view (?:all|profile|more).*|more (?:from|by).*|follow.*|see .*|read .*|share.*|"
    r"(?:last )?updated.*|published.*|posted.*|am|pm|min(?:ute)?s? read|.*\bmin(?:ute)?s? read|alle (?:beiträge|artikel).*|zeige alle.*|all posts.*|about.*|comments?.*|photo\w*.*|link copied.*|contact.*|.*\bcomments?|folgen|home|news|politik|sport)$",
    re.IGNORECASE,
)
# A newsroom or a desk, not a person.
_COLLECTIVE = re.compile(
    r"^(?:web ?desk|news ?desk|news ?room|staff|editor(?:ial)?(?: (?:team|staff|board|office))?|online|team|"
    r".*\b(?:redaktion|redazione|redacción|rédaction|redactie|redakcja|newsroom|news ?desk|web ?desk|editorial staff|staff reports?|staff writers?|staff|team|news ?services?|wire ?services?|wire reports?|"
    r"nachrichtenagentur|presse-?agentur|special to .*|magazine|newspaper|media group|press release|university|institute|ministry|inc|gmbh|ltd|llc|news|online|agency|agencia \w+)\b.*|"
    r".*(?:편집부|취재팀|뉴스팀|보도팀|编辑部|編集部|編輯部|取材班|報道部))$",
    re.IGNORECASE,
)
# Agencies sign for a story, they do not write it: https://en.wikipedia.org/wiki/List_of_news_agencies
_AGENCY = re.compile(
    r"^(?:the )?(?:associated press|ap|afp|agence france[- ]presse|reuters|thomson reuters|dpa(?:[-/].*)?|epd|kna|apa|sda|ats|keystone-sda|efe|ansa|adnkronos|lusa|belga|anp|"
    r"tt|ntb|ritzau|pti|ians|ani|xinhua|kyodo(?: news)?|yonhap|tass|тасс|рия новости|интерфакс|interfax|bloomberg(?: news)?|upi|united press international|aap|pa(?: media)?|press association|"
    r"europa press|agencias?|agenzie|agences?|agenturen?|sid|cnn wire|ap news|bernama|antara|anadolu(?: agency| ajansı)?|新华社|共同通信|時事通信)$",
    re.IGNORECASE,
)
_PLACE_TAIL = re.compile(
    r"\s+(?:in|aus|à|en|from|reporting from|i|w)\s+[A-ZÀ-Þ][\w.'’-]+(?:[ -][A-ZÀ-Þ][\w.'’-]+){0,2}$"
)
_DATE = re.compile(r"\d{1,4}[./:-]\d|\b(?:19|20)\d\d\b|\b\d{1,2}\s*(?:am|pm|uhr|hours?|min)\b", re.IGNORECASE)
_MONTHS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec januar februar märz april mai juni juli august september oktober november dezember january february march june july "
    "october december janvier février mars avril juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre"
).replace(" ", "|")
# Where a byline stops being one: a date, a word that says that a date or a button follows.
_STOP = re.compile(
    r"\b(?:(?:last )?updated|published|posted|veröffentlicht|aktualisiert|erschienen|publi[ée] le|publicado|pubblicato|stand|on|quelle|source|datum|link copied|follow|folgen|share|read more|"
    r"(?:am|um|at)(?= \d)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)\.?,? (?=\d)|"
    rf"(?:{_MONTHS})\.?(?=\s+\d)|\d{{1,4}}(?=[\s./:年-]|(?:st|nd|rd|th)\b|$)).*$",
    re.IGNORECASE,
)
_WEEKDAY_TAIL = re.compile(r"(?<=\w\w)\s+(?:Mo|Di|Mi|Do|Fr|Sa|So|Mon|Tue|Wed|Thu|Fri|Sat|Sun)$")
# "Eingestellt von Ada Bell", "A report by Ada Bell"
_INNER_BY = re.compile(r"^.{2,40}?\b(?:by|von|par|por)\s+(?=[^\W\d_a-z]|\w{3,}$)")
_PERSON = re.compile(
    # Without a space: three or four syllables of Hangul, two to four Han characters and kana.
    r"^(?:[가-힣]{3,4}|[\u3040-\u30ff\u4e00-\u9fff]{2,4})$|"
    r"^[^\W\d_a-z][\w.'’-]*(?: (?:[^\W\d_a-z][\w.'’-]*|van|von|der|den|de|da|di|del|la|le|el|al|bin|dos|du|zu|y|e)){1,4}$"
)


def is_person(name: str) -> bool:
    """The name is written as persons' names are: two to five words, capitals but for particles.

    >>> is_person("Ada van der Bell"), is_person("read the full story")
    (True, False)
    """
    return bool(_PERSON.match(name))


def names_in(raw: str | Iterable[str], *, outlet: Iterable[str] = (), collective: bool = False) -> list[str]:
    """The persons' names in bylines, each once, in order.

    Args:
        raw: one byline, or several.
        outlet: the publisher's names in lower case, which are no author's.
        collective: newsrooms, agencies and the publisher count too.

    >>> names_in("By Ada Bell, Science Editor, and Bo Lind (bo@example.org)")
    ['Ada Bell', 'Bo Lind']
    >>> names_in("Example News Staff"), names_in("Example News Staff", collective=True)
    ([], ['Example News Staff'])
    """
    found: list[str] = []
    outlets = {name.replace(" ", "") for name in outlet}
    for byline in [raw] if isinstance(raw, str) else raw:
        text = _HANDLE.sub(" ", _MAIL.sub(" ", _ADDRESS.sub(" ", plain(byline)[:600])))
        text = BY.sub("", _BRACKETS.sub(" ", text).strip())
        parts = [part for part in _SPLIT.split(text) if part]
        if len(parts) == 2 and all(re.fullmatch(r"[A-ZÀ-Þ][\w'’-]+", part) for part in parts) and "," in text:
            parts = [f"{parts[1]} {parts[0]}"]  # "Bell, Ada"
        for part in parts:
            name = _collective(part) if collective else _person(part, outlets)
            if name and name.casefold() not in {other.casefold() for other in found}:
                found.append(name)
    return found[:12]


def _trimmed(part: str) -> str:
    for _ in range(2):
        part = BY.sub("", part.strip(" \t\"'“”‘’.:;,|-–—*→"))
    stop = _STOP.search(part)
    part = _WEEKDAY_TAIL.sub("", clean(part[: stop.start()] if stop else part).strip(" .:;,|-–—*"))
    part = _ROLE_BEHIND.sub("", part)
    inner = _INNER_BY.match(part)
    return part[inner.end() :] if inner and not is_person(part) else part


def _collective(part: str) -> str:
    part = _trimmed(part)
    return "" if len(part) < 2 or len(part) > 60 or _TEMPLATE.match(part) or part.isdigit() else part


def _person(part: str, outlets: set[str]) -> str:
    part = _PLACE_TAIL.sub("", _trimmed(part))
    role = _ROLE.search(part)
    if role:
        # "Ada Bell Science Editor" has a name before the role; "Science Editor" has none.
        head = part[: role.start()].split()
        named = len(head) >= 2 and len(part.split()) >= 3 and all(word[:1].isupper() for word in head[:2])
        part = " ".join(head[:2]) if named else ""
    squeezed = "".join(re.findall(r"\w+", part.casefold()))
    if role and any(squeezed in name for name in outlets):
        return ""
    if sum(map(str.isalpha, squeezed)) < 2 or squeezed in outlets or len(part) > 60 or len(part.split()) > 6:
        return ""
    if (
        squeezed.isdigit()
        or _DATE.search(part)
        or _TEMPLATE.match(part)
        or _COLLECTIVE.match(part)
        or _AGENCY.match(part)
    ):
        return ""
    return part
