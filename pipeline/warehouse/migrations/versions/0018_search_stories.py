"""Search stories"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from pipeline.errors import SettingsError

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# PostgreSQL's stemmers by the language's code. Estonian came with version 18; what is not there is not stemmed.
_STEMMERS = """
ar arabic|ca catalan|da danish|de german|el greek|en english|es spanish|et estonian|eu basque|fi finnish|fr french
ga irish|hi hindi|hu hungarian|hy armenian|id indonesian|it italian|lt lithuanian|nb norwegian|ne nepali|nl dutch
nn norwegian|no norwegian|pt portuguese|ro romanian|ru russian|sr serbian|sv swedish|ta tamil|tr turkish|yi yiddish
"""
# Thai, Lao, Burmese, Khmer, kana, Han and Hangul: words are not told apart by spaces, or carry their particles.
_UNSPACED = (
    r"\u0E01-\u0EFF\u1000-\u109F\u1100-\u11FF\u1780-\u17DD\u3005-\u3007\u3041-\u30FF\u3400-\u4DBF"
    r"\u4E00-\u9FFF\uA960-\uA97F\uAC00-\uD7FF\uF900-\uFAFF\U00020000-\U0003FFFF"
)


def upgrade() -> None:
    schemas = {"unaccent": _extension("unaccent"), "trgm": _extension("pg_trgm")}
    _configurations(schemas["unaccent"])
    for statement in (_PLAIN, _CODE, _STEMMER, _GRAMS, _DOCUMENT):
        op.execute(_filled(statement, schemas))
    op.create_table(
        "story_search",
        sa.Column("story_id", sa.Uuid(), nullable=False, comment="The story"),
        sa.Column(
            "language",
            sa.Text(),
            nullable=False,
            comment="Language of the story without script and region; empty where not known",
        ),
        sa.Column(
            "dated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Publication; where that is not known, when it was first seen",
        ),
        sa.Column(
            "headline",
            sa.Text(),
            nullable=False,
            comment="The headline in lower case and without accents, for trigrams",
        ),
        sa.Column(
            "document",
            postgresql.TSVECTOR(),
            nullable=False,
            comment="Stems of the headline (A) and the description (B); of scripts without spaces, two letters each",
        ),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["news.article.story_id"],
            name=op.f("fk_story_search_story_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_story_search")),
        schema="ops",
        comment="What news.search looks in: one row a story, kept by triggers on news.article",
    )
    for statement in (
        _FILL,
        *_INDEXES,
        _FOLLOW,
        *_TRIGGERS,
        _WORDS,
        _QUERY,
        _MARKED,
        _SEARCH,
        _ASKED,
        *_DESCRIBED,
    ):
        op.execute(_filled(statement, schemas))


def downgrade() -> None:
    op.execute("drop function news.search, news.asked")
    op.execute("drop trigger search_new on news.article")
    op.execute("drop trigger search_changed on news.article")
    op.execute("drop function ops.search_follow, ops.search_marked, ops.search_query, ops.search_words")
    op.drop_table("story_search", schema="ops")
    op.execute("drop function ops.search_document, ops.search_grams, ops.search_stemmer, ops.search_code")
    op.execute("drop function news.plain")
    for (name,) in op.get_bind().execute(
        sa.text("select cfgname from pg_ts_config where cfgnamespace = 'news'::regnamespace")
    ):
        op.execute(f"drop text search configuration news.{name}")


def _extension(name: str) -> str:
    """The schema that the extension is in, created where the database allows it."""
    connection = op.get_bind()
    lookup = sa.text(
        "select quote_ident(nspname) from pg_extension join pg_namespace n on n.oid = extnamespace where extname = :name"
    )
    found = connection.execute(lookup, {"name": name}).scalar()
    if found is None:
        try:
            with connection.begin_nested():
                connection.execute(sa.text(f"create extension {name}"))
        except sa.exc.DBAPIError as error:
            said = str(error.orig).strip().splitlines()[0]
            message = (
                f"the search needs PostgreSQL's extension {name}, which could not be created ({said}); let whoever "
                f"administers the database install its package (postgresql-contrib) and run in it: create extension {name}; "
                "then run `dateline migrate` again"
            )
            raise SettingsError(message) from error
        found = connection.execute(lookup, {"name": name}).scalar_one()
    return str(found)


def _configurations(unaccent: str) -> None:
    """PostgreSQL's configurations under their own names in ``news``, blind to accents before they stem."""
    connection = op.get_bind()
    known = set(
        connection.execute(
            sa.text("select cfgname from pg_ts_config where cfgnamespace = 'pg_catalog'::regnamespace")
        ).scalars()
    )
    wanted = {pair.split()[1] for pair in _STEMMERS.replace("\n", "|").split("|") if pair}
    for name in sorted(wanted & known | {"simple"}):
        stemmer = name if name == "simple" else f"{name}_stem"
        op.execute(f"create text search configuration news.{name} (copy = pg_catalog.{name})")
        op.execute(
            f"alter text search configuration news.{name} alter mapping for asciiword, word, asciihword, hword, "
            f"hword_asciipart, hword_part with {unaccent}.unaccent, pg_catalog.{stemmer}"
        )


def _filled(statement: str, schemas: dict[str, str]) -> str:
    pairs = [pair.split() for pair in _STEMMERS.replace("\n", "|").split("|") if pair]
    whens = " ".join(f"when '{code}' then '{name}'" for code, name in pairs)
    for name, value in {**schemas, "unspaced": _UNSPACED, "stemmers": whens}.items():
        statement = statement.replace(f"<{name}>", value)
    return statement.replace(":", r"\:")


_PLAIN = """
create function news.plain(told text) returns text
language sql immutable strict parallel safe
return lower(<unaccent>.unaccent('<unaccent>.unaccent', normalize(told, NFKC)))
"""

_CODE = """
create function ops.search_code(language text) returns text
language sql immutable parallel safe
return lower(coalesce(substring(language, '^[A-Za-z]{2,3}(?![A-Za-z])'), ''))
"""

# By name and not as a constant: a database copied to another server keeps its configurations, not their numbers.
_STEMMER = """
create function ops.search_stemmer(code text) returns regconfig
language sql stable parallel safe
begin atomic
    select coalesce(
        (
            select oid from pg_catalog.pg_ts_config
            where cfgnamespace = 'news'::regnamespace and cfgname = case code <stemmers> end
        ),
        'news.simple'::regconfig
    )::regconfig;
end
"""

# Two letters each, and the last alone, so that a word of one letter is found by what begins with it.
_GRAMS = r"""
create function ops.search_grams(told text) returns tsvector
language sql immutable strict parallel safe
begin atomic
    select coalesce(string_agg(substr(run[1], n, 2) || ':' || least(place, 16383), ' ' order by place), '')::tsvector
    from (
        select run, n, row_number() over (order by turn, n) as place
        from regexp_matches(told, '[<unspaced>]+', 'g') with ordinality as runs (run, turn),
            generate_series(1, length(run[1])) as n
    ) as grams;
end
"""

_DOCUMENT = r"""
create function ops.search_document(code text, headline text, description text) returns tsvector
language plpgsql stable parallel safe
as $$
declare
    stemmer regconfig = ops.search_stemmer(code);
    document tsvector = setweight(to_tsvector(stemmer, coalesce(headline, '')), 'A')
        || setweight(to_tsvector(stemmer, coalesce(description, '')), 'B');
begin
    if headline ~ '[<unspaced>]' or description ~ '[<unspaced>]' then
        headline = news.plain(coalesce(headline, ''));
        description = news.plain(coalesce(description, ''));
        document = setweight(to_tsvector(stemmer, regexp_replace(headline, '[<unspaced>]+', ' ', 'g')), 'A')
            || setweight(ops.search_grams(headline), 'A')
            || setweight(to_tsvector(stemmer, regexp_replace(description, '[<unspaced>]+', ' ', 'g')), 'B')
            || setweight(ops.search_grams(description), 'B');
    end if;
    return document;
end
$$
"""

_FILL = """
insert into ops.story_search (story_id, language, dated_at, headline, document)
select story_id, code, coalesce(published_at, first_seen_at), coalesce(news.plain(headline), ''),
    ops.search_document(code, headline, description)
from news.article, ops.search_code(language) as code
"""

_INDEXES = (
    "create index ix_story_search_document on ops.story_search using gin (document) with (gin_pending_list_limit = 256)",
    (
        "create index ix_story_search_headline on ops.story_search using gin (headline <trgm>.gin_trgm_ops) "
        "with (gin_pending_list_limit = 256)"
    ),
    "create index ix_story_search_dated_at on ops.story_search (dated_at)",
    "create index ix_story_search_language_dated_at on ops.story_search (language, dated_at)",
)

_FOLLOW = """
create function ops.search_follow() returns trigger
language plpgsql
as $$
declare
    code text = ops.search_code(new.language);
begin
    insert into ops.story_search (story_id, language, dated_at, headline, document)
    values (
        new.story_id, code, coalesce(new.published_at, new.first_seen_at), coalesce(news.plain(new.headline), ''),
        ops.search_document(code, new.headline, new.description)
    )
    on conflict (story_id) do update set
        language = excluded.language,
        dated_at = excluded.dated_at,
        headline = excluded.headline,
        document = excluded.document;
    return null;
end
$$
"""

_TRIGGERS = (
    "create trigger search_new after insert on news.article for each row execute function ops.search_follow()",
    """
    create trigger search_changed after update on news.article for each row
    when (
        (old.headline, old.description, old.language, old.published_at, old.first_seen_at)
        is distinct from (new.headline, new.description, new.language, new.published_at, new.first_seen_at)
    )
    execute function ops.search_follow()
    """,
)

# What was asked, for websearch_to_tsquery. Runs of unspaced letters become phrases of two letters each, written in
# ASCII, which the parser takes for one word whatever the locale says of the script. Within quotation marks the last
# letter of a run holds its place before the next run.
_WORDS = r"""
create function ops.search_words(asked text) returns text
language sql immutable strict parallel safe
begin atomic
    select string_agg(
        case
            when run is null then coalesce(mark, regexp_replace(other, 'zq(?=[0-9a-f]{5})', 'z q', 'g'))
            else (
                select case when is_quoted then ' ' else '"' end
                    || string_agg(
                        (
                            select string_agg('zq' || lpad(to_hex(ascii(letter)), 5, '0'), '')
                            from string_to_table(substr(run, n, 2), null) as letter
                        ),
                        ' ' order by n
                    )
                    || case when is_quoted then ' ' else '"' end
                from generate_series(
                    1, length(run) - (length(run) > 1 and (is_last or not is_quoted))::integer
                ) as n
            )
        end,
        '' order by turn
    )
    from (
        select met[1] as mark, met[2] as run, met[3] as other, turn,
            lead(met[1]) over (order by turn) is not null or lead(turn) over (order by turn) is null as is_last,
            count(met[1]) over (order by turn) % 2 = 1 as is_quoted
        from regexp_matches(news.plain(asked), '(")|([<unspaced>]+)|([^"<unspaced>]+)', 'g')
            with ordinality as pieces (met, turn)
    ) as piece;
end
"""

_QUERY = r"""
create function ops.search_query(stemmer regconfig, words text) returns tsquery
language plpgsql stable parallel safe
as $$
declare
    asked tsquery = websearch_to_tsquery(stemmer, words);
    coded text[];
    told text;
begin
    if words !~ 'zq[0-9a-f]{5}' then
        return asked;
    end if;
    told = asked;
    for coded in select distinct regexp_matches(told, '(''zq([0-9a-f]{5})(?:zq([0-9a-f]{5}))?'')', 'g') loop
        told = replace(
            told,
            coded[1],
            quote_literal(
                chr(('x000' || coded[2])::bit(32)::integer) || coalesce(chr(('x000' || coded[3])::bit(32)::integer), '')
            ) || case when coded[3] is null then ':*' else '' end
        );
    end loop;
    return told;
end
$$
"""

# What a story says around the words that were asked for. ts_headline knows no bigrams.
_MARKED = r"""
create function ops.search_marked(stemmer regconfig, told text, query tsquery, asked text) returns text
language plpgsql stable parallel safe
as $$
declare
    runs text = (select string_agg(run[1], '|') from regexp_matches(asked, '[<unspaced>]+', 'g') as run);
    place integer;
begin
    if runs is null or told !~ runs then
        return ts_headline(stemmer, told, query, 'StartSel=**, StopSel=**, MinWords=12, MaxWords=30, MaxFragments=1');
    end if;
    place = greatest(1, length(substring(told, '^(.*?)(?:' || runs || ')')) - 30);
    return regexp_replace(substr(told, place, 90), '(' || runs || ')', '**\1**', 'g');
end
$$
"""

_SEARCH = """
create function news.search(
    query text,
    since timestamptz default null,
    until timestamptz default null,
    language text default null,
    most integer default 20
)
returns table (
    story_id uuid, headline text, published_at timestamptz, source text, rank real, snippet text
)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set client_min_messages = warning
set jit = off
as $$
#variable_conflict use_column
declare
    wanted text = case when search.language is not null then ops.search_code(search.language) end;
    begins timestamptz = coalesce(search.since, '-infinity');
    ends timestamptz = coalesce(search.until, 'infinity');
    plain text = news.plain(search.query);
    words text = ops.search_words(search.query);
    codes text[];
    queries tsquery[];
    one tsquery;
    whole tsquery;
    is_common boolean;
    candidates uuid[];
begin
    with recursive spoken (code) as (
        (select s.language from ops.story_search as s order by s.language limit 1)
        union all
        select (select s.language from ops.story_search as s where s.language > spoken.code order by s.language limit 1)
        from spoken where spoken.code is not null
    )
    select array_agg(spoken.code), array_agg(ops.search_query(ops.search_stemmer(spoken.code), words))
    into codes, queries
    from spoken where spoken.code is not null and spoken.code = coalesce(wanted, spoken.code);

    for one in select distinct unnest(queries) loop
        if querytree(one) not in ('', 'T') then
            whole = coalesce(whole || one, one);
        end if;
    end loop;
    if whole is null then
        return;
    end if;

    -- Words that many of the newest have are found by going back in time, others by the index of words. The planner
    -- cannot tell them apart: it knows no frequencies of phrases and of words that are rare.
    select count(*) >= 100 into is_common
    from (
        select s.document from ops.story_search as s
        where s.dated_at >= begins and s.dated_at < ends and (wanted is null or s.language = wanted)
        order by s.dated_at desc
        limit 5000
    ) as newest
    where newest.document @@ whole;
    if is_common then
        candidates = array(
            select s.story_id from ops.story_search as s
            where s.document @@ whole and s.dated_at >= begins and s.dated_at < ends
                and (wanted is null or s.language = wanted)
            order by s.dated_at desc
            limit 500
        );
    else
        candidates = array(
            select s.story_id from ops.story_search as s
            where s.document @@ whole and s.dated_at >= begins and s.dated_at < ends
                and (wanted is null or s.language = wanted)
            order by s.dated_at + interval '0' desc  -- not by the index of dates
            limit 500
        );
    end if;

    return query
    with met as (
        select s.story_id, s.language, s.dated_at, s.document
        from ops.story_search as s
        where s.story_id = any(candidates)
    ),
    best as (
        select met.story_id, met.language, met.dated_at, asked.query, ts_rank(met.document, asked.query, 1) as rank
        from met
        cross join lateral (select queries[array_position(codes, met.language)] as query) as asked
        where met.document @@ asked.query
        order by rank desc, met.dated_at desc, met.story_id
        limit search.most
    )
    select a.story_id, a.headline, a.published_at, p.domain, best.rank,
        ops.search_marked(
            ops.search_stemmer(best.language), coalesce(nullif(a.description, ''), a.headline, ''), best.query, plain
        )
    from best
    join news.article as a on a.story_id = best.story_id
    join news.source as p on p.source_id = a.source_id
    order by best.rank desc, best.dated_at desc, best.story_id;
    if found or length(plain) < 4 or plain ~ '["-]' then
        return;
    end if;

    -- Nothing has these words: whatever headline has nearly the same letters.
    return query
    with near as (
        select s.story_id, s.dated_at, <trgm>.word_similarity(plain, s.headline) as rank
        from ops.story_search as s
        where s.headline operator(<trgm>.%>) plain and s.dated_at >= begins and s.dated_at < ends
            and (wanted is null or s.language = wanted)
        order by rank desc, s.dated_at desc, s.story_id
        limit search.most
    )
    select a.story_id, a.headline, a.published_at, p.domain, near.rank, a.headline
    from near
    join news.article as a on a.story_id = near.story_id
    join news.source as p on p.source_id = a.source_id
    order by near.rank desc, near.dated_at desc, near.story_id;
end
$$
"""

# What a query of sql/queries is asked with: set query.days = 3
_ASKED = """
create function news.asked(name text, otherwise text default null) returns text
language sql stable parallel safe
return coalesce(nullif(current_setting('query.' || name, true), ''), otherwise)
"""

_DESCRIBED = (
    "comment on function news.plain is 'The text in lower case, without accents and width of letters'",
    (
        "comment on function news.search is 'The stories that tell what is asked, best first, of the newest 500 that do: "
        'any form of each word, "several words", or, -word; where none does, headlines of nearly the same letters\''
    ),
    "comment on function news.asked is 'A parameter of a query: set query.days = 3 makes asked(''days'', ''7'') 3'",
)
