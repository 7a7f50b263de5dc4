"""The extractor's version, stored with every article."""

EXTRACTOR_VERSION = "3"
"""Raised by every change that changes what is read from the same bytes."""
