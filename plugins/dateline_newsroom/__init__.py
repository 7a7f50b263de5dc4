"""The newsroom pages: what the warehouse holds and how its feeds fare, to be looked at in Airflow.

``pipeline.warehouse.pages*`` ask the database; here answers become pages. Charts, the map and the
words are pure functions; ``app`` and ``views`` know HTTP; ``newsroom_plugin`` alone knows Airflow.
Nothing here is imported by an Airflow process before somebody opens a page.
"""
