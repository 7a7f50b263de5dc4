"""What a site prints round a story is put aside; what a story says stays."""

import pytest

from pipeline.dedup.furniture import is_furniture, without_furniture

SITE = (
    "Sign up for our morning briefing and never miss a story.",
    "Enter your email address and get the headlines delivered to your inbox.",
    "Subscribe today for unlimited digital access. Already a subscriber? Log in to continue.",
    "READ MORE: Five things to do this weekend",
    "Related: The bridge that never was",
    "© 2026 Example Press. All rights reserved.",
    "This article was updated on Tuesday to add a comment of the ministry.",
    "Correction: an earlier version of this story gave the wrong year.",
    "Reporting by Marta Adler; editing by Ivo Brandt",
    "By Marta Adler, Staff Writer",
    "Published 10:42 a.m. ET | Updated 11:15 a.m. ET",
    "Advertisement — scroll to continue reading",
    "Lesen Sie auch: Was die Brücke kostet",
    "Alle Rechte vorbehalten.",
    "Inscrivez-vous à notre lettre du matin.",
    "Lea también: El puente que nunca fue",
    "Leia também: A ponte que nunca existiu",
    "Читайте также: Мост закрыт",
    "無断転載を禁じます",
    "版权所有 未经授权不得转载",
)
STORY = (
    "He read more than most of his colleagues, his sister said.",
    "The court said the letter may be published in May.",
    "By Tuesday the water had reached the market.",
    "The company updated its forecast at noon.",
    "The reporting line runs through the ministry, she said.",
    "Watching the river rise, the mayor ordered the gates shut.",
    "Facebook said on Monday that it would appeal.",
    "The museum sold its copyright in the film.",
    "Related costs rose by a third, the auditor said.",
)


@pytest.mark.parametrize("paragraph", SITE)
def test_the_sites_own(paragraph):
    assert is_furniture(paragraph)


@pytest.mark.parametrize("paragraph", STORY)
def test_the_storys_own(paragraph):
    assert not is_furniture(paragraph)


def test_a_long_paragraph_is_prose_whatever_it_mentions():
    assert not is_furniture("All rights reserved, he said. " + "The council met again on Tuesday. " * 12)


def test_a_text_of_nothing_else_is_left_as_it_is():
    assert without_furniture(SITE[0]) == SITE[0]
    assert without_furniture("") == ""


def test_marks_of_a_cut_are_taken_out():
    assert (
        without_furniture("The dam broke at\n\nTwo roads are[+2154 chars]")
        == "The dam broke at\nTwo roads are"
    )
