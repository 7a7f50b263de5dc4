"""Names out of bylines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.names import names_in


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Bell", ["Ada Bell"]),
        ("By Ada Bell and Bo Lind", ["Ada Bell", "Bo Lind"]),
        ("Ada Bell, Bo Lind & Cy Moe", ["Ada Bell", "Bo Lind", "Cy Moe"]),
        ("By Ada Bell, Senior Science Editor", ["Ada Bell"]),
        ("Ada Bell Political Correspondent", ["Ada Bell"]),
        ("By Ada Bell in Norvik", ["Ada Bell"]),
        ("Ada Bell (ada.bell@norvikpost.example)", ["Ada Bell"]),
        ("Ada Bell @adabell", ["Ada Bell"]),
        ("Ada Bell/AFP", ["Ada Bell"]),
        ("Reuters", []),
        ("The Norvik Post", []),
        ("Norvik Post Staff", []),
        ("admin", []),
        ("Ada Bell 9 March 2021", ["Ada Bell"]),
        ("By Ada Bell | Updated 3 hours ago", ["Ada Bell"]),
        ("Bell, Ada", ["Ada Bell"]),
        ("Von Jörg Höhne und Änne Maß", ["Jörg Höhne", "Änne Maß"]),
        ("Eingestellt von Ada Bell um 12:30", ["Ada Bell"]),
        ("Par Zoé Évrard avec AFP", ["Zoé Évrard"]),
        ("Por Íñigo Peña y Ana Ruiz", ["Íñigo Peña", "Ana Ruiz"]),
        ("Автор: Анна Белова", ["Анна Белова"]),
        ("記者：青木 はな", ["青木 はな"]),
        ("https://norvikpost.example/people/ada", []),
        ("Ursula von der Aue", ["Ursula von der Aue"]),
        ("Ada Bell, ada bell", ["Ada Bell"]),
    ],
)
def test_names(byline, names):
    assert names_in(byline, outlet=["the norvik post", "norvikpost example"]) == names


@given(st.text(max_size=120))
def test_names_are_clean(byline):
    for name in names_in(byline):
        assert name == name.strip()
        assert sum(map(str.isalpha, name)) >= 2
        assert len(name) <= 60
