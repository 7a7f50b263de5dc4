"""Second looks as the archive has them, recorded as they were when their answers came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.dedup import EntryId
from pipeline.flow.attaching import AT_ONCE, Day, entry_of, failures_of, parts, take_refusal, told
from pipeline.flow.context import Context
from pipeline.flow.revisiting import read_look
from pipeline.records import ArchiveRef, Failure, Response
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.remaking import known_fetches, looks_of
from pipeline.warehouse.revising import Look, record_looks


class Looks(NamedTuple):
    """The days that have second looks, and whose of them are meant: of each story all, in the order of time."""

    days: tuple[Day, ...]
    shard: int
    of: int


Answer = tuple[EntryId, Response | Failure, ArchiveRef | None]


def look_again(context: Context, looks: Looks) -> tuple[int, int, set[str]]:
    """Records the second looks of a share of the feeds; how many, how many stories changed, and what is damaged."""
    looked = changed = 0
    damaged: set[str] = set()
    for day in looks.days:
        failing = failures_of(context.archive, day, damaged)
        for name in day.pages:
            for part in parts(told(context.archive, name, damaged)):
                answers: list[Answer] = []
                for one in part:
                    entry = entry_of(one)
                    if entry is None or not _is_of(looks, entry) or take_refusal(failing, entry, one):
                        continue
                    if one.response.status < 400:
                        answers.append((entry, one.response, one.ref))
                found = _record(context, answers)
                looked, changed = looked + found[0], changed + found[1]
        failed = [
            (entry, one.failure, one.archived)
            for entry, many in sorted(failing.items())
            for one in many
            if _is_of(looks, entry)
        ]
        for at in range(0, len(failed), AT_ONCE):
            looked += _record(context, failed[at : at + AT_ONCE])[0]
    return looked, changed, damaged


def _is_of(looks: Looks, entry: EntryId) -> bool:
    return int(entry[0]) % looks.of == looks.shard


def _record(context: Context, answers: Sequence[Answer]) -> tuple[int, int]:
    looked = changed = 0
    left = list(answers)
    while left:
        # One look a story at a time, as they were.
        batch: dict[EntryId, Answer] = {}
        rest = []
        for one in left:
            if one[0] in batch:
                rest.append(one)
            else:
                batch[one[0]] = one
        found = _record_batch(context, list(batch.values()))
        looked, changed, left = looked + found[0], changed + found[1], rest
    return looked, changed


def _record_batch(context: Context, answers: Sequence[Answer]) -> tuple[int, int]:
    entries = {entry for entry, _, _ in answers}
    with transaction(context.engine) as connection:
        known = known_fetches(connection, entries)
        new = [
            (entry, answer, ref)
            for entry, answer, ref in answers
            if answer.fetched_at and (*entry, answer.fetched_at) not in known
        ]
        meant = looks_of(
            connection, [(entry, answer.fetched_at) for entry, answer, _ in new if answer.fetched_at]
        )
    looks = [
        Look(revisit, answer, ref, read_look(revisit, answer))
        for entry, answer, ref in new
        if answer.fetched_at and (revisit := meant.get((entry, answer.fetched_at)))
    ]
    if not looks:
        return 0, 0
    with transaction(context.engine) as connection:
        return len(looks), record_looks(connection, looks, context.clock())
