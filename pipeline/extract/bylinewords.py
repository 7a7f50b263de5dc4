"""The words of bylines in the press's languages: labels, roles, agencies, desks, and what templates print.

Written from the house styles of the press; each list is of words, never of persons or of single sites.
"""

from __future__ import annotations

import re

# -- before a name --------------------------------------------------------------------

_LATIN_BY = (
    r"(?:(?:(?:written|reported|posted|published|story|text|words|article|report|review(?:ed)?|analysis|opinion|interview|exclusive|compiled|a|an|the)\s+)*by|"
    r"ein(?:e)?\s+\w+\s+von|(?:(?:veröffentlicht|geschrieben|verfasst|eingestellt|erstellt|gepostet|beitrag|artikel|pressemitteilung) )?von|vom|"
    r"(?:(?:publi[ée]|rédigé|écrit|propos recueillis) )?par|(?:(?:publicado|escrito|elaborado|redactado) )?por|per|(?:a cura )?di|(?:scritto )?da|de|"
    r"(?:geschreven )?door|(?:skrevet |skriven )?av|af|od|przez|oprac|oleh|theo|from|über|"
    r"(?:del? nostr[oa]|dal nostro) (?:inviat[oa]|corrispondente)|autor(?:in|en|a|es|e)?|auth?ors?|автор\w*|подготовил[аи]?|текст|text|texto|teksti|tekst|testo|texte|interview|penulis|pewarta|yazan|yazar|reporter|"
    r"írta|szerző|γράφει (?:ο|η)|του|της|redaktion|redacción)"
)
BY = re.compile(
    rf"^{_LATIN_BY}\b\.?\s*[:：|–-]?\s+"
    r"|^(?:auth?ors?|autor\w*|автор\w*|текст|text|texto|interview|penulis|by|von)\s*[:：]\s*"
    r"|^(?:作者|文|記者|记者|撰文|执笔|執筆|글|기자)\s*[:：/／・]\s*"
    r"|^(?:بقلم|كتبت?|נכתב על ידי|מאת|द्वारा)\s*:?\s+",
    re.IGNORECASE,
)
"""What a byline begins with."""

_AUTHOR_LABELS = frozenset(
    word.casefold()
    for word in "by article artikel beitrag artículo articolo author authors auther name words text texts story report reporter reporters reporting writing written byline writer journalist interview "
    "autor autorin autoren autora autores auteur auteurs auteure von texte verfasser redakteur "
    "texto por testo articolo tekst teksti journalist toimittaja skribent reporter skriven "
    "автор авторы текст автора журналист корреспондент penulis pewarta oleh yazar yazan haber muhabir "
    "συντάκτης κείμενο szerző írta opracowanie redagował tác-giả giả "
    "كتب كتبت بقلم الكاتب نویسنده लेखक 作者 文 記者 记者 撰文 執筆 执笔 采写 글 기자 door av af di da oleh".split()
)
"""Words that announce who wrote it, before a colon."""

_CREW = (
    r"edit(?:ed|ing)|copy-?edit(?:ed|ing)|photos?|photograph(?:s|y|ed)?|pictures?|video(?:s|graphy)?|illustrat(?:ions?|ed)|graphics?|"
    r"translat(?:ed|ion)|design(?:ed)?|produc(?:ed|tion)|fact[- ]?check(?:ed|ing)|medically reviewed|owned|powered|sponsored|presented|"
    r"fotos?|bilder|übersetzt|übersetzung|illustrationen|photographies|traduit|traducción|traducido|fotografías|fotografie"
)
_WROTE = r"(?:additional )?report(?:ing|ed)|writ(?:ing|ten)|words|text|story|stories|interview|analysis|opinion|compiled"
LABEL = re.compile(
    rf"\b(?:(?P<crew>{_CREW})|(?P<wrote>{_WROTE}))\s+(?:by|von|par|por|da|di|door|av|af)\s+"
    r"|(?:(?<!\S)(?:last|zuletzt|dernière)\s)?(?P<word>(?<!\S)[^\s\d:：,;|/()]{2,25}|[文글])\s*[:：]\s*(?=\D)"
    r"|(?P<before>글|사진|영상|편집)\s+(?=[가-힣]{2,4}\s)",
    re.IGNORECASE,
)
"""A label anywhere in a byline: of someone who did something else, of who wrote it, or any word before a colon."""


def announces_author(label: re.Match[str]) -> bool:
    """The label stands before the name of who wrote the story.

    >>> [announces_author(label) for label in LABEL.finditer("Autor: Ada Bell Foto: Bo Lind, edited by Cy Moe")]
    [True, False, False]
    """
    word = label["word"] or label["before"]
    return word.casefold() in _AUTHOR_LABELS if word else label["wrote"] is not None


# -- beside a name --------------------------------------------------------------------

ROLE = re.compile(
    r"\b(?:staff|senior|junior|chief|deputy|managing|executive|associate|assistant|contributing|correspondent|reporter|editor|editors|writer|columnist|"
    r"journalist(?:in|e)?|producer|photographer|freelance\w*|contributor|critic|anchor|director|professor|lecturer|fellow|researcher|analyst|intern|developer|engineer|attorney|veterinarian|strategist|"
    r"(?:co-?)?founder|redakteur(?:in)?|redaktion|redaktor\w*|korrespondent(?:in)?|reporterin|chefredakt\w+|volontär\w*|autor(?:in)?|gastautor\w*|fotograf\w*|"
    r"rédact\w+|correspondant\w*|envoyée?|redactor\w*|redacción|periodista|corresponsal|jornalista|repórter|redazione|giornalista|inviat[oa]|redatt\w+|"
    r"redaktör|redactie|verslaggever|toimittaja|dziennikarz|dziennikarka|muhabir|wartawan|корреспондент\w*|журналист\w*|редактор\w*|обозреватель|корр|specialist|expert|manager|president|ceo|author)\b",
    re.IGNORECASE,
)
PERSON_ROLE = re.compile(
    r"^(?:journalist(?:in|e)?|reporter(?:in)?|redakteur(?:in)?|korrespondent(?:in)?|toimittaja|giornalista|(?:nostr[oa] )?inviat[oa]|periodista|jornalista|repórter|"
    r"dziennikarz|dziennikarka|wartawan|muhabir|корреспондент|журналист)\s+",
    re.IGNORECASE,
)
"""Roles of one person, which some papers print before the name."""
ROLE_BEHIND = re.compile(
    r"(?:(?<=[가-힣])\s+[가-힣]{2,6})?\s*(?:특파원)$|"
    r"\s*(?:선임기자|전문기자|인턴기자|수습기자|기자|논설위원|통신원|앵커|記者|特派員|編集委員|论说委员|特约记者|记者|特派记者)$"
)
"""Roles that Korean, Japanese and Chinese set behind the name."""
HANGUL_PLACE = re.compile(r"^[가-힣]+\s+(?=[가-힣]{3,4}$)")
"""Where a Korean reporter with a role is: 광양 홍길동 기자."""
ROLE_BEFORE = re.compile(
    r"^[\u4e00-\u9fff]{0,8}?(?:特约|特約|实习|實習|见习)?(?:记者|記者|通讯员|通訊員|特派員)\s*[:：]?\s*(?=[\u4e00-\u9fff])"
)
"""Roles that Chinese sets before it, with the paper or the agency: 新华社记者张三."""
REPORTED_FROM = re.compile(
    r"\s*[\u4e00-\u9fff]{2,6}(?:报道|報道|報導|报导|电|電)$|^[^\s=＝]{2,12}[=＝]\s*|^综合报道$|^綜合報導$"
)
"""Where a Chinese or Japanese report is from: 台北报道, ロンドン＝."""
DEGREE = re.compile(
    r"(?:,?\s+(?:ph\.?\s?d|m\.?d|mba|dvm|rn|j\.?d|m\.?sc|b\.?sc|mph|msw|lcsw|rdn?|esq|cpa|cfp|facs)\b\.?)+$",
    re.IGNORECASE,
)
GENERATION = re.compile(r",\s*(?=(?:jr|sr|ii|iii)\b)", re.IGNORECASE)
PLACE_TAIL = re.compile(
    r"\s+(?:in|aus|à|en|em|from|reporting from|i|w|w/)\s+[^\W\d_a-z][\w.'’-]+(?:[ -][^\W\d_a-z][\w.'’-]+){0,2}$"
    r"|\s+(?:for|für|pour|para)\s+(?:the\s+)?[^\W\d_a-z].*$"
)
SHOUTED_TAIL = re.compile(r"(?<=[a-z])(?:\s+[A-Z]{2,}){2,}$")
"""The paper behind the writer: "Ada Bell NORVIK DAILY POST"."""

# -- instead of a name ----------------------------------------------------------------

TEMPLATE = re.compile(
    r"^(?:admin(?:istrator)?|root|webmaster|anonymous|guest|unknown|null|none|undefined|user|test|default|n/?a|by|author|autor|view .*|more (?:from|by).*|follow.*|see .*|read .*|share.*|"
    r"(?:last )?updated?.*|published.*|posted.*|am|pm|\d+ ?m(?:in)? read|min(?:ute)?s? read|.*\bmin(?:ute)?s? read|alle (?:beiträge|artikel).*|zeige alle.*|all posts.*|about.*|comments?.*|photo\w*.*|link copied.*|contact.*|.*\bcomments?|"
    r"folgen|home|news|politik|sport|gesponserte? .*|.*\b(?:by|von|par|por)|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|getty images.*|shutterstock.*|istock.*)$",
    re.IGNORECASE,
)
"""What templates print where a name should be."""

COLLECTIVE = re.compile(
    r"^(?:web ?desk|news ?desk|news ?room|staff|(?:the )?editor(?:ial|s)?(?: (?:team|staff|board|office))?|online|team|(?:our|unser\w*|onze|nostr[oai]|notre|nuestr\w+) .*|"
    r".*\b(?:redaktion(?:en)?|redazione|redacción|redação|rédaction|redactie|redakcja|redakce|redaktionen|toimitus|redaksi|редакци[яи]|редакція|szerkesztőség|redacția|haber merkezi|newsroom|news ?desk|web ?desk|editorial (?:staff|board|team)|staff reports?|staff writers?|staff|team|news ?services?|wire ?services?|wire reports?|"
    r"nachrichtenagentur|presse-?agentur|special to .*|magazine|newspaper|media group|press release|university|institute|ministry|inc|gmbh|ltd|llc|news|online|agenc(?:y|ia|ie|e|ies)|agência|ag[eê]nci\w+|ajansı|(?-i:[A-Z]{2,5}-[A-ZÄÖÜ][a-zäöü])\w*)\b.*|"
    r".*(?:편집부|취재팀|뉴스팀|보도팀|디지털뉴스|编辑部|編集部|編輯部|取材班|報道部|综合))$",
    re.IGNORECASE,
)
"""A newsroom, a desk or a house, not a person."""

AGENCY = re.compile(
    r"^(?:the )?(?:associated press|ap|afp|agence france[- ]presse|reuters|thomson reuters|dpa(?:[-/].*)?|epd|kna|apa|sda|ats|keystone-sda|efe|ansa|adnkronos|agi|askanews|lusa|belga|anp|"
    r"tt|ntb|ritzau|stt|pap|čtk|ctk|tasr|mti|agerpres|mediafax|bta|hina|tanjug|srna|pti|press trust of india|ians|ani|uni|xinhua(?: news agency)?|kyodo(?: news)?|yonhap|newsis|news1|tass|тасс|риа новости|ria novosti|интерфакс|interfax|укрінформ|ukrinform|уніан|"
    r"bloomberg(?: news)?|upi|united press international|aap|pa(?: media)?|press association|cp|the canadian press|canadian press|"
    r"europa press|agencias?|agencies|agenzie|agences?|agenturen?|agentur|sid|cnn wire|ap news|bernama|antara|anadolu(?: agency| ajansı)?|aa|dha|iha|ttxvn|vna|vtv|irna|isna|wam|qna|wafa|"
    r"απε-μπε|αμπε|新华社|新華社|中新社|中央社|共同通信|時事通信|連合ニュース|연합뉴스|뉴시스|뉴스1|رويترز|وكالات|أ ف ب|فرانس برس|الأناضول|ایرنا|ایسنا|مهر|فارس|एजेंसी|पीटीआई|भाषा|एएनआई)$",
    re.IGNORECASE,
)
"""Agencies sign for a story, they do not write it: https://en.wikipedia.org/wiki/List_of_news_agencies"""

# -- behind a byline ------------------------------------------------------------------

_MONTHS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec januar februar märz april mai juni juli august september oktober november dezember january february march june july "
    "october december janvier février mars avril juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre"
).replace(" ", "|")
STOP = re.compile(
    r"\b(?:(?:(?:last )?updated?|published(?! by)|posted(?! by)|publiziert|veröffentlicht(?! von)|aktualisiert|erschienen|publi[ée] le|publicado(?! por)|pubblicato|stand|on|quelle|source|datum|link copied|follow|folgen|share|read more|view (?:all|my|profile|more|complete))\b|"
    r"(?:am|um|at|le|el|em|den|vor|hace|há|ca\.?|il y a)(?= \d)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)\.?,? (?=\d)|"
    rf"(?:{_MONTHS})\.?(?=\s+\d)|\d{{1,4}}(?=[\s./:年-]|(?:st|nd|rd|th|m)\b|$)).*$",
    re.IGNORECASE,
)
"""Where a byline stops being one: a date, a word that says that a date or a button follows."""
WEEKDAY_TAIL = re.compile(r"(?<=\w\w)\s+(?:Mo|Di|Mi|Do|Fr|Sa|So|Mon|Tue|Wed|Thu|Fri|Sat|Sun)$")
