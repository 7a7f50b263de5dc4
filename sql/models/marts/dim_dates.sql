{{ config(indexes=[{'columns': ['date'], 'unique': true}]) }}

-- The age of the web, and whatever other days publishers state.
with days as (
    select day::date as date
    from generate_series(date '1990-01-01', date_trunc('year', now()) + interval '2 years - 1 day', interval '1 day') as day
    union
    select distinct day from {{ ref('fct_articles') }}
)

select
    date,
    extract(year from date)::integer as year,
    extract(quarter from date)::integer as quarter,
    extract(month from date)::integer as month,
    extract(day from date)::integer as day_of_month,
    extract(doy from date)::integer as day_of_year,
    extract(isoyear from date)::integer as iso_year,
    extract(week from date)::integer as iso_week,
    extract(isodow from date)::integer as weekday,
    (array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[extract(isodow from date)]
        as weekday_name,
    date_trunc('week', date::timestamp)::date as week_begin,
    date_trunc('month', date::timestamp)::date as month_begin
from days
