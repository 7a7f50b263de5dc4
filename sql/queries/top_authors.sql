-- Who writes most, and for whom?
-- Names as in the bylines, without roles and agencies. A story of two authors counts for both; copies do not count.
-- days = 0.5: how far back from the newest story, by when we saw it
-- most = 50: rows
select
    author.name,
    author.source_domain,
    count(*) as articles,
    sum(article.word_count) as words
from marts.fct_articles as article
join marts.bridge_article_author as wrote using (story_id)
join marts.dim_authors as author using (author_id)
where article.first_seen_at between (
    select max(first_seen_at) - news.asked('days', '0.5')::float * interval '1 day' from marts.fct_articles
) and (select max(first_seen_at) from marts.fct_articles)
    and not article.is_copy
group by author.author_id, author.name, author.source_domain
order by articles desc, words desc, author.source_domain, author.name
limit news.asked('most', '50')::integer
