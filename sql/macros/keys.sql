{# Who a byline names, as far as a name tells: a publisher's authors of one spelling are one author. #}
{% macro author_id(source_id, name) -%}
    md5({{ source_id }}::text || ' ' || lower({{ name }}))::uuid
{%- endmacro %}

{# Which place: by its GeoNames id; where that is not known, by name and country. #}
{% macro place_id(place) -%}
    md5(coalesce({{ place }}.geoname_id::text, lower({{ place }}.name) || ' ' || coalesce({{ place }}.country, '')))::uuid
{%- endmacro %}
