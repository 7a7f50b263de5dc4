{{ config(indexes=[{'columns': ['author_id'], 'unique': true}, {'columns': ['name_key']}]) }}

with spelled as (
    select author_id, source_id, name, count(*) as bylines
    from {{ ref('bridge_article_author') }}
    group by author_id, source_id, name
)

-- Under the spelling that is used most.
select distinct on (author_id)
    author_id,
    spelled.name,
    lower(spelled.name) as name_key,
    source_id,
    source.domain as source_domain,
    sum(spelled.bylines) over (partition by author_id)::bigint as articles
from spelled
join {{ ref('dim_sources') }} as source using (source_id)
where source.is_current
order by author_id, spelled.bylines desc, spelled.name
