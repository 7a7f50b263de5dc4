-- Which headlines were changed after publication, from what to what, and how late?
-- The newest change first. minutes_after counts from publication to the page on which we met the new headline.
-- source = all: one publisher's domain
-- most = 100: rows
with changed as (
    select story_id, version_id, version_number, source_domain, headline, captured_at
    from marts.fct_article_versions
    where is_headline_changed
        and (news.asked('source') is null or source_domain = news.asked('source'))
    order by captured_at desc, version_id
    limit news.asked('most', '100')::integer
)

select
    changed.source_domain,
    before.headline as headline_before,
    changed.headline as headline_after,
    changed.captured_at as met_at,
    round(extract(epoch from changed.captured_at - article.published_at) / 60) as minutes_after
from changed
join marts.fct_article_versions as before
    on before.story_id = changed.story_id and before.version_number = changed.version_number - 1
join marts.fct_articles as article on article.story_id = changed.story_id
order by changed.captured_at desc, changed.version_id
