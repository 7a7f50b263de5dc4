-- A cluster is named after a story that there is and that is in it; and every story is in one.
select article.story_id, cluster.cluster_id
from {{ ref('stg_articles') }} as article
left join {{ ref('stg_story_clusters') }} as cluster using (story_id)
left join {{ ref('stg_story_clusters') }} as first on first.story_id = cluster.cluster_id
where first.cluster_id is distinct from cluster.cluster_id
