"""Feeds: bytes in, entries out, and when to look again."""
