"""What Dateline raises.

A failed feed or story is a value (``records.Failure``) with a line in the ledger; only faults
of ours, of the user's input or of the infrastructure are exceptions::

    DatelineError
    ├── SettingsError        a setting or a sources file is wrong: fix it and run again
    ├── Transient            try again later
    │   ├── WarehouseDown    the database does not answer
    │   └── ArchiveAway      the archive's location does not answer
    └── Permanent            trying again changes nothing
        ├── WarehouseRefused the database refused a statement: a fault of ours
        ├── SchemaMismatch   the warehouse's schema is older or newer than this code
        ├── ArchiveDamaged   a record is missing or is not what its digest says
        └── ServerRefused    the embedded server cannot run where it was told to

Each carries ``url``: the address, file or location it is about.
"""

from __future__ import annotations


class DatelineError(Exception):
    """Base of all; ``str()`` tells the user what to do."""

    def __init__(self, message: str, *, url: str | None = None) -> None:
        super().__init__(message)
        self.url = url


class SettingsError(DatelineError):
    """A setting or a sources file is wrong; the message names the line and the field."""


class Transient(DatelineError):
    """Worth another try later."""


class WarehouseDown(Transient):
    """The database does not answer."""


class ArchiveAway(Transient):
    """The archive's location does not answer, or is not there."""


class Permanent(DatelineError):
    """Another try changes nothing."""


class WarehouseRefused(Permanent):
    """The database refused a statement or a value: a fault of ours, with the server's own words."""


class SchemaMismatch(Permanent):
    """The warehouse's schema is older or newer than this code."""


class ArchiveDamaged(Permanent):
    """An archived record is missing, or its bytes are not those its digest names."""


class ServerRefused(Permanent):
    """The embedded server cannot run where it was told to."""
