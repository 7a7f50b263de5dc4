"""How much a failed poll counts, by its cause."""

import pytest

from pipeline.fetch.faults import REASONS
from pipeline.poll.failing import failure_weight


@pytest.mark.parametrize(
    ("reason", "weight"),
    [
        ("dns", 0.25),
        ("connect", 0.25),
        ("robots_unreachable", 0.25),
        ("secret_missing", 0.25),
        ("enter_fault", 0.25),
        ("reset", 0.25),
        ("timeout", 0.5),
        ("tls", 0.5),
        ("tls_expired", 0.5),
        ("tls_untrusted", 0.5),
        ("tls_wrong_host", 0.5),
        ("false_304", 0.5),
        ("bot_check", 0.5),
        ("truncated", 0.5),
        ("protocol", 0.5),
        ("bad_encoding", 0.5),
        ("http_408", 0.5),
        ("http_425", 0.5),
        ("http_403", 0.5),
        ("http_404", 0.5),
        ("http_429", 0.5),
        ("http_500", 0.5),
        ("http_503", 0.5),
        ("http_599", 0.5),
        ("http_401", 1.0),
        ("http_410", 1.0),
        ("not_a_feed", 1.0),
        ("foreign_feed", 1.0),
        ("redirect_loop", 1.0),
        ("headers_too_large", 1.0),
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


def test_what_is_to_be_tried_again_soon_weighs_less_than_what_lasts():
    """Whatever reason is added: a transient one counts 0.5 at the most, and a refusal in earnest counts whole."""
    weights = {reason: failure_weight(reason) for reason in REASONS}
    assert {reason for reason, weight in weights.items() if weight == 1.0} == {
        reason for reason, meaning in REASONS.items() if meaning.kind == "permanent" and reason != "bot_check"
    }
