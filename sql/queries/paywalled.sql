-- What share of each publisher's stories is behind a paywall?
-- Only what pages say of themselves counts: not_said tells how many say nothing.
-- days = 3: how far back from the newest story, by when we saw it
select
    source_domain,
    count(*) as articles,
    count(*) filter (where is_free_access) as free,
    count(*) filter (where not is_free_access) as paywalled,
    count(*) filter (where is_free_access is null) as not_said,
    round(100.0 * count(*) filter (where not is_free_access) / nullif(count(is_free_access), 0), 1) as percent_of_said
from marts.fct_articles as article
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '3')::float * interval '1 day' from marts.fct_articles
)
group by source_domain
order by percent_of_said desc nulls last, source_domain
