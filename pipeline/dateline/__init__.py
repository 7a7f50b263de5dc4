"""When and where: timestamps, zones and datelines that can be trusted."""
