"""What dbt is told of the warehouse, and what it is not run for."""

import psycopg
import pytest
from sqlalchemy import make_url

from pipeline.errors import SchemaMismatch, SettingsError, WarehouseDown
from pipeline.warehouse import dbt


def test_a_socket_folder_is_a_host():
    told = dbt.environment("postgresql+psycopg://postgres@/dateline?host=%2Ftmp%2Fa+b&port=5433")
    assert told == {
        "DBT_HOST": "/tmp/a b",
        "DBT_PORT": "5433",
        "DBT_USER": "postgres",
        "DBT_ENV_SECRET_PASSWORD": "",
        "DBT_DATABASE": "dateline",
    }


def test_a_password_is_told_as_it_is_and_the_rest_of_the_url_in_libpqs_own_variables():
    told = dbt.environment(
        "postgres://me:p%40ss%2F{{x}}@db.example:6432/news?sslmode=verify-full&application_name=x"
    )
    assert told["DBT_ENV_SECRET_PASSWORD"] == "p@ss/{{x}}"
    assert (told["PGSSLMODE"], told["PGAPPNAME"]) == ("verify-full", "x")
    assert (told["DBT_HOST"], told["DBT_PORT"]) == ("db.example", "6432")


def test_what_the_url_leaves_out_has_libpqs_default(monkeypatch):
    monkeypatch.setenv("PGUSER", "somebody")
    monkeypatch.setenv("PGPORT", "7777")
    told = dbt.environment("postgresql://db.example/news")
    assert (told["DBT_USER"], told["DBT_PORT"]) == ("somebody", "7777")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:secret@/news?host=a.example:5432&host=b.example:5433", "several"),
        ("postgresql://me:secret@db.example/news?keepalives_idle=3", "keepalives_idle"),
        ("mysql://me:secret@db.example/news", "PostgreSQL"),
    ],
)
def test_what_dbt_cannot_be_told_is_refused_without_the_password(url, said):
    with pytest.raises(SettingsError, match=said) as refused:
        dbt.environment(url)
    assert "secret" not in f"{refused.value} {refused.value.url}"


def test_the_connection_that_it_names_is_the_warehouse(database_url):
    told = dbt.environment(database_url)
    with psycopg.connect(
        host=told["DBT_HOST"],
        port=told["DBT_PORT"],
        user=told["DBT_USER"],
        password=told["DBT_ENV_SECRET_PASSWORD"],
        dbname=told["DBT_DATABASE"],
    ) as connection:
        (name,) = connection.execute("select current_database()").fetchone()
    assert name == make_url(database_url).database


def test_no_dbt_is_started_on_a_warehouse_that_is_not_ready(database_url, tmp_path):
    with pytest.raises(SchemaMismatch, match="dateline migrate"):
        dbt.build(database_url, tmp_path)
    with pytest.raises(WarehouseDown):
        dbt.build("postgresql://me@127.0.0.1:1/news", tmp_path)
    assert list(tmp_path.iterdir()) == []
