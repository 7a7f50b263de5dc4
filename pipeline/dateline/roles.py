"""What a printed date says of itself: published, updated, the page's own clock, an event."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.records import Role

_WORDS: dict[Role, str] = {
    "updated": r"updat|modif|\bedited|revised|\bchang|aktuali|geändert|bearbeitet|stand\b|mis à jour|màj|maj\b|actuali[sz]|"
    r"atuali[sz]|aggiornat|обновл|измен|оновлен|更新|修改|수정|업데이트|تحديث|محدث|تعديل|güncelle|uppdater|oppdater|opdater|"
    r"bijgewerkt|gewijzigd|zaktuali|aktuali[sz]|päivitet|muokattu|frissít|módosít|diperbarui|diubah|cập nhật|ενημέρωσ|עודכן|"
    r"به.?روز|ویرایش|اپ ?ڈیٹ|अपडेट|আপডেট|হালনাগাদ|அப்டேட்|புதுப்பி|ažuriran|ажурир|osvježen|обновен|промен|actualitz|"
    r"eguneratu|atnaujint|atjaunot|uuendatud|muudetud|uppfært|განახლ|թարմաց|жаңарт|yenilən|përditës|imesasish|diweddar|"
    r"อัปเดต|อัพเดต|ปรับปรุง|kemas ?kini",
    "published": r"publish|post(?:ed|é)|creat|issued|filed|veröffentlich|erstellt|publi[ée]|publica|pubblicat|опублик|"
    r"发布|发表|發布|發佈|公開|掲載|投稿|입력|등록|승인|نشر|yayın|eklen|publicer|publiser|offentlig|gepubliceerd|geplaatst|"
    r"opublikowan|dodano|julkaist|megjelen|közzét|diterbitkan|đăng|δημοσ|פורסם|انتشار|منتشر|شائع|प्रकाशित|objavljen|објављен|zveřejněn|zverejnen|vydán|"
    r"publikov|publikac|publiku|опублік|публикуван|প্রকাশ|வெளியிட|ప్రచుర|പ്രസിദ്ധീക|เผยแพร่|\bterbit|発行|配信|게재|"
    r"argitarat|paskelbt|publicēt|avaldatud|\bbirt\b|გამოქვეყნ|հրապարակ|жариялан|dərc|imechapish|nilathala|cyhoedd",
    "page_clock": r"\b(?:now|current time|local time|server time|time now|rendered|generated)\b|сейчас|现在|現在",
    "event": r"kick-?off|starts?\b|begins?\b|doors\b|deadline|scheduled|beginn|anstoß|début|inicio",
}
_LABEL = re.compile("|".join(f"(?P<{role}>{words})" for role, words in _WORDS.items()))
_REACH = 48


def role_of(before: str) -> Role:
    """The role that the last label before a date gives it; ``unknown`` without one.

    >>> role_of("By A. Writer | Last updated: "), role_of("")
    ('updated', 'unknown')
    """
    return _role(before[-_REACH:].lower())


@lru_cache(maxsize=4096)
def _role(label: str) -> Role:
    """The same labels come again and again."""
    found: Role = "unknown"
    for match in _LABEL.finditer(label):
        found = match.lastgroup  # type: ignore[assignment]
    return found
