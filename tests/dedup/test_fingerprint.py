"""Keys and hashes: functions of one text, the same on every machine."""

import html
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import fingerprint, keys, length_in_words
from pipeline.dedup.fingerprint import KEYS, RUN_WORDS, pieces, shingles

STORY = (
    "The council met again on Tuesday and voted, after four hours of debate, to keep the old bridge open. "
)
SCRIPTS = {
    "chinese": "市议会星期二再次开会经过四个小时的辩论决定保留旧桥继续通行并要求工程师在夏天之前提出新的报告",
    "japanese": "市議会は火曜日に再び開かれ四時間の議論の末に古い橋を残すことを決め技術者に夏までに新しい報告を求めた",
    "thai": "สภาเมืองประชุมอีกครั้งเมื่อวันอังคารและลงมติหลังจากอภิปรายกันสี่ชั่วโมงให้เปิดสะพานเก่าต่อไป",
    "lao": "ສະພາເມືອງໄດ້ປະຊຸມອີກຄັ້ງໃນວັນອັງຄານແລະລົງມະຕິຫຼັງຈາກການໂຕ້ວາທີສີ່ຊົ່ວໂມງໃຫ້ເປີດຂົວເກົ່າຕໍ່ໄປ",
    "khmer": "ក្រុមប្រឹក្សាក្រុងបានប្រជុំម្តងទៀតនៅថ្ងៃអង្គារហើយបានបោះឆ្នោតបន្ទាប់ពីការជជែកពិភាក្សាបួនម៉ោង",
    "burmese": "မြို့တော်ကောင်စီသည်အင်္ဂါနေ့တွင်ထပ်မံတွေ့ဆုံပြီးလေးနာရီကြာဆွေးနွေးပြီးနောက်တံတားဟောင်းကိုဆက်လက်ဖွင့်ထားရန်",
    "korean": "시의회는 화요일에 다시 모여 네 시간의 토론 끝에 낡은 다리를 계속 열어 두기로 표결하고 기술자들에게 보고를 요구했다",
    "russian": "Городской совет во вторник собрался снова и после четырех часов споров решил оставить старый мост открытым",
}


def test_keys_are_stored_so_they_never_change():
    assert keys("Bridge to stay open after all", STORY)[:2] == (-6496942850115683189, -6018393287263055195)
    assert keys("Bridge to stay open after all", STORY)[-1] == 4249283502854739316


def test_typography_case_and_furniture_leave_the_keys():
    printed = f"{STORY.upper().replace(',', ' —')}\n\nSign up for our newsletter.\n\n© Example. All rights reserved."
    assert keys(None, printed) == keys(None, STORY)


def test_a_headline_is_a_key_without_its_mark_of_an_update():
    assert keys("UPDATE 2-Old bridge to stay open", STORY)[-1] == keys("Old bridge to stay open", STORY)[-1]
    assert len(keys("Old bridge to stay open", STORY)) == len(keys("Bridge stays", STORY)) + 1


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_has_keys_that_a_cut_copy_shares(script):
    text = SCRIPTS[script]
    assert len(keys(None, text)) > 2
    cut = text[: len(text) * 3 // 4]
    assert set(keys(None, text)) & set(keys(None, cut))
    assert abs(fingerprint(None, text).length - length_in_words(text)) < 6


@given(st.text())
def test_any_text_has_a_fingerprint(text):
    found = fingerprint(text, text)
    assert len(found.words) == len(found.digits) == len(found.capitals)
    assert len(found.runs) == len(found.places) == len(found.turns)
    assert len(keys(text, text)) <= KEYS + 1
    assert all(-(1 << 63) <= key < 1 << 63 for key in keys(text, text))


@given(st.lists(st.integers(0, 3), min_size=RUN_WORDS, max_size=40))
def test_shingles_are_equal_where_their_words_are(numbers):
    hashes = shingles(np.array(numbers, np.uint64), RUN_WORDS)
    windows = [tuple(numbers[at : at + RUN_WORDS]) for at in range(len(numbers) - RUN_WORDS + 1)]
    assert len(hashes) == len(windows)
    assert len(set(hashes.tolist())) == len(set(windows))


def test_numbers_of_all_scripts_and_widths_are_numbers():
    assert fingerprint(None, "１２ and ٣ and 3.5").digits.tolist() == [True, False, True, False, True, True]
    assert pieces("3月15日") == ["3", "月", "15", "日"]


TYPED = st.text(st.sampled_from("aZ9_é“”’–—…\u2011\xa0\t\n\x1c .,-&;'ß"), max_size=60)


@given(st.one_of(TYPED, st.text(st.characters(max_codepoint=0x2E80, exclude_categories=["Cs"]))))
def test_words_are_what_the_pattern_finds_whichever_way_is_quicker(text):
    normal = unicodedata.normalize("NFKC", html.unescape(text))
    if not re.search("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]", normal):
        assert pieces(text) == re.findall(r"\w+", normal)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=30), st.integers(1, 12))
def test_a_shingle_is_the_mixed_polynomial_of_its_words(numbers, size):
    size = min(size, len(numbers))
    sums = []
    for at in range(len(numbers) - size + 1):
        total = 0
        for number in numbers[at : at + size]:
            total = (total * 0xD1342543DE82EF95 + number) % 2**64
        total = (total ^ (total >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        total = (total ^ (total >> 27)) * 0x94D049BB133111EB % 2**64
        sums.append(total ^ (total >> 31))
    assert shingles(np.array(numbers, np.uint64), size).tolist() == sums
