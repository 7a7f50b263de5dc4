"""A warehouse of any size, made in the database: the distributions are those of the world's press, the texts are not.

    python bench/warehouse_world.py postgresql://…/empty [--stories 100000]

Story ``i`` appears 1.8 seconds after story ``i - 1``: 2,000 an hour, 48,000 a day. So 100,000 stories are two days
and 1 million are three weeks of the same 800 publishers, whose shares fall off by a power law. Everything follows
from the number of the story: ``fill(engine, 0, n)`` and then ``fill(engine, n, n + 2000)``, one hour more, is what
``fill(engine, 0, n + 2000)`` is. Left empty are tables that no mart reads: requests, field candidates, keys of texts.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import Connection, text  # noqa: E402

from pipeline.warehouse import schema  # noqa: E402
from pipeline.warehouse.engine import Engine, open_warehouse, transaction  # noqa: E402

PUBLISHERS = 800
AN_HOUR = 2000
BEGIN = "2026-01-01T00:00:00Z"

COUNTRIES = """
US America/New_York en 14|US America/Chicago en 6|US America/Los_Angeles en 5|GB Europe/London en 10|IE Europe/Dublin en 1
AU Australia/Sydney en 4|CA America/Toronto en 3|IN Asia/Kolkata en 6|IN Asia/Kolkata hi 3|NG Africa/Lagos en 2
ZA Africa/Johannesburg en 2|DE Europe/Berlin de 9|AT Europe/Vienna de 2|CH Europe/Zurich de 2|FR Europe/Paris fr 8
BE Europe/Brussels nl 1|NL Europe/Amsterdam nl 3|ES Europe/Madrid es 6|MX America/Mexico_City es 4|CO America/Bogota es 2
AR America/Argentina/Buenos_Aires es 4|BR America/Sao_Paulo pt 6|PT Europe/Lisbon pt 2|IT Europe/Rome it 5|RU Europe/Moscow ru 6
UA Europe/Kyiv uk 3|PL Europe/Warsaw pl 3|SE Europe/Stockholm sv 2|NO Europe/Oslo nb 2|FI Europe/Helsinki fi 1
GR Europe/Athens el 2|TR Europe/Istanbul tr 4|EG Africa/Cairo ar 3|SA Asia/Riyadh ar 2|IR Asia/Tehran fa 1
IL Asia/Jerusalem he 1|CN Asia/Shanghai zh 5|TW Asia/Taipei zh-TW 1|JP Asia/Tokyo ja 5|KR Asia/Seoul ko 3
TH Asia/Bangkok th 2|VN Asia/Ho_Chi_Minh vi 1|ID Asia/Jakarta id 3|HU Europe/Budapest hu 1|RO Europe/Bucharest ro 1
"""
LATIN = (
    "ba ce di fo gu la me ni po ru sa te vi no mar ten sol ver con dis pre sta tion ment al er est ind os ter"
)
SCRIPTS = {
    "ru": "ба ве ги до жу за ки ло ме ни по ре сто ств ение ор ать ный ская",
    "uk": "ба ве гі до жу за ки ло ме ні по ре сто ств ення ор ати ний ська",
    "el": "βα γε δι θο κα λε μι νο πα ρε σι το στη ματα ικός ωση",
    "ar": "با تي جو حا در سا عل فر قا كت لم من نا وز ية ات ون",
    "fa": "با تی جو حا در سا عل فر قا کت لم من نا وز ها ان",
    "he": "בא גי דו הר זמ חל טו כי לא מש נו סי עת פר ים ות",
    "hi": "का कि गा चा जी तो दे ना पा बे मा या रा ला वि सा हो त्र",
    "ko": "가 나 다 라 마 바 사 아 자 하 국 정 대 시 장 회 의 경 제 부",
    "zh": "国 政 府 经 济 会 议 市 场 新 选 举 大 学 总 统 北 京 上 海 公 司 发 展 水 电 人 民 报 道",
    "ja": "日 本 政 府 経 済 東 京 会 議 市 場 新 選 挙 大 学 首 相 会 社 発 表 の が は を に",
    "th": "กา ขอ คน งา จะ ชา ดี ตา นา ปร พา มา ยา รา ลา วา สา หา อา เมือง ไทย",
}
UNSPACED = ("zh", "ja", "th")
PASSAGES = {"keyword": (2000, 1), "phrase": (4000, 4), "paragraph": (300, 90)}
"""How many of each kind a language has, and their words."""


def build(engine: Engine, stories: int) -> None:
    """Fills an empty database: the schema, the publishers, ``stories`` stories and all that hangs on them."""
    schema.migrate(engine)
    indexes = (
        "select indexname, indexdef from pg_indexes where indexdef like '%% gin %%' and schemaname = 'ops'"
    )
    with transaction(engine) as connection:
        inverted = connection.exec_driver_sql(indexes).all()
        for name, _ in inverted:
            connection.exec_driver_sql(f"drop index ops.{name}")
    fill(engine, 0, stories)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _, definition in inverted:
            connection.exec_driver_sql(definition)
        connection.exec_driver_sql("vacuum analyze")


def fill(engine: Engine, start: int, stop: int) -> None:
    """Adds the stories from number ``start`` to ``stop`` with their entries, versions, evidence, and the polls of their hours.

    The session must be a superuser's: the checks of foreign keys, of which each would hold, are put off for speed.
    """
    with transaction(engine) as connection:
        _prepare(connection)
        for statement in (_PUBLISHERS, _STORIES, *_TABLES):
            told = statement.replace(":start", str(start)).replace(":stop", str(stop)).replace("%", "%%")
            connection.exec_driver_sql(told)


def _prepare(connection: Connection) -> None:
    connection.exec_driver_sql("set local session_replication_role = replica")
    connection.exec_driver_sql("set local work_mem = '128MB'")
    connection.exec_driver_sql("set local jit = off")
    connection.exec_driver_sql("drop table if exists country, passage, world")
    connection.execute(text("create temp table country (n serial, country text, zone text, language text)"))
    chosen = [
        line.split()
        for line in COUNTRIES.replace("\n", "|").split("|")
        if line
        for _ in range(int(line.split()[3]))
    ]
    rows = [{"c": one[0], "z": one[1], "l": one[2]} for one in chosen]
    connection.execute(text("insert into country (country, zone, language) values (:c, :z, :l)"), rows)
    _write_texts(connection, sorted({one[2] for one in chosen}))
    for statement in _FUNCTIONS:
        connection.exec_driver_sql(statement)


def _write_texts(connection: Connection, languages: list[str]) -> None:
    """Invented words by Zipf's law, as passages of several lengths that headlines, descriptions and bodies are made of."""
    connection.exec_driver_sql(
        "create temp table passage (kind text, language text, n integer, passage text)"
    )
    for language in languages:
        noise = random.Random(language)
        script = language.split("-")[0]
        parts = SCRIPTS.get(script, LATIN).split()
        words = sorted(
            {"".join(noise.choices(parts, k=noise.choice((1, 2, 2, 3, 3, 4)))) for _ in range(6000)}
        )
        noise.shuffle(words)
        joint = "" if script in UNSPACED else " "
        for kind, (count, length) in PASSAGES.items():
            rows = [
                {
                    "k": kind,
                    "l": language,
                    "n": n,
                    "p": joint.join(words[int(len(words) * noise.random() ** 3)] for _ in range(length)),
                }
                for n in range(count)
            ]
            connection.execute(text("insert into passage values (:k, :l, :n, :p)"), rows)
    connection.exec_driver_sql("create index on passage (kind, language, n)")
    connection.exec_driver_sql("analyze passage")


# u: a number from 0 to 1 that follows from a story's number and the question.
_FUNCTIONS = (
    """create or replace function pg_temp.u(i bigint, question integer) returns double precision
    language sql immutable parallel safe
    as 'select (hashint8extended($1, $2) & 2147483647) / 2147483648.0::double precision'""",
    """create or replace function pg_temp.id(kind text, i bigint) returns uuid
    language sql immutable parallel safe as 'select md5($1 || $2)::uuid'""",
)

_PUBLISHERS = f"""
insert into news.source (source_id, domain, name, country, language, zone, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
select pg_temp.id('source', s), format('paper%s.example', s), format('Paper %s', s), c.country, c.language,
    case when pg_temp.u(s, 1) < 0.9 then c.zone end, pg_temp.u(s, 2) < 0.05, 'active', false, '{{}}', '[]'
from generate_series(0, {PUBLISHERS} - 1) as s
join country as c on c.n = 1 + (s * 7919) % (select count(*) from country)
on conflict do nothing;
insert into news.feed (feed_id, source_id, url, state)
select pg_temp.id('feed', 2 * s + f), pg_temp.id('source', s), format('https://paper%s.example/feed/%s.xml', s, f), 'active'
from generate_series(0, {PUBLISHERS} - 1) as s, generate_series(0, 1) as f
on conflict do nothing;
"""

# One row a story with all that others follow from. A wire text is the first story of its language in a window of 50;
# others of the window carry it, in most windows few, in some nearly all.
_STORIES = f"""
create temp table world as
with numbered as (
    select i, floor({PUBLISHERS} * pg_temp.u(i, 1) ^ 2.2)::integer as s, timestamptz '{BEGIN}' + i * interval '1.8 seconds' as at
    from generate_series(bigint ':start', bigint ':stop' - 1) as i
),
placed as (
    select n.*, c.country, c.zone, c.language, 2 * n.s + (pg_temp.u(n.i, 2) < 0.3)::integer as f,
        pg_temp.u(n.i, 3) < 0.6 * pg_temp.u(n.i / 50, 4) ^ 2 as is_wire
    from numbered as n join country as c on c.n = 1 + (n.s * 7919) % (select count(*) from country)
),
told as (
    select *, case when is_wire then min(i) filter (where is_wire) over (partition by i / 50, language) else i end as first
    from placed
)
select t.*, pg_temp.id('story', i) as story_id, pg_temp.id('source', s) as source_id, pg_temp.id('feed', t.f) as feed_id,
    pg_temp.id('version', i * 2 + (pg_temp.u(i, 5) < 0.15)::integer) as version_id, pg_temp.u(i, 5) < 0.15 as is_revised,
    -- Received with the next poll of its feed: each is asked every half hour, at its own minute.
    date_bin('30 minutes', at, timestamptz '{BEGIN}') + interval '30 minutes' + (t.f % 30) * interval '1 minute' as seen_at,
    case when pg_temp.u(i, 6) < 0.02 then 'none' when pg_temp.u(i, 6) < 0.07 then 'day'
        when pg_temp.u(i, 6) < 0.09 then 'zoneless' else 'instant' end as dated,
    a.passage || j.joint || b.passage as headline,
    c.passage || j.joint || d.passage || j.joint || e.passage || j.joint || f.passage || j.joint || g.passage as description
from told as t
cross join lateral (select case when t.language in {UNSPACED} then '' else ' ' end) as j (joint)
join passage as a on a.kind = 'phrase' and a.language = t.language and a.n = floor(4000 * pg_temp.u(t.first, 81))
join passage as b on b.kind = 'phrase' and b.language = t.language and b.n = floor(4000 * pg_temp.u(t.first, 82))
join passage as c on c.kind = 'phrase' and c.language = t.language and c.n = floor(4000 * pg_temp.u(t.first, 83))
join passage as d on d.kind = 'phrase' and d.language = t.language and d.n = floor(4000 * pg_temp.u(t.first, 84))
join passage as e on e.kind = 'phrase' and e.language = t.language and e.n = floor(4000 * pg_temp.u(t.first, 85))
join passage as f on f.kind = 'phrase' and f.language = t.language and f.n = floor(4000 * pg_temp.u(t.first, 86))
join passage as g on g.kind = 'phrase' and g.language = t.language and g.n = floor(4000 * pg_temp.u(t.first, 87));
create index on world (i);
analyze world;
"""

_TABLES = (
    """insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version, headline,
        byline, description, section, language, word_count, is_free_access, published_at, published_local,
        published_utc_offset_minutes, published_zone, published_precision, published_method, published_evidence, published_flags,
        modified_at, modified_flags, first_seen_at, fetched_at, extractor_version, text_hash, content_hash, loaded_at)
    select story_id, source_id, version_id, link, link, link, '1', headline, 'Paper staff', description,
        (array['world', 'politics', 'sport', 'business', 'culture', 'science'])[1 + floor(6 * pg_temp.u(i, 11))::integer],
        language, 120 + floor(900 * pg_temp.u(i, 12) ^ 2)::integer,
        case when pg_temp.u(i, 13) < 0.15 then false when pg_temp.u(i, 13) < 0.7 then true end,
        case when dated = 'instant' then at end, case when dated = 'day' then local::date else local end,
        case when dated = 'instant' then extract(epoch from (at at time zone zone) - (at at time zone 'UTC'))::integer / 60 end,
        case when dated = 'instant' then zone end,
        case dated when 'none' then null when 'day' then 'day' else 'second' end,
        case when dated = 'none' then null when dated <> 'instant' then 'visible' when pg_temp.u(i, 14) < 0.2 then 'visible+source_zone'
            when pg_temp.u(i, 14) < 0.23 then 'visible+dateline_zone' when pg_temp.u(i, 14) < 0.4 then 'feed' else 'json_ld' end,
        case when dated <> 'none' then to_char(local, 'YYYY-MM-DD HH24:MI') end,
        case when dated = 'none' then '{}' when pg_temp.u(i, 15) < 0.01 then array['hour_slip']
            when pg_temp.u(i, 15) < 0.02 then array['conflict'] else '{}' end::text[],
        case when is_revised then at + interval '2 hours' end, '{}', seen_at, seen_at + interval '1 minute', '2026.1',
        md5('text' || first), md5('content' || version_id), seen_at + interval '2 minutes'
    from (
        select *, format('https://paper%s.example/%s', s, i) as link,
            case when dated <> 'none' then at at time zone zone end as local
        from world
    ) as told""",
    """insert into ops.story_search (story_id, language, dated_at, headline, document)
    select story_id, code, coalesce(published_at, first_seen_at), news.plain(headline), ops.search_document(code, headline, description)
    from world join news.article using (story_id, headline, description), ops.search_code(world.language) as code""",
    """insert into news.article_version (version_id, story_id, captured_at, headline, published_at, published_local, archive_object, archive_offset, extractor_version)
    select case when turn = last then version_id else pg_temp.id('version', i * 2) end, story_id,
        seen_at + interval '1 minute' + turn * interval '1 day',
        case when turn < last and pg_temp.u(i, 16) < 0.5 then 'First ' || headline else headline end,
        case when dated = 'instant' then at end, case when dated <> 'none' then at at time zone zone end,
        to_char(seen_at, '"page"/YYYY/MM/DD/HH24".warc.gz"'), i * 3000, '2026.1'
    from (select *, is_revised::integer as last from world) as told, generate_series(0, last) as turn""",
    """insert into news.article_change (version_id, field, previous_version_id, words_removed, words_added, diff)
    select version_id, field, pg_temp.id('version', i * 2), 1, 3, '[-one-] {+three other words+}'
    from world, (values ('headline'), ('body')) as changed (field)
    where is_revised and (field = 'body' or pg_temp.u(i, 16) < 0.5)""",
    # Short of the world's 3.3 KB, for the sake of the disk: four paragraphs of 90 words.
    """insert into news.article_body (version_id, body)
    select v.version_id, concat_ws(E'\\n\\n', a.passage, b.passage, c.passage, d.passage)
    from world as w
    join news.article_version as v using (story_id)
    join passage as a on a.kind = 'paragraph' and a.language = w.language and a.n = floor(300 * pg_temp.u(w.first, 21))
    join passage as b on b.kind = 'paragraph' and b.language = w.language and b.n = floor(300 * pg_temp.u(w.first, 22))
    join passage as c on c.kind = 'paragraph' and c.language = w.language and c.n = floor(300 * pg_temp.u(w.first, 23))
    join passage as d on d.kind = 'paragraph' and d.language = w.language and d.n = floor(300 * pg_temp.u(w.first, 24))""",
    """insert into news.story_cluster (story_id, cluster_id, algorithm_version, dated_at)
    select story_id, first_value(story_id) over (partition by first order by dated_at, story_id), '1', dated_at
    from (select *, case when dated = 'instant' then at else seen_at end as dated_at from world) as told""",
    """insert into news.article_author (story_id, position, name)
    select story_id, n, format('Author %s of Paper %s', floor(40 * pg_temp.u(i, 30 + n) ^ 2)::integer, s)
    from world, generate_series(0, 1) as n where pg_temp.u(i, 32 + n) < 0.8 - 0.6 * n""",
    """insert into news.article_keyword (story_id, position, keyword)
    select story_id, q.n, p.passage
    from world as w, generate_series(0, 3) as q (n), passage as p
    where pg_temp.u(i, 40 + q.n) < 0.75 and p.kind = 'keyword' and p.language = w.language and p.n = floor(2000 * pg_temp.u(i, 35 + q.n) ^ 3)""",
    """insert into news.article_image (story_id, position, url, caption, credit)
    select story_id, n, format('https://paper%s.example/%s-%s.jpg', s, i, n), 'A picture', 'Photo desk'
    from world, generate_series(0, 2) as n where pg_temp.u(i, 45 + n) < 0.8 - 0.3 * n""",
    """insert into news.article_note (story_id, position, note)
    select story_id, 0, 'Correction: an earlier version gave another number.' from world where pg_temp.u(i, 50) < 0.005""",
    """insert into news.article_dateline (story_id, raw, agency)
    select story_id, upper(place) || ' (AP) —', case when is_wire then 'AP' end from (
        select *, 'Place ' || floor(400 * pg_temp.u(first, 51) ^ 3)::integer as place from world where pg_temp.u(first, 52) < 0.4
    ) as filed""",
    """insert into news.article_place (story_id, rel, position, name, country, admin1, lat, lon, zone, geoname_id, method)
    select story_id, 'located', 0, 'Place ' || g, c.country, '01', g % 90, g % 180, c.zone, 100000 + g, 'country'
    from (select *, floor(400 * pg_temp.u(first, 51) ^ 3)::integer as g from world where pg_temp.u(first, 52) < 0.4) as filed
    join country as c on c.n = 1 + (g * 31) % (select count(*) from country)""",
    """insert into news.article_timestamp (story_id, position, role, evidence, method, instant, local, utc_offset_minutes, zone, precision, flags, is_chosen)
    select story_id, n, 'published', to_char(at at time zone zone, 'YYYY-MM-DD HH24:MI'), (array['json_ld', 'visible'])[n + 1],
        case when dated = 'instant' then at end, at at time zone zone, null, null, case dated when 'day' then 'day' else 'second' end,
        case when n = 1 and dated = 'instant' and pg_temp.u(i, 14) < 0.3 then array['source_zone'] else '{}' end, n = 0
    from world, generate_series(0, 1) as n where dated <> 'none'""",
    """insert into ops.revisit (story_id, turn, due_at, tries, outcome, answered_at)
    select story_id, 1, seen_at + interval '1 day', 1, outcome, seen_at + interval '1 day 3 minutes'
    from (
        select *, case when is_revised then 'changed' when pg_temp.u(i, 55) < 0.01 then 'gone' else 'unchanged' end as outcome from world
    ) as looked where seen_at + interval '1 day' < timestamptz '2026-01-01T00:00:00Z' + :stop * interval '1.8 seconds'""",
    # A story in one feed; every sixth in the publisher's other feed too; some entries that are no story.
    """insert into ops.ledger (feed_id, entry_key, source_id, url, canonical_url, entry, discovered_at, state, reason, tries,
        story_id, duplicate_method, told_story_id, settled_at, stated_at)
    select case n when 1 then pg_temp.id('feed', f # 1) else feed_id end, format('https://paper%s.example/%s%s', s, i, case n when 2 then '/gallery' else '' end),
        source_id, format('https://paper%s.example/%s', s, i), format('https://paper%s.example/%s', s, i),
        jsonb_build_object('title', headline, 'summary', left(description, 80)), seen_at + case n when 1 then interval '30 minutes' else interval '0' end,
        (array['loaded', 'duplicate', 'rejected'])[n + 1], case n when 2 then 'not_an_article' end, 1,
        case when n < 2 then story_id end, case n when 1 then 'canonical_url' end, case when n < 2 then story_id end,
        seen_at + interval '2 minutes' + case n when 1 then interval '30 minutes' else interval '0' end, null
    from world, generate_series(0, 2) as n
    where n = 0 or n = 1 and pg_temp.u(i, 60) < 0.17 or n = 2 and pg_temp.u(i, 61) < 0.03""",
    # The polls that brought them, and one a half hour and feed that brought nothing, of which some failed.
    """insert into ops.feed_poll (feed_id, polled_at, outcome, status, reason, format, entries, new_entries, entered_entries, is_gap, is_conditional, body_bytes, duration_seconds)
    select feed_id, discovered_at, 'changed', 200, null, 'rss20', 30, count(*), 30, false, true, 40000, 0.3
    from ops.ledger
    where entry_key in (
        select format('https://paper%s.example/%s', s, i) from world
        union all select format('https://paper%s.example/%s/gallery', s, i) from world)
    group by feed_id, discovered_at
    on conflict (feed_id, polled_at) do update
    set outcome = excluded.outcome, status = 200, reason = null, new_entries = feed_poll.new_entries + excluded.new_entries""",
    f"""insert into ops.feed_poll (feed_id, polled_at, outcome, status, reason, entries, new_entries, entered_entries, is_gap, is_conditional, body_bytes, duration_seconds)
    select pg_temp.id('feed', f), at + (f % 30) * interval '1 minute', case when failed then 'failed' else 'unchanged' end,
        case when failed then 503 else 304 end, case when failed then 'server_error' end, 0, 0, 0, false, true, 0, 0.2
    from (
        select f, at, pg_temp.u(extract(epoch from at)::bigint / 1800 * {2 * PUBLISHERS} + f, 70) < 0.01 as failed
        from generate_series(0, {2 * PUBLISHERS} - 1) as f, generate_series(
            date_bin('30 minutes', timestamptz '{BEGIN}' + :start * interval '1.8 seconds', timestamptz '{BEGIN}'),
            timestamptz '{BEGIN}' + (:stop - 1) * interval '1.8 seconds', interval '30 minutes') as at
    ) as asked
    on conflict do nothing""",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="an empty database, as a superuser")
    parser.add_argument("--stories", type=int, default=100_000)
    asked = parser.parse_args()
    build(open_warehouse(asked.url), asked.stories)


if __name__ == "__main__":
    main()
