"""The stages joined, for a set of feeds or a window of time; the only package that imports them all.

article      a page into a dated, placed article
context      what a run works with
polling      feeds into the ledger, in batches, each judged; what an index lists is asked with it
pushing      what a hub pushes into the ledger; websub asks for it
watching     one round of a watcher
ingesting    what is pending into stories
window       a past window, from our archive
alarming     who is told of what is odd
run          one share of a run, for the command line and for Airflow alike
"""
