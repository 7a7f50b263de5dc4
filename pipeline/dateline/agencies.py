"""Who files: the news agencies and houses that datelines name, and the shape of one that is not listed."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.dateline.folding import fold
from pipeline.dateline.gazetteer import lookup

_LATIN = """
AP | Associated Press | The Associated Press | Reuters | Reuter | AFP | Agence France-Presse | UPI | dpa | dpa-AFX
Xinhua | Xinhuanet | Xinhaunet | TASS | ITAR-TASS | Interfax | Interfax-Ukraine | RIA Novosti | RIA | Sputnik | EFE
EFECOM | ACAN-EFE | ANSA | Adnkronos | AGI | LaPresse | Kyodo | Kyodo News | Jiji | Jiji Press | Yonhap | News1 | Newsis
PTI | ANI | IANS | UNI | PTI News | Anadolu | Anadolu Agency | AA | DHA | IHA | ANKA | Antara | ANTARA News | Bernama
CP | Canadian Press | The Canadian Press | CNN | CNN Indonesia | CNN/Money | BBC | NBC | CBS | CBS.MW | ABC | FOX | NPR | Bloomberg
Dow Jones | AFX | MarketWatch | Forbes | PR Newswire | PRNewswire | PRNewswire-FirstCall | Business Wire | BUSINESS WIRE
BUSINESSWIRE | GLOBE NEWSWIRE | GlobeNewswire | Marketwired | Marketwire | Newswire | Sports Network | Ticker | IDG News Service
APA | SDA | ATS | Belga | ANP | NTB | TT | Ritzau | STT | BNS | LETA | ELTA | PAP | CTK | ČTK | TASR | SITA | MTI | HINA
Tanjug | FENA | STA | BTA | Agerpres | Mediafax | ANA | AMNA | Lusa | Agência Brasil | Agência Estado | Télam | TELAM
Notimex | Prensa Latina | DYN | NA | AAP | NZPA | SAPA | PANA | MENA | KUNA | WAM | SPA | QNA | BNA | Petra | WAFA | IRNA
Ziff Davis | NewsFactor | MacCentral | PC World | InfoWorld | TechWeb | Computerworld | CNET | The Motley Fool | CBC
Los Angeles Times | New York Times | The New York Times | The Washington Post | Washington Post | USA TODAY | IBD
CBC SPORTS ONLINE | Investor's Business Daily | The Guardian | BBC News | Sky News | Fox News | NBC News | CBS News | ABC News
ISNA | Fars | Mehr | IRIN | KCNA | CNA | VNA | TNA | PNA | APP | BSS | UNB | Ukrinform | UNIAN | UNN | BelTA | Agencies
epd | KNA | sid | IPS | Zenit | AllAfrica | TASS-FACTOR | Agence Ecofin | APS | MAP | TAP | Efe | Europa Press | Colpisa
awp | ots | dts | apro | askanews | kath.net | ITALPRESS | Radiocor | MF-DJ | ACN | AVN | ABI | Andina | FOLHAPRESS | ANGOP
AIM | Nampa | New Ziana | GNA | NAN | AIP | AIB | ACP | AMAP | SLENA | JAMPRESS |  SABC |  La Presse canadienne | FNB
RÚV |    VRT | taz | ikr | MIA | TPS | MNA | FNA | Tasnim | Tasnim News Agency | ILNA | SANA | NNA |  SUNA | ENA
BNN | BNO NEWS | VOA | RFE/RL | Deutsche Welle | DW | RFI | CNS | RNS | EWTN | Kazinform | KAZINFORM | Kabar | AZERTAC |  Report
Armenpress | Interpress | Moldpres | MOLDPRES | UzA | TurkmenPortal | MONTSAME | ABC News | TTXVN | Vietnam+ | Nhan Dan | AKP | TNA | MCOT
Lankapuvath |  Bhasha | Univarta | CNBC Indonesia | CNN Türk | VIVA | SITA | ANSAmed | Agenzia Nova | Agência Lusa | Agencia EFE
""".replace("\n", " | ")
_OTHER = (
    "ТАСС РИА_Новости Интерфакс УНН УНИАН Укринформ Спутник БЕЛТА РБК رويترز فرانس_برس أ_ف_ب الأناضول كونا واس وام "
    "سبوتنيك د_ب_أ وفا سانا شينخوا أ_ش_أ قنا بنا سبأ واج وات بترا معا صفا نينا واع ایرنا ایسنا مهر فارس تسنیم اے_پی_پی "
    "КАЗИНФОРМ Казинформ АЗЕРТАДЖ АРМЕНПРЕСС Кабар ПРАЙМ Рейтер Синьхуа БТА МИА Танјуг Бета УНІАН Інтерфакс-Україна "
    "Укрінформ Интерфакс-Украина ΑΠΕ-ΜΠΕ ΑΠΕ רויטרס भाषा वार्ता आईएएनएस एएनआई एपी एएफपी रॉयटर्स বাসস ইউএনবি রয়টার্স"
)
_IDEOGRAPHIC = (
    "新华社 新華社 俄罗斯卫星通讯社 俄羅斯衛星通訊社 央广网 新华网 新華網 中新社 中新网 中新網 中国新闻社 中央社 法新社 路透社 路透 美联社 美聯社 共同社 时事社 時事社 塔斯社 俄新社 "
    "韩联社 韓聯社 德新社 德通社 安莎社 埃菲社 合众国际社 朝中社 人民网 央视网 中评社 ロイター 共同 共同通信 時事 時事通信 聯合ニュース 朝日新聞 "
    "読売新聞 毎日新聞 産経新聞 ＡＦＰ AFP ＡＰ AP CNN ＣＮＮ ブルームバーグ 新華社通信 タス通信 연합뉴스 뉴시스 뉴스1 신화 로이터"
).split()

KNOWN = frozenset(
    fold(name)
    for name in (*(part.strip() for part in _LATIN.split("|")), *_OTHER.replace("_", " ").split(" "))
    if name.strip()
) | frozenset(fold(name.replace("_", " ")) for name in (*_OTHER.split(), *_IDEOGRAPHIC))
"""Folded names of agencies and houses."""

IDEOGRAPHIC = tuple(sorted(_IDEOGRAPHIC, key=len, reverse=True))
"""Agencies in Chinese, Japanese and Korean print, the longest first."""

HOUSES = frozenset(
    fold(name)
    for name in ("WARTA KOTA", "KOMPAS", "TEMPO", "TRIBUN", "ANTARA", "DETIK", "REPUBLIKA", "SINDO")
)
"""Papers that print their own name before the place."""
HOUSE_WORDS = frozenset(
    "times news post tv radio online daily herald tribune network media indonesia newswire".split()
)
"""How the name of a house that is not listed ends, where it stands beside a place."""
_DOMAIN = re.compile(r"[\w-]+\.(?:com|net|org|id|co|tv|info|news|mw|ru|ua)(?:\.[a-z]{2})?", re.IGNORECASE)
_MARKS = "\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff"
_SHAPE = re.compile(rf"[^\W_][\w{_MARKS} .,&'’/+\-–«»]{{0,58}}")
_NOT_AGENCY = re.compile(
    r"(?:[A-Z]{1,5}\.[A-Z]{1,2}$|[A-Z]+:|search|photo|video|see|left|right|pictured|file|audio|click|read|more|www|http|not|and|the \w+ly|aged? \d+|\d+)\b"
    r"|.*\b(?:says?|said|was|were|is|are|has|have|who|which)\b",
    re.IGNORECASE,
)
"""``(AAPL.O)``, ``(NYSE: EX)`` and captions."""
_DESK = re.compile(
    r"(?:корр\.?\s+)?(?P<house>.+?)(?:\s+(?:business|sports?|news|money|travel|health|tech|style|entertainment|"
    r"breakingviews|plus|(?:en )?español|brasil|türk|indonesia|philippines))?",
    re.IGNORECASE,
)
"""A desk of an agency or its correspondent: ``CNN Business``, ``Reuters Breakingviews``, ``Корр. БЕЛТА``."""


@lru_cache(maxsize=4096)
def is_known(name: str) -> bool:
    """True for a listed agency, in any case and spelling.

    >>> is_known("The Associated Press"), is_known("ТАСС"), is_known("Smith")
    (True, True, False)
    """
    key = fold(name)
    if key in KNOWN:
        return True
    if "/" in name and " " not in name:
        return not KNOWN.isdisjoint(map(fold, name.split("/")))
    first, hyphen, second = name.partition("-")
    if (
        hyphen
        and " " not in name
        and fold(first) in KNOWN
        and (fold(second) in KNOWN or lookup(second).country)
    ):
        return True
    desk = _DESK.fullmatch(name)
    return desk is not None and fold(desk["house"]) in KNOWN


@lru_cache(maxsize=4096)
def is_outlet(name: str) -> bool:
    """True for a listed agency or house, or a name in the form of a domain (``Kabar9.com``)."""
    return is_known(name) or fold(name) in HOUSES or bool(_DOMAIN.fullmatch(name.strip()))


def looks_like_one(name: str) -> bool:
    """True where the words in a dateline's brackets can name an agency: short, capitalised, no clause."""
    name = name.strip()
    if is_outlet(name):
        return True
    if not _SHAPE.fullmatch(name) or _NOT_AGENCY.match(name):
        return False
    words = name.split()
    first = words[0]
    cased = not (first[0].islower() and first[0].isascii()) or any(char.isupper() for char in first)
    return len(words) <= 6 and (cased or is_known(first))
