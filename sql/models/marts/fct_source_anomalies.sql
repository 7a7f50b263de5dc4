{{ config(indexes=[{'columns': ['source_id', 'day', 'kind', 'window_days'], 'unique': true}, {'columns': ['day']}]) }}

{#
  A publisher is compared with itself: what it does with the same of each of the eight weeks before. The usual is
  their median; the spread is their median distance from it, times 1.4826, which for a normal distribution is its
  standard deviation. Neither moves for a week that was odd. A row is what is four spreads away. So that chance and
  small numbers are no alarm, a spread is never less than chance gives, and what is away must be much in itself:

  kind          value                            of each week before       least spread               at least away
  volume        stories of a day                 same weekday              root of the usual          10, either way
  without_date  share without a day, and         share of the seven days   of a share, 2 % or more,   0.2 more, and
  without_body  without a body: of the day and   that end on that weekday  among so many stories      20 stories
                of the seven that end on it
  silence       hours since something was new    longest wait that ended   a quarter of the usual     6 more
                until the last answered poll     in it

  At least four weeks must have been watched. A day counts when it has ended by the publisher's clock.
#}

with source as (
    select source_id, domain, coalesce(zone, 'UTC') as zone
    from {{ ref('dim_sources') }}
    where is_current and state = 'active'
),

-- Hours in which its feeds showed something new.
hours as (
    select distinct source_id, discovered_hour from {{ ref('fct_ingest_ledger') }} where entries > 0
),

watched as (
    select
        source_id,
        domain,
        hours.last_hour,
        poll.polled_at,
        (poll.polled_at at time zone zone)::date as today,
        (hours.first_hour at time zone zone)::date as since
    from source
    join (
        select source_id, min(discovered_hour) as first_hour, max(discovered_hour) as last_hour
        from hours
        group by source_id
    ) as hours using (source_id)
    -- By the key of the log, which is long.
    join lateral (
        select max(last.polled_at) as polled_at
        from {{ ref('stg_feeds') }} as feed
        cross join lateral (
            select one.polled_at
            from {{ ref('fct_feed_polls') }} as one
            where one.feed_id = feed.feed_id and one.is_answered
            order by one.polled_at desc
            limit 1
        ) as last
        where feed.source_id = source.source_id and feed.state = 'active'
    ) as poll on poll.polled_at is not null
),

-- Every day since it is watched, those without a story too: two weeks to judge, eight to judge by, one that they sum up.
days as (
    select
        watched.source_id,
        calendar.day::date as day,
        coalesce(articles, 0) as articles,
        coalesce(without_date, 0) as without_date,
        coalesce(without_body, 0) as without_body
    from watched
    cross join lateral generate_series(
        greatest(since, today - 77)::timestamp, (today - 1)::timestamp, interval '1 day'
    ) as calendar (day)
    left join {{ ref('fct_articles_daily') }} as daily
        on daily.source_id = watched.source_id and daily.day = calendar.day::date
),

weeks as (
    select
        source_id,
        day,
        sum(articles) over week as articles,
        sum(without_date) over week as without_date,
        sum(without_body) over week as without_body
    from days
    window week as (partition by source_id order by day rows 6 preceding)
),

present as (
    select source_id, 'volume' as kind, 1 as window_days, day, articles, articles::double precision as value
    from days
    union all
    select source_id, kind, window_days, day, articles, missing::double precision / articles
    from (
        select 1 as window_days, days.* from days
        union all
        select 7, weeks.* from weeks
    ) as spans
    cross join lateral (
        values ('without_date', without_date), ('without_body', without_body)
    ) as shares (kind, missing)
    where articles >= 20
    union all
    select
        source_id, 'silence', 1, today, 0, extract(epoch from polled_at - last_hour)::double precision / 3600
    from watched
),

past as (
    select source_id, 'volume' as kind, day, articles::double precision as value from days
    union all
    select source_id, 'without_date', day, without_date::double precision / articles from weeks where articles > 0
    union all
    select source_id, 'without_body', day, without_body::double precision / articles from weeks where articles > 0
    union all
    -- The week of a wait is named by the day that is 7, 14 ... days before the last poll.
    select source_id, 'silence', today - 7 * week, max(hours)
    from (
        select
            source_id,
            today,
            1 + floor(extract(epoch from polled_at - discovered_hour) / 604800)::integer as week,
            extract(epoch from discovered_hour - lag(discovered_hour) over (partition by source_id order by discovered_hour))
                ::double precision / 3600 as hours
        from watched
        join hours using (source_id)
    ) as waits
    where hours is not null
    group by source_id, today, week
),

compared as (
    select present.*, past.value as was
    from present
    join watched on watched.source_id = present.source_id
    cross join generate_series(7, 56, 7) as days_before
    join past
        on past.source_id = present.source_id
        and past.kind = present.kind
        and past.day = present.day - days_before
    where present.day >= watched.today - 14
),

usual as (
    select
        source_id, kind, window_days, day, articles, value,
        count(*) as weeks,
        percentile_cont(0.5) within group (order by was) as expected,
        array_agg(was) as was
    from compared
    group by source_id, kind, window_days, day, articles, value
    having count(*) >= 4
),

judged as (
    select
        usual.*,
        1.4826 * (
            select percentile_cont(0.5) within group (order by abs(one - expected)) from unnest(was) as one
        ) as own_spread,
        case kind
            when 'volume' then sqrt(expected)
            when 'silence' then expected / 4
            else sqrt(greatest(expected * (1 - expected), 0.02) / articles)
        end as least_spread,
        case kind when 'volume' then abs(value - expected) else value - expected end as away,
        case kind when 'volume' then 10 when 'silence' then 6 else 0.2 end as least_away
    from usual
)

select
    source_id,
    domain as source_domain,
    day,
    kind,
    window_days,
    articles,
    value,
    expected,
    greatest(own_spread, least_spread) as spread,
    weeks,
    case kind
        when 'volume' then format('%s stories on %s, %s are usual', value, day, round(expected::numeric, 1))
        when 'silence' then format(
            'nothing new for %s hours, %s are usual at most', round(value::numeric, 1), round(expected::numeric, 1)
        )
        else format(
            '%s %% of %s stories in %s to %s are %s, %s %% are usual',
            round(100 * value::numeric, 1),
            articles,
            day - window_days + 1,
            day,
            replace(kind, '_', ' '),
            round(100 * expected::numeric, 1)
        )
    end as words
from judged
join watched using (source_id)
where away >= least_away and away >= 4 * greatest(own_spread, least_spread)
