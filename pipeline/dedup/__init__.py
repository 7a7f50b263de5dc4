"""One story once: fingerprints and groups of copies."""
