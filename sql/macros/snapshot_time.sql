{# An instant, not the wall clock of whatever zone the session is in. #}
{% macro postgres__snapshot_get_time() -%}
    now()
{%- endmacro %}
