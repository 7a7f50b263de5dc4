"""Old entries: where they come from."""
