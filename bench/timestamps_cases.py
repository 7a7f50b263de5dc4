"""Forty invented strings, as newsrooms and feeds print them, each with its true instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

REFERENCE = datetime(2021, 6, 2, 20, tzinfo=UTC)
"""When all of them were fetched."""


@dataclass(frozen=True)
class Case:
    """A printed string, what is known of its publisher, and the truth."""

    text: str
    truth: tuple[str, ...] = ()
    """True instants, UTC, to the minute: one; several where each is right; none where there is no date."""
    language: str = ""
    country: str = ""
    open: bool = False
    """Several readings remain, and none may be claimed."""
    day: bool = False
    """Only a day is printed."""

    @property
    def moments(self) -> list[datetime]:
        """The truth, aware."""
        return [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in self.truth]


CASES = (
    # Feeds.
    Case("Wed, 02 Jun 2021 11:15:00 +0200", ("2021-06-02T09:15",)),
    Case("Wed, 02 Jun 2021 11:15:00 GMT", ("2021-06-02T11:15",)),
    Case("2021-06-02T11:15:00+02:00", ("2021-06-02T09:15",)),
    Case("2021-06-02T24:00:00Z", ("2021-06-03T00:00",)),
    Case("2021-W22-3T11:15:00Z", ("2021-06-02T11:15",)),
    Case("Wed, 02 Jun 2021 11:15:00 EDT", ("2021-06-02T15:15",)),
    Case("Wed, 02 Jun 2021 11:15:00 CEST", ("2021-06-02T09:15",)),
    Case("Wed, 02 Jun 2021 11:15:00 -0000", ("2021-06-02T11:15",)),
    Case("Wed, 02 Jun 2021 11:15:00 GMT +3", ("2021-06-02T08:15",)),
    Case("Wed, 02 Jun 2021 11:15:00 GMT+0300", ("2021-06-02T08:15",)),
    Case("Sal, 01 Haz 2021 11:15:00 +0300", ("2021-06-01T08:15",), "tr"),
    Case("2021/06/02 11:15:00 +0900", ("2021-06-02T02:15",)),
    # Offsets on pages.
    Case("2 June 2021 11:15 UTC+3", ("2021-06-02T08:15",)),
    Case("2021-06-02 11:15 UTC−03:00", ("2021-06-02T14:15",)),
    Case("2021-06-02 11:15 Etc/GMT+3", ("2021-06-02T14:15",)),
    Case("2021-06-02T11:15:00+02:00[Europe/Berlin]", ("2021-06-02T09:15",)),
    # Names of zones.
    Case("June 2, 2021, 11:15 a.m. ET", ("2021-06-02T15:15",)),
    Case("January 2, 2021, 11:15 a.m. ET", ("2021-01-02T16:15",)),
    Case("June 2, 2021 11:15 EST", ("2021-06-02T15:15", "2021-06-02T16:15"), "en", "US"),
    Case("2 June 2012 11:15 MSK", ("2012-06-02T07:15",)),
    Case("2 June 2021 11:15 IST", ("2021-06-02T05:45",), "en", "IN"),
    Case("2 June 2021 11:15 IST", ("2021-06-02T10:15",), "en", "IE"),
    Case("2 June 2021 11:15 IST", ("2021-06-02T05:45", "2021-06-02T10:15"), "en", open=True),
    Case("1523 GMT (2323 HKT) June 2, 2021", ("2021-06-02T15:23",)),
    Case("Last updated 5:05 PM AEST, Jun 2, 2021", ("2021-06-02T07:05",)),
    # Glued, relative.
    Case("15:13 GMT +315 December 2017", ("2017-12-15T12:13",)),
    Case("the day before yesterday, 11:15 UTC", ("2021-05-31T11:15",), "en"),
    # Summer time.
    Case("November 1, 2020 1:30 a.m. ET", ("2020-11-01T05:30", "2020-11-01T06:30")),
    # Languages and calendars.
    Case("2 juin 2021 à 11h15 CEST", ("2021-06-02T09:15",), "fr"),
    Case("2. Juni 2021, 11:15 Uhr MESZ", ("2021-06-02T09:15",), "de"),
    Case("2 июня 2021, 11:15 МСК", ("2021-06-02T08:15",), "ru"),
    Case("2021年6月2日 下午3:13 CST", ("2021-06-02T07:13",), "zh", "CN"),
    Case("2 มิ.ย. 2564 11:15 UTC+7", ("2021-06-02T04:15",), "th"),
    Case("۱۲ خرداد ۱۴۰۰ ۱۱:۱۵ +0430", ("2021-06-02T06:45",), "fa"),
    Case("令和3年6月2日 11時15分 JST", ("2021-06-02T02:15",), "ja"),
    # Left open, a day, none.
    Case("03/04/2021 10:00 UTC", ("2021-03-04T10:00", "2021-04-03T10:00"), open=True),
    Case("03/04/2021 10:00 UTC", ("2021-03-04T10:00",), "en", "US"),
    Case("2 June 2021", ("2021-06-02",), "en", day=True),
    Case("31 June 2021 11:15 UTC"),
    Case("Open Monday to Friday 9:00-17:30", (), "en"),
)
