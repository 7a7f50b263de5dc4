"""How much a failed poll counts, by its cause."""

import pytest

from pipeline.poll.failing import failure_weight


@pytest.mark.parametrize(
    ("reason", "weight"),
    [
        ("dns", 0.25),
        ("connect", 0.25),
        ("reset", 0.25),
        ("timeout", 0.5),
        ("tls", 0.5),
        ("http_403", 0.5),
        ("http_404", 0.5),
        ("http_429", 0.5),
        ("http_500", 0.5),
        ("http_503", 0.5),
        ("http_599", 0.5),
        ("http_401", 1.0),
        ("http_410", 1.0),
        ("not_a_feed", 1.0),
        ("robots", 1.0),
        ("forbidden_address", 1.0),
        ("too_large", 1.0),
        ("http_weird", 1.0),
    ],
)
def test_the_weight_of_a_failure(reason, weight):
    assert failure_weight(reason) == weight


def test_the_status_counts_where_it_is_known():
    assert failure_weight("refused", 503) == 0.5
    assert failure_weight("refused", 401) == 1.0
