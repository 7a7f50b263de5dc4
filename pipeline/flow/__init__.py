"""The stages joined, for a set of feeds or a window of time; the only package that imports them all.

article      a page into a dated, placed article
context      what a run works with
polling      feeds into the ledger
ingesting    what is pending into stories
window       a past window, from our archive
run          one share of a run, for the command line and for Airflow alike
"""
