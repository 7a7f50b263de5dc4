{# What dbt does; then every column that YAML does not describe takes the comment of where it was read from. #}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) %}
    {% do default__persist_docs(relation, model, for_relation, for_columns) %}
    {% if model.depends_on.nodes %}
        {% do run_query(inherit_comments(relation, model)) %}
    {% endif %}
{% endmacro %}

{# From the column of the same name in a parent; the parent mentioned first goes before the others. #}
{% macro inherit_comments(relation, model) %}
    do $inherit$
    declare
        told record;
    begin
        for told in
            select distinct on (mine.attname)
                mine.attname,
                col_description(theirs.attrelid, theirs.attnum) as description
            from unnest(array[
                {%- for parent in model.depends_on.nodes %}
                '{{ (graph.nodes.get(parent) or graph.sources.get(parent)).relation_name }}'::regclass
                {{- "," if not loop.last }}
                {%- endfor %}
            ]) with ordinality as parents (relation, place)
            join pg_attribute as theirs on theirs.attrelid = parents.relation and theirs.attnum > 0
            join pg_attribute as mine on mine.attname = theirs.attname and mine.attnum > 0
            where mine.attrelid = '{{ relation }}'::regclass
                and col_description(mine.attrelid, mine.attnum) is null
                and col_description(theirs.attrelid, theirs.attnum) is not null
            order by mine.attname, parents.place
        loop
            execute format('comment on column {{ relation }}.%I is %L', told.attname, told.description);
        end loop;
    end
    $inherit$
{% endmacro %}
