{#
  Incremental marts over stories, equal to a full refresh whatever happened in between.

  `story_changes` looks over the warehouse once a build and logs the stories that are not what they were.
  A mart that has `incremental_strategy='changed_stories'` makes those rows again, by
  `where {{ of_changed_stories() }}`, and forgets them first; so it costs what has changed, not what there is.
  How far a mart has followed the log stands in staging.build_state, written in the mart's own transaction.
#}

{# Condition on story_id: the stories to be made again; in a full refresh, all. #}
{% macro of_changed_stories() -%}
    {#- Named outside of the condition, which dbt does not enter while it looks for what depends on what. -#}
    {%- set log = ref('story_changes') -%}
    {%- if is_incremental() -%}
        story_id in ({{ changed_stories() }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{% macro changed_stories() -%}
    select story_id from {{ ref('story_changes') }} where logged_at > '{{ position_of(this).logged_at }}'
{%- endmacro %}

{% macro get_incremental_changed_stories_sql(arguments) %}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ arguments.target_relation }} where story_id in ({{ changed_stories() }});
    insert into {{ arguments.target_relation }} ({{ columns }}) select {{ columns }} from {{ arguments.temp_relation }}
{% endmacro %}

{# For dim_story_clusters, which makes again the clusters that those stories are in or were; one without stories is no more. #}
{% macro get_incremental_touched_clusters_sql(arguments) %}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ arguments.target_relation }} where cluster_id in (select cluster_id from {{ arguments.temp_relation }});
    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }} from {{ arguments.temp_relation }} where stories is not null
{% endmacro %}

{# What dbt does; and what has been built so far is thrown away where it cannot be carried on. #}
{% macro should_full_refresh() %}
    {% set asked = config.get('full_refresh') %}
    {% if asked is none %}
        {% set asked = flags.FULL_REFRESH %}
    {% endif %}
    {% if asked or not execute or model.config.materialized != 'incremental' %}
        {% do return(asked) %}
    {% endif %}
    {% if load_relation(this) is none %}
        {% do return(false) %}
    {% endif %}
    {% if model.name == 'story_changes' %}
        {% do return(last_look().horizon is none) %}
    {% endif %}
    {% do return(position_of(this).logged_at is none) %}
{% endmacro %}

{#
  Up to where a mart has followed the log; none: it cannot go on from there. So it is after a change of its own
  SQL or of a parent's, and where the log was begun anew: after a migration, or in a restored copy.
#}
{% macro position_of(relation) %}
    {% if load_relation(ref('story_changes')) is none %}
        {% do return({'logged_at': none}) %}
    {% endif %}
    {% set found = run_query(
        "select p.logged_at from staging.build_state as p"
        ~ " where p.model = '" ~ relation.identifier ~ "' and p.made_by = '" ~ code_of(model) ~ "'"
        ~ " and p.logged_at between (select min(logged_at) from " ~ ref('story_changes') ~ ")"
        ~ " and (select max(logged_at) from " ~ ref('story_changes') ~ ")"
    ) %}
    {% do return({'logged_at': found.rows[0][0] if found.rows | length else none}) %}
{% endmacro %}

{# After a mart is made, in its transaction. #}
{% macro write_position() %}
    insert into staging.build_state (model, made_by, logged_at)
    select '{{ this.identifier }}', '{{ code_of(model) }}', max(logged_at) from {{ ref('story_changes') }}
    on conflict (model) do update set made_by = excluded.made_by, logged_at = excluded.logged_at
{% endmacro %}

{% macro code_of(node) %}
    {% set texts = [node.raw_code] %}
    {% for parent in node.depends_on.nodes if parent in graph.nodes %}
        {% do texts.append(graph.nodes[parent].raw_code) %}
    {% endfor %}
    {% do return(local_md5(texts | join('\n'))) %}
{% endmacro %}

{#
  Condition on a row of a table: it was written by a transaction that the last look may not have seen. PostgreSQL
  stamps each row with its writer (xmin). A time would not do: one that was taken before a commit can be older
  than a look which did not see the row yet.
#}
{% macro written_since_last_look(table) -%}
    age({{ table }}.xmin) <= age('{{ last_look().horizon % 4294967296 }}'::xid)
{%- endmacro %}

{#
  The last look of story_changes: `at`, and its `horizon`, before which all transactions had ended. None: there is
  none that counts in this server. In a copy that was restored elsewhere, rows have other writers than the one
  they name; and after two thousand million transactions, numbers come again.
#}
{% macro last_look() %}
    {% set found = run_query(
        "select logged_at, horizon from " ~ this ~ " where logged_at = (select max(logged_at) from " ~ this ~ ")"
        ~ " and xmin::text::bigint = writer % 4294967296"
        ~ " and pg_snapshot_xmax(pg_current_snapshot())::text::bigint - horizon < 2000000000 limit 1"
    ) %}
    {% if found.rows | length %}
        {% do return({'at': found.rows[0][0], 'horizon': found.rows[0][1] | int}) %}
    {% endif %}
    {% do return({'at': none, 'horizon': none}) %}
{% endmacro %}
