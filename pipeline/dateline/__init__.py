"""When and where: printed dates, their zones, and datelines, read by grammars of our own."""

from pipeline.dateline.dateline import parse_dateline
from pipeline.dateline.published import choose_published, read_candidates
from pipeline.dateline.timestamp import find_timestamps, parse_timestamp

__all__ = ["choose_published", "find_timestamps", "parse_dateline", "parse_timestamp", "read_candidates"]
