"""Where the papers of a language are printed, and how they print their datelines."""

from __future__ import annotations

from types import MappingProxyType

HOME = MappingProxyType(
    {
        "id": "ID",
        "ms": "MY",
        "ko": "KR",
        "ja": "JP",
        "tr": "TR",
        "pl": "PL",
        "cs": "CZ",
        "sk": "SK",
        "hu": "HU",
        "ro": "RO",
    }
    | {
        "bg": "BG",
        "el": "GR",
        "fi": "FI",
        "sv": "SE",
        "da": "DK",
        "nb": "NO",
        "no": "NO",
        "nn": "NO",
        "is": "IS",
    }
    | {
        "th": "TH",
        "vi": "VN",
        "he": "IL",
        "uk": "UA",
        "ka": "GE",
        "hy": "AM",
        "lt": "LT",
        "lv": "LV",
        "et": "EE",
    }
    | {"hi": "IN", "it": "IT", "nl": "NL", "fil": "PH", "hr": "HR", "sl": "SI", "sr": "RS", "ru": "RU"}
)
"""Where the papers of a language are printed, where that is one country."""
SHARED = MappingProxyType(
    {
        "de": ("DE", "AT", "CH"),
        "es": ("ES", "MX", "AR"),
        "pt": ("BR", "PT"),
        "fr": ("FR", "BE", "CH"),
        "ar": ("EG", "SA"),
    }
)
"""Where they are printed, where that is several."""
SPOKEN = MappingProxyType(
    {
        "es": frozenset("ES MX AR CO PE VE CL EC GT CU BO DO HN PY SV NI CR PA UY PR GQ".split()),
        "pt": frozenset("BR PT AO MZ CV GW ST TL".split()),
        "fr": frozenset("FR BE CH CA LU MC CI SN CM CD ML BF NE TG BJ GA CG GN MG HT DZ MA TN".split()),
        "ar": frozenset("EG SA AE JO LB SY IQ KW QA BH OM YE PS LY TN DZ MA SD MR".split()),
        "de": frozenset("DE AT CH LI LU".split()),
    }
)
"""Where a language is spoken: a paper in it means the San José of Costa Rica."""
COLON_PRESS = frozenset(
    "IN PK BD NP LK BT MV AF AE SA QA OM BH KW MY SG PH GH NG KE UG TZ ZA ZW ZM LB EG JO".split()
)
"""Where the English press sets a colon behind a town."""
ENGLISH_PRESS = COLON_PRESS | frozenset(
    "US GB IE CA AU NZ JM TT BS BB BZ GY FJ PG MT BW NA RW MW LS SZ".split()
)
"""Where English papers are printed."""
