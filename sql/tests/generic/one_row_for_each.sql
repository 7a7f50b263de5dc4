{# The grain: fails for a combination of the columns that several rows hold. #}
{% test one_row_for_each(model, columns) %}
    select {{ columns | join(", ") }}, count(*) as occurrences
    from {{ model }}
    group by {{ columns | join(", ") }}
    having count(*) > 1
{% endtest %}
