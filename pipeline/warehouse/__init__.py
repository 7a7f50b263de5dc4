"""PostgreSQL: tables, writer, ledger, migrations, the embedded server."""
