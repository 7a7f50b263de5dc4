-- In which languages is the news told, by how many publishers, and how much of it is copied?
-- days = 1: how far back from the newest story, by when we saw it
select
    coalesce(language, 'not known') as language,
    count(*) as articles,
    count(distinct source_id) as publishers,
    round(100.0 * count(*) / sum(count(*)) over (), 1) as percent,
    round(100.0 * count(*) filter (where is_copy) / count(*), 1) as percent_copies,
    round(avg(word_count)) as words_on_average
from marts.fct_articles as article
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '1')::float * interval '1 day' from marts.fct_articles
)
group by language
order by articles desc, language
