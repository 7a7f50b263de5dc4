"""A page in, its article out: one parse, then every field from it."""
