-- Which publishers' stories come without a date, or without a certain instant?
-- A row a publisher, the worst first. A day alone, or a clock without a zone, is a date but no instant.
-- days = 28: how far back from the newest day
select
    source_domain,
    sum(articles) as articles,
    sum(without_date) as without_date,
    sum(without_instant) as without_instant,
    round(100.0 * sum(without_date) / sum(articles), 1) as percent_without_date,
    round(100.0 * sum(without_instant) / sum(articles), 1) as percent_without_instant
from marts.fct_articles_daily
where day > (select max(day) from marts.fct_articles_daily) - news.asked('days', '28')::integer
group by source_domain
order by percent_without_date desc, percent_without_instant desc, source_domain
