-- At which hours of its own day does each publisher publish?
-- Stories of which no hour was printed are in no hour; published_source_local says whose clock it is.
select
    source_domain,
    published_hour,
    count(*) as articles,
    round(100.0 * count(*) / sum(count(*)) over (partition by source_domain), 1) as percent
from marts.fct_articles
where published_hour is not null
group by source_domain, published_hour
order by source_domain, published_hour
