-- What fct_articles shows is one of the texts of the story.
select article.story_id
from {{ ref('fct_articles') }} as article
left join {{ ref('fct_article_versions') }} as version
    on version.story_id = article.story_id and version.is_current
where version.version_id is distinct from article.version_id
