"""Words of a date that CLDR does not list: CJK print without spaces, and zones in words."""

from __future__ import annotations

from pipeline.dateline.folding import fold

PERIODS_CJK = {
    **dict.fromkeys(
        ("上午", "午前", "오전", "凌晨", "清晨", "早上", "早晨", "早", "아침", "새벽", "朝"), "am"
    ),
    **dict.fromkeys(
        ("下午", "午後", "午后", "오후", "傍晚", "晚上", "晚間", "晚间", "晚", "저녁", "夕方"), "pm"
    ),
    **dict.fromkeys(("中午", "正午", "낮"), "noon"),
    **dict.fromkeys(("夜", "밤", "深夜", "半夜"), "night"),
}
"""Halves and parts of the day."""
ZONES_CJK = {
    **dict.fromkeys(("北京时间", "北京時間", "中国时间", "京时间"), "g:Asia/Shanghai"),
    **dict.fromkeys(("台北時間", "台灣時間", "臺灣時間", "台湾时间"), "g:Asia/Taipei"),
    **dict.fromkeys(("香港時間", "香港时间"), "g:Asia/Hong_Kong"),
    **dict.fromkeys(("日本時間", "日本标准时间", "東京時間", "东京时间"), "g:Asia/Tokyo"),
    **dict.fromkeys(("한국시간", "한국시각", "首尔时间", "韓国時間"), "g:Asia/Seoul"),
    **dict.fromkeys(
        (
            "格林尼治标准时间",
            "格林威治标准时间",
            "格林尼治时间",
            "格林威治時間",
            "世界标准时间",
            "协调世界时",
        ),
        "s:Etc/UTC",
    ),
    **dict.fromkeys(
        ("美东时间", "美國東部時間", "美国东部时间", "米東部時間", "纽约时间"), "g:America/New_York"
    ),
    **dict.fromkeys(("莫斯科时间", "モスクワ時間"), "g:Europe/Moscow"),
    **dict.fromkeys(("伦敦时间",), "g:Europe/London"),
}
"""Zones: 'Peking time', 'Greenwich standard time' …, as ``kind:zone``."""
_PHRASES = {
    "horario de brasilia": "g:America/Sao_Paulo",
    "hora de brasilia": "g:America/Sao_Paulo",
    "ora italiana": "g:Europe/Rome",
    "heure de paris": "g:Europe/Paris",
    "heure francaise": "g:Europe/Paris",
    "hora peninsular": "g:Europe/Madrid",
    "hora espanola": "g:Europe/Madrid",
    "deutscher zeit": "g:Europe/Berlin",
    "pacific time": "g:America/Los_Angeles",
    "pacific": "g:America/Los_Angeles",
    "eastern time": "g:America/New_York",
    "eastern": "g:America/New_York",
    "central time": "g:America/Chicago",
    "mountain time": "g:America/Denver",
    "uk time": "g:Europe/London",
    "london time": "g:Europe/London",
    "irish time": "g:Europe/Dublin",
    "moscow time": "g:Europe/Moscow",
    "beijing time": "g:Asia/Shanghai",
    "по московскому времени": "g:Europe/Moscow",
    "московское время": "g:Europe/Moscow",
    "по киевскому времени": "g:Europe/Kyiv",
    "за києвом": "g:Europe/Kyiv",
    "за київським часом": "g:Europe/Kyiv",
    "بتوقيت غرينتش": "s:Etc/UTC",
    "بتوقيت جرينتش": "s:Etc/UTC",
    "بتوقيت مكه المكرمه": "g:Asia/Riyadh",
    "بتوقيت القاهره": "g:Africa/Cairo",
    "بتوقيت السعوديه": "g:Asia/Riyadh",
    "بتوقيت الرياض": "g:Asia/Riyadh",
    "بتوقيت ابوظبي": "g:Asia/Dubai",
    "بتوقيت الامارات": "g:Asia/Dubai",
    "بتوقيت بغداد": "g:Asia/Baghdad",
    "بتوقيت بيروت": "g:Asia/Beirut",
    "بتوقيت القدس": "g:Asia/Jerusalem",
    "بتوقيت تونس": "g:Africa/Tunis",
    "ت ع م": "s:Etc/UTC",
    "ت غ م": "s:Etc/UTC",
    "غرينتش": "s:Etc/UTC",
    "جرينتش": "s:Etc/UTC",
    "turkiye saati": "g:Europe/Istanbul",
}
"""Zones in words that CLDR does not list: 'Rome time', 'coordinated universal time' in Arabic initials."""
PHRASES = {fold(phrase): zone for phrase, zone in _PHRASES.items()}
"""Folded words for a zone → ``kind:zone``: ``g`` as in force, ``s`` standard time."""
OPENERS = frozenset(phrase.partition(" ")[0] for phrase in PHRASES)
"""Their first words."""
UNITS = {"年": "y", "년": "y", "月": "m", "월": "m", "日": "D", "号": "D", "號": "D", "일": "D"} | {
    **dict.fromkeys("時时点點시", "h"),
    **dict.fromkeys("分분", "i"),
    **dict.fromkeys("秒초", "s"),
}
"""Units behind a figure → class of the grammar (see ``lexing``)."""
RELATIVE_CJK = {
    "今天": 0,
    "今日": 0,
    "오늘": 0,
    "昨天": -1,
    "昨日": -1,
    "어제": -1,
    "前天": -2,
    "一昨日": -2,
    "그저께": -2,
}
"""Days near the reference."""
ERAS_CJK = ("令和", "平成", "昭和", "大正", "明治", "中華民國", "民國", "民国", "檀紀", "단기", "佛历")
WEEKDAYS_CJK = {
    **{char: at for at, char in enumerate("월화수목금토일")},
    **{char: at for at, char in enumerate("月火水木金土")},
    **{char: at for at, char in enumerate("一二三四五六")},
    **dict.fromkeys("日天", 6),
}
"""The character that names the day in 星期一, 月曜, 월요일 → number, Monday 0."""
