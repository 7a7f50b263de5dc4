"""A page in, its article out: one parse, then every field from it."""

from pipeline.extract.article import extract_page
from pipeline.extract.entry import extract_entry
from pipeline.extract.text import extract_text
from pipeline.extract.version import EXTRACTOR_VERSION

__all__ = ["EXTRACTOR_VERSION", "extract_entry", "extract_page", "extract_text"]
