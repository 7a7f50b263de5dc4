{# What the builds must remember of each other; begun anew when a migration drops the schema. #}
{% macro make_build_state() %}
    create table if not exists staging.build_state (model text primary key, made_by text, logged_at timestamptz);
    comment on table staging.build_state is 'A row a model that is carried on from build to build';
    comment on column staging.build_state.model is 'Name of the model';
    comment on column staging.build_state.made_by is 'Digest of the SQL that made it; other SQL makes it anew';
    comment on column staging.build_state.logged_at is
        'The changes of story_changes up to then are in it; NULL: it needs none, or there was none'
{% endmacro %}

{#
  A view that stays while its SQL and its words stay: it costs a look in place of a new view, and what others hang on
  it is not dropped. A migration takes all of them down, as its tables could not be changed below them.
#}
{% materialization steady_view, adapter='postgres' %}
    {% set existing = load_cached_relation(this) %}
    {% if existing is not none and existing.is_view and is_as_made() %}
        {% call noop_statement('main', 'KEPT VIEW') %}{{ sql }}{% endcall %}
        {% do return({'relations': [existing]}) %}
    {% endif %}
    {% do return(materialization_view_default()) %}
{% endmaterialization %}

{% macro is_as_made() %}
    {% set found = run_query(
        "select 1 as one from staging.build_state where model = '" ~ this.identifier ~ "' and made_by = '" ~ words_of(model) ~ "'"
    ) %}
    {% do return(found.rows | length > 0) %}
{% endmacro %}

{# After a view is made, in its transaction. #}
{% macro write_view_state() %}
    insert into staging.build_state (model, made_by) values ('{{ this.identifier }}', '{{ words_of(model) }}')
    on conflict (model) do update set made_by = excluded.made_by
{% endmacro %}

{% macro words_of(node) %}
    {% set texts = [node.raw_code, node.description] %}
    {% for name, column in node.columns.items() %}
        {% do texts.append(name ~ ' ' ~ column.description) %}
    {% endfor %}
    {% do return(local_md5(texts | join('\n'))) %}
{% endmacro %}
