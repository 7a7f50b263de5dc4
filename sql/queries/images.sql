-- How many pictures has a story, and are they credited?
-- days = 0.5: how far back from the newest story, by when we saw it
with article as materialized (
    select story_id, source_domain
    from marts.fct_articles
    where first_seen_at between (
        select max(first_seen_at) - news.asked('days', '0.5')::float * interval '1 day' from marts.fct_articles
    ) and (select max(first_seen_at) from marts.fct_articles)
),

illustrated as (
    select story_id, count(*) as images, count(image.credit) as credited
    from article
    join news.article_image as image using (story_id)
    group by story_id
)

select
    article.source_domain,
    count(*) as articles,
    coalesce(sum(illustrated.images), 0) as images,
    round(coalesce(sum(illustrated.images), 0) / count(*), 2) as images_a_story,
    count(*) filter (where illustrated.images is null) as without_image,
    round(100.0 * sum(illustrated.credited) / sum(illustrated.images), 1) as percent_credited
from article
left join illustrated using (story_id)
group by article.source_domain
order by images_a_story desc, article.source_domain
