{{
    config(
        indexes=[
            {'columns': ['place_id'], 'unique': true},
            {'columns': ['geoname_id']},
            {'columns': ['country', 'name']},
        ]
    )
}}

with described as (
    select
        {{ place_id('place') }} as place_id,
        geoname_id,
        name,
        country,
        admin1,
        lat,
        lon,
        zone,
        count(*) as mentions
    from {{ ref('stg_article_places') }} as place
    group by geoname_id, name, country, admin1, lat, lon, zone
),

counted as (
    select
        place_id,
        count(*) filter (where rel = 'located') as articles
    from {{ ref('bridge_article_place') }}
    group by place_id
)

-- As most stories have it.
select distinct on (place_id)
    place_id,
    geoname_id,
    name,
    country,
    admin1,
    lat,
    lon,
    zone,
    articles
from described
join counted using (place_id)
order by place_id, mentions desc, name, admin1, lat, lon, zone
