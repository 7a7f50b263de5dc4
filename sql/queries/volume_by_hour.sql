-- At which hours of its own day does each publisher publish?
-- Stories of which no hour was printed are in no hour. The hour is of the publisher's registered zone, else as printed.
-- days = 1: how far back from the newest story, by when we saw it
select
    source_domain,
    published_hour,
    count(*) as articles,
    round(100.0 * count(*) / sum(count(*)) over (partition by source_domain), 1) as percent
from marts.fct_articles as article
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '1')::float * interval '1 day' from marts.fct_articles
)
    and published_hour is not null
group by source_domain, published_hour
order by source_domain, published_hour
