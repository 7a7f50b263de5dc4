-- Which keywords have risen against the time before?
-- Texts with the keyword in the last hours and in as many hours before, copies apart; times is their ratio, with one
-- text added on both sides so that small counts do not shout.
-- hours = 3: length of each of the two times
-- most = 50: rows
with asked as materialized (
    select max(first_seen_at) as until, news.asked('hours', '3')::integer * interval '1 hour' as length
    from marts.fct_articles
),

told as materialized (
    select story_id, source_id, language, first_seen_at > (select until - length from asked) as is_now
    from marts.fct_articles
    where first_seen_at between (select until - 2 * length from asked) and (select until from asked)
        and not is_copy
)

select
    keyword_key as keyword,
    told.language,
    count(*) filter (where told.is_now) as texts_now,
    count(*) filter (where not told.is_now) as texts_before,
    round((count(*) filter (where told.is_now) + 1.0) / (count(*) filter (where not told.is_now) + 1.0), 1) as times
from told
join marts.bridge_article_keyword using (story_id)
group by keyword_key, told.language
having count(*) filter (where told.is_now) > 1
order by times desc, texts_now desc, keyword, told.language
limit news.asked('most', '50')::integer
