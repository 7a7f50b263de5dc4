-- Which stories carry a correction or an editor's note?
-- The newest first, with the note as printed.
-- days = 28: how far back from the newest story, by when we saw it
-- most = 100: rows
select
    article.published_at,
    article.source_domain,
    article.headline,
    note.note,
    article.versions,
    article.url
from news.article_note as note
join marts.fct_articles as article using (story_id)
where article.first_seen_at > (
    select max(first_seen_at) - news.asked('days', '28')::float * interval '1 day' from marts.fct_articles
)
order by coalesce(article.published_at, article.first_seen_at) desc, article.story_id, note.position
limit news.asked('most', '100')::integer
