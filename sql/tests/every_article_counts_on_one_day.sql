-- The days of a publisher add up to its stories.
select
    source_id,
    coalesce(stories.articles, 0) as articles,
    coalesce(days.articles, 0) as articles_by_day
from (
    select source_id, count(*) as articles from {{ ref('fct_articles') }} group by source_id
) as stories
full join (
    select source_id, sum(articles) as articles from {{ ref('fct_articles_daily') }} group by source_id
) as days using (source_id)
where coalesce(stories.articles, 0) <> coalesce(days.articles, 0)
