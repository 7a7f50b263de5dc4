"""HTTP as a good citizen: the client, its guards, robots, politeness, and the archive of every byte."""
