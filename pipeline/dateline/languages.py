"""The languages whose names CLDR gives us at build time: the world's press, by and large."""

from __future__ import annotations

LANGUAGES = (
    *("en", "es", "fr", "de", "pt", "it", "ru", "zh", "ja", "ko", "ar", "id", "ms", "tr", "nl", "pl"),
    *("sv", "da", "nb", "nn", "fi", "cs", "sk", "hu", "ro", "bg", "el", "uk", "be", "sr", "sr_Latn"),
    *("hr", "bs", "sl", "mk", "sq", "lt", "lv", "et", "is", "ga", "cy", "ca", "eu", "gl", "he", "fa"),
    *("ckb", "ur", "ps", "hi", "bn", "mr", "ne", "pa", "gu", "ta", "te", "kn", "ml", "si", "th", "vi"),
    *("my", "km", "lo", "ka", "hy", "az", "kk", "ky", "uz", "tg", "mn", "sw", "am", "af", "zu", "so"),
    *("ha", "yo", "fil", "mt", "lb", "zh_Hant"),
)
"""CLDR locale identifiers, the most widely printed first: a name is looked up in this order."""
