{# Fails for values outside [least, most]; NULL is not outside. #}
{% test within(model, column_name, least, most) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} not between {{ least }} and {{ most }}
{% endtest %}
