"""Paragraphs that are no part of a story: promotion, sharing bars, credits, repeated headlines, lists behind the end."""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.extract.body import Block, word_count
from pipeline.extract.links import READ_MORE
from pipeline.extract.names import BY, is_person, names_in
from pipeline.extract.textlines import has_clock_or_date, is_credit, label_of

_PROMOTION = re.compile(
    r"^\W*(?:advertisement|advertising|anzeige|werbung|publicité|publicidad(?:e)?|pubblicità|advertentie|reklama|реклама|annonse|annons|mainos|広告|广告|"
    r"sign up (?:for|to|here)\b.*|subscribe (?:to|now|here|today)\b.*|get (?:the|our) (?:latest|best|day's|free)\b.*(?:inbox|newsletter|e-?mail).*|join (?:our|the|us on)\b.*(?:newsletter|whatsapp|telegram|channel|community|list).*|"
    r"(?:thanks|thank you) for (?:signing up|subscribing|reading)\b.*|follow (?:us|the author|[\w ]{2,30}) on\b.*|(?:like|enjoy(?:ed)?) th(?:is|e) (?:story|article|post).*|share (?:this|it|on|with|via|article)\b.*|click (?:here|to)\b.*|"
    r"download (?:the|our) .{0,30}\bapp\b.*|keep an eye on your inbox.*|there was an error.*|please (?:enable|enter a valid)\b.*|by (?:signing up|subscribing|submitting|clicking)\b.*|privacy policy.*|terms (?:of|and) .{0,30}apply.*|"
    r"all rights reserved.*|.{0,60}\ball rights reserved\W*|copyright ©?.*|(?:leave|post|add|write) a (?:comment|reply)\b.*|(?:view|show|read|load|see) (?:all )?(?:more )?comments.*|\d+ comments?|comments? (?:are )?closed.*|no comments.*|"
    r"loading\W*|sorry\W*|skip (?:to|ad|advertisement).*|continue reading.*|story continues below.*|article continues (?:below|after).*|(?:scroll|swipe) .{0,30}(?:continue|more).*|(?:print|e-?mail|facebook|twitter|whatsapp|telegram|linkedin|pinterest|reddit|copy link)(?:\W+\w+)?|"
    r"jetzt (?:abonnieren|anmelden|kaufen|bestellen)\b.*|newsletter(?: abonnieren| anmelden)?.{0,60}|teilen\W*|zum newsletter.*|mehr zum thema.*|kommentare?\W*|melden sie sich .*newsletter.*|"
    r"abonnez-vous\b.*|inscrivez-vous\b.*newsletter.*|partager\W*|suivez-nous\b.*|suscríbe(?:te|se)\b.*|síguenos\b.*|sigue (?:toda )?la información.*|compartir\W*|inscreva-se\b.*|siga\b.*(?:instagram|facebook|whatsapp|twitter).*|"
    r"compartilhe\W*|iscriviti\b.*|seguici\b.*|condividi\W*|deel (?:dit|op)\b.*|dela\W*|подпис(?:ывайтесь|аться)\b.*|подпишитесь\b.*|поделиться\W*|このページのトップへ.*|分享到?\W*|点击.*关注.*)$",
    re.IGNORECASE | re.DOTALL,
)
_BEHIND = re.compile(
    r"^\W*(?:related|recommended|more (?:from|on|stories|news|to read)|most (?:read|popular|viewed)|you (?:may|might) (?:also )?(?:like|be interested)|read (?:more|next|also)|trending|latest (?:news|stories|posts)|comments?|leave a (?:reply|comment)|"
    r"share (?:this|on)|newsletter|about the authors?|sponsored|popular (?:posts|stories)|see also|recent posts|up next|"
    r"mehr zum thema|weiterführende links|das könnte (?:sie|dich) (?:auch )?interessieren|auch interessant|verwandte (?:artikel|themen)|ähnliche (?:artikel|beiträge)|kommentare|meistgelesen|beliebt|weitere (?:artikel|themen|meldungen|nachrichten)|lesen sie auch|"
    r"à lire aussi|sur le même (?:sujet|thème)|articles (?:liés|similaires)|commentaires|les plus lus|te puede interesar|noticias relacionadas|más (?:noticias|leídas|información)|lo más (?:leído|visto)|comentarios|leia (?:também|mais)|notícias relacionadas|mais lidas|comentários|"
    r"leggi anche|articoli correlati|commenti|i più letti|lees ook|meer (?:over|nieuws)|reacties|läs (?:också|mer)|relaterat|kommentarer|les også|читайте также|по теме|комментарии|ещё по теме|相关(?:阅读|新闻)|関連記事|関連リンク|관련 ?기사)\b",
    re.IGNORECASE,
)
_LONGEST_PROMOTION = 45
_LONGEST_TITLE = 30
_LONGEST_KICKER = 40
_SENTENCE = re.compile(r"[.!?。！？…][\"'”’»)\]]*$")


def cleaned(
    blocks: list[Block],
    *,
    headline: str | None,
    description: str | None = None,
    judge: str = "",
    told: Collection[str] = (),
) -> list[Block]:
    """The story's blocks alone.

    Args:
        blocks: the body as found.
        headline: a block that only repeats it goes.
        description: a heading above the first paragraph that only repeats it goes: the deck sums up, it opens no section.
        judge: the body as the page's metadata state it, if they do; it settles where the story begins and ends.
        told: words of texts that other fields tell, as ``bare`` writes them.
    """
    title, deck = bare(headline or ""), bare(description or "")
    seen: set[str] = set()
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        words = bare(block.text)
        if not words or words in told or (words in seen and word_count(block.text) >= 8):
            continue
        seen.add(words)
        if _foreign(block) or (at < 5 and (_repeats(words, title) or _opening(block))):
            continue
        if words == deck and block.kind == "heading" and all(other.kind == "heading" for other in kept):
            continue
        kept.append(block)
    kept = _cut_behind(kept)
    if judge:
        kept = _judged(kept, judge)
    while kept and kept[-1].kind == "heading":
        kept.pop()
    return kept


def _repeats(words: str, title: str) -> bool:
    """The block is the headline, with a kicker or a subtitle at most."""
    return bool(title) and title in words and len(words) - len(title) < _LONGEST_KICKER


def _foreign(block: Block) -> bool:
    words = word_count(block.text)
    if words <= _LONGEST_PROMOTION and _PROMOTION.match(block.text):
        return True
    if words <= _LONGEST_TITLE and READ_MORE.match(block.text) and block.kind != "heading":
        return True
    return (words <= 20 and is_credit(block.text.lstrip("(["))) or (
        block.kind != "heading" and label_of(block.text) is not None
    )


def _opening(block: Block) -> bool:
    """A byline or a date above the first paragraph."""
    if word_count(block.text) > 14:
        return False
    if has_clock_or_date(block.text) and not _SENTENCE.search(block.text):
        return True
    return bool(BY.match(block.text)) and is_person(next(iter(names_in(block.text)), ""))


def _cut_behind(blocks: list[Block]) -> list[Block]:
    """The blocks up to a heading behind which only lists of other stories, comments or promotion stand."""
    total = sum(len(block.text) for block in blocks)
    before = 0
    for at, block in enumerate(blocks):
        if (
            before > 0.6 * total
            and word_count(block.text) <= 8
            and _BEHIND.match(block.text)
            and not _SENTENCE.search(block.text)
        ):
            rest = blocks[at + 1 :]
            long = sum(word_count(other.text) > 25 for other in rest)
            if long <= 0.25 * len(rest):
                return blocks[:at]
        before += len(block.text)
    return blocks


def _judged(blocks: list[Block], judge: str) -> list[Block]:
    """Without the blocks before the first and behind the last that the stated body has too.

    The stated body is believed only if it holds nearly all of what was found: it may be cut short, or another text.
    """
    stated = f" {bare(judge)} "
    known = [_holds(stated, block) for block in blocks]
    length = [len(block.text) for block in blocks]
    shared = sum(size for size, there in zip(length, known, strict=True) if there)
    if not blocks or shared < 0.7 * sum(length) or shared < 0.85 * len(judge):
        return blocks
    first = known.index(True)
    last = len(known) - known[::-1].index(True)
    return blocks[first:last]


def _holds(stated: str, block: Block) -> bool:
    text = bare(block.text)
    if f" {text} " in stated:
        return True
    words = text.split()
    if len(words) < 8:
        return False
    pieces = [" ".join(words[at : at + 5]) for at in range(0, len(words) - 4, 5)]
    return sum(piece in stated for piece in pieces) >= 0.6 * len(pieces)


def bare(text: str) -> str:
    """The words of a text in lower case, one space between them."""
    return " ".join(re.findall(r"\w+", text.casefold()))
