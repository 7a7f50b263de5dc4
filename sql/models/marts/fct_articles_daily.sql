{{ config(indexes=[{'columns': ['day', 'source_id'], 'unique': true}]) }}

with counted as (
    select
        source_id,
        source_domain,
        day,
        count(*) as articles,
        count(*) filter (where is_copy) as copies,
        count(*) filter (where published_date is null) as without_date,
        count(*) filter (where published_at is null) as without_instant,
        count(*) filter (where has_body is not true) as without_body,
        sum(word_count) as words
    from {{ ref('fct_articles') }}
    group by source_id, source_domain, day
)

select
    *,
    without_date::double precision / articles as without_date_share,
    without_instant::double precision / articles as without_instant_share,
    without_body::double precision / articles as without_body_share
from counted
