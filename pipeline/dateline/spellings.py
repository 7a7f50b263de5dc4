"""Months and halves of the day as the press spells them where CLDR does not: needed to build ``names.json`` only."""

from __future__ import annotations

EXTRA_MONTHS = {
    "en": {"sept": 9, "sep": 9, "june": 6, "july": 7},
    "sr": {"јуни": 6, "јули": 7, "јуна": 6, "јула": 7},
    "sr_Latn": {"juni": 6, "juli": 7},
    "es": {"setiembre": 9, "set": 9, "ene": 1},
    "pt": {"fev": 2},
    "id": {"agu": 8, "agt": 8, "nop": 11, "nopember": 11, "pebruari": 2},
    "ru": {"ноя": 11, "нояб": 11, "сен": 9, "сент": 9, "фев": 2, "февр": 2, "мая": 5, "авг": 8, "дек": 12},
    "pl": {
        "wrz": 9,
        "paź": 10,
        "sty": 1,
        "lut": 2,
        "kwi": 4,
        "cze": 6,
        "lip": 7,
        "sie": 8,
        "lis": 11,
        "gru": 12,
    },
    "de": {
        "jan": 1,
        "feb": 2,
        "mär": 3,
        "mrz": 3,
        "apr": 4,
        "jun": 6,
        "jul": 7,
        "aug": 8,
        "sep": 9,
        "okt": 10,
    }
    | {"nov": 11, "dez": 12, "jänner": 1, "jän": 1, "feber": 2},
    "fr": {"janv": 1, "fév": 2, "févr": 2, "avr": 4, "juil": 7, "juill": 7, "déc": 12, "aou": 8},
    "te": {"జూలై": 7},
    "ar": {"كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8}
    | {
        "أيلول": 9,
        "تشرين الأول": 10,
        "تشرين الثاني": 11,
        "كانون الأول": 12,
        "جانفي": 1,
        "فيفري": 2,
        "أفريل": 4,
    }
    | {
        "ماي": 5,
        "جوان": 6,
        "جويلية": 7,
        "أوت": 8,
        "غشت": 8,
        "شتنبر": 9,
        "نونبر": 11,
        "دجنبر": 12,
        "يوليوز": 7,
    },
    "ckb": {
        "کانوونی دووەم": 1,
        "شوبات": 2,
        "ئازار": 3,
        "نیسان": 4,
        "ئایار": 5,
        "حوزەیران": 6,
        "تەممووز": 7,
        "ئاب": 8,
    }
    | {"ئەیلوول": 9, "تشرینی یەکەم": 10, "تشرینی دووەم": 11, "کانوونی یەکەم": 12},
}
"""Spellings in daily use that CLDR does not list."""

CASES = {
    "et": (("", "l"),),
    "eu": (("", "ren"),),
    "ka": (("ი", "ს"),),
    "lv": (("is", "ī"), ("s", "ā")),
    "sl": (("ar", "arja"), ("ec", "ca"), ("ber", "bra"), ("", "a")),
}
"""The case in which a date has its month, where CLDR has the nominative alone: an ending and its change."""

VIETNAMESE = "một,hai,ba,tư,năm,sáu,bảy,tám,chín,mười,mười một,mười hai".split(",")
"""The months in words: 'month one' …; CLDR has figures."""
HALVES = {
    "bn": {"am": "এএম", "pm": "পিএম"},
    "gu": {"am": "એએમ", "pm": "પીએમ"},
    "hi": {"am": "एएम", "pm": "पीएम"},
    "te": {"am": "ఏఎం", "pm": "పీఎం"},
}
"""AM and PM written out in the letters of India."""
