-- Which publishers change their stories after publication, what, and how much?
-- Texts that we met in the time: articles counts the first texts of stories, revisions the later ones. Pages are looked at
-- again after a day, after a week, and whenever their feed says something else.
-- days = 3: how far back from the newest text
select
    source_domain,
    count(*) filter (where version_number = 1) as articles,
    count(*) filter (where version_number > 1) as revisions,
    round(100.0 * count(*) filter (where version_number > 1) / nullif(count(*) filter (where version_number = 1), 0), 1)
        as percent,
    count(*) filter (where version_number > 1 and is_headline_changed) as headline_changes,
    count(*) filter (where version_number > 1 and is_published_changed) as date_changes,
    sum(words_added) as words_added,
    sum(words_removed) as words_removed
from marts.fct_article_versions
where captured_at > (
    select max(captured_at) - news.asked('days', '3')::float * interval '1 day' from marts.fct_article_versions
)
group by source_domain
order by percent desc nulls last, source_domain
