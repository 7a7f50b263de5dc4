"""Invented wire copy: stories, what becomes of their copies, and templates filled with other facts.

Every text is drawn from a seeded generator, so that a case is the same in every process.
"""

from __future__ import annotations

from random import Random

FIRST = (
    "Marta Ivo Lena Tomas Greta Omar Paula Henrik Nadia Viktor Elsa Bruno Ines Karel Yusuf Dora Felix Anja "
    "Oskar Rita Samir Helga Pavel Noor Clara Janek Selma Rufus Edith Milan"
).split()
LAST = (
    "Adler Brandt Castell Dorn Eklund Farkas Gruber Hollis Iversen Jansen Kovar Lindqvist Marek Novello Okafor "
    "Prentice Quist Rossi Soderberg Tanaka Ulrich Vance Weller Yilmaz Zeller Ashdown Birkin Corley Denholm Easton"
).split()
TOWNS = (
    "Aldport Brackwell Carrow Dunmere Eastholm Farrant Glenhaven Harwick Ilverton Kelby Larkfield Morvane "
    "Northam Oakridge Pellworth Quarrington Redmarsh Stanwick Thornbury Umberleigh Varley Wexcombe Yarrow Zennor"
).split()
FIRMS = "Altera Borealis Cobalt Deltamark Evergreen Fairline Granite Helios Ironbridge Juniper Kestrel Lumen".split()
# No slot has more than three words, so that two sentences seldom have five words in a row in common.
SUBJECTS = (
    "the harbour authority|engineers|the regional court|teachers|local growers|the ferry company|the ministry|residents|"
    "the hospital|investors|the water company|the opposition|trustees|fire officers|the fisheries board|archivists|"
    "bus drivers|auditors|the housing association|customs officers|hoteliers|the diocese|miners|pharmacists"
).split("|")
VERBS = (
    "rejected|welcomed|will review|postponed|criticised|approved|asked for|withdrew|signed|disputed|are preparing|"
    "published|cancelled|defended|put off|revised|leaked|mocked|voted down|have mislaid"
).split("|")
KINDS = (
    "a costly|an early|the second|a secret|a joint|the last|a modest|an unusual|the draft|a binding|a hasty|the revised|"
    "a partial|an informal|the annual|a provisional"
).split("|")
THINGS = (
    "survey|contract|budget|inquiry|merger|closure|licence|timetable|sale|audit|treaty|repair|loan|tender|lawsuit|ban|"
    "auction|census|evacuation|apology"
).split("|")
MATTERS = (
    "of the quay|for new trams|of two depots|on night work|about the tannery|for the sewers|of the quarry|on river traffic|"
    "about school meals|for the lighthouse|of three mills|on fishing quotas|about the archive|for the stadium|of old mines|"
    "on heavy lorries|about bus fares|for the orchard"
).split("|")
TAILS = (
    "after midnight|despite protests|without giving reasons|before the summer|although members objected|while talks continue|"
    "for a second time|in a letter|as prices rose|once insurers pay|under pressure|when offices reopen|on legal advice|"
    "since the storm|amid strikes|by a narrow margin"
).split("|")


def name(random: Random) -> str:
    return f"{random.choice(FIRST)} {random.choice(LAST)}"


def sentence(random: Random) -> str:
    """One of some hundred million sentences."""
    slots = [random.choice(words) for words in (SUBJECTS, VERBS, KINDS, THINGS, MATTERS, TAILS)]
    if random.random() < 0.3:
        slots[0] = f"{name(random)} of {slots[0]}"
    if random.random() < 0.3:
        slots[-1] += f", and {random.randrange(11, 990)} people in {random.choice(TOWNS)} are affected"
    text = " ".join(slots)
    return f"{text[0].upper()}{text[1:]}."


def paragraphs(random: Random, count: int) -> list[str]:
    return [" ".join(sentence(random) for _ in range(3)) for _ in range(count)]


def headline(random: Random) -> str:
    return f"{random.choice(TOWNS)} {random.choice(VERBS)} {random.choice(THINGS)} {random.choice(MATTERS)}"


def words_changed(random: Random, text: str, share: float) -> str:
    """The text with letters of some words exchanged, as bad typing would."""
    words = text.split(" ")
    for at, word in enumerate(words):
        if len(word) > 4 and word.isalpha() and random.random() < share:
            words[at] = word[0] + word[2] + word[1] + word[3:]
    return " ".join(words)


FURNITURE = (
    "Sign up for our morning briefing and get the day's news delivered to your inbox.",
    "READ MORE: Ten things to do this weekend",
    "Subscribe now for unlimited digital access. Already a subscriber? Log in to continue reading.",
    "© Example Press. All rights reserved. This material may not be published or redistributed.",
    "Follow us on Facebook for the latest.",
)


# -- templates: each call fills the same form with other facts ------------------------


def earnings(random: Random) -> tuple[str, str]:
    firm, town = (
        f"{random.choice(FIRMS)} {random.choice(('Holdings', 'Group', 'Industries', 'Foods'))}",
        random.choice(TOWNS),
    )
    cents, million, total = random.randrange(11, 99), random.uniform(5, 95), random.uniform(100, 990)
    return (
        f"{firm}: Q{random.randrange(1, 5)} Earnings Snapshot",
        (
            f"{town.upper()} (Wire) — {firm} on {random.choice(('Monday', 'Tuesday', 'Thursday'))} reported "
            f"{random.choice(('second', 'third', 'fourth'))}-quarter net income of ${million:.1f} million.\n\n"
            f"On a per-share basis, the {town}-based company said it had profit of {cents} cents. Earnings, adjusted for "
            f"one-time gains and costs, were {cents + random.randrange(2, 9)} cents per share.\n\n"
            f"The results topped Wall Street expectations. The average estimate of {random.randrange(3, 12)} analysts "
            f"surveyed by Example Research was for earnings of {cents - random.randrange(1, 9)} cents per share.\n\n"
            f"The company posted revenue of ${total:.1f} million in the period, which also beat Street forecasts. "
            f"{random.randrange(3, 12)} analysts surveyed by Example Research expected ${total - random.uniform(1, 9):.1f} "
            f"million.\n\n{firm} shares have climbed {random.randrange(2, 40)}% since the beginning of the year. In the "
            f"final minutes of trading, shares hit ${random.uniform(10, 90):.2f}, a rise of {random.randrange(2, 60)}% in "
            "the last 12 months.\n\nThis story was generated by Example Insights using data from Example Research."
        ),
    )


def weather(random: Random) -> tuple[str, str]:
    town = random.choice(TOWNS)
    low, high, wind = random.randrange(-9, 12), random.randrange(13, 34), random.randrange(8, 70)
    return (
        f"Weather forecast for {town} and the surrounding area today",
        (
            f"Here is the forecast for {town} and the surrounding area. Expect a high of {high} degrees and a low of "
            f"{low} degrees, with winds of up to {wind} km/h from the {random.choice(('north', 'west', 'south-east'))}.\n\n"
            f"The chance of rain is {random.randrange(1, 100)} percent in the morning and {random.randrange(1, 100)} percent "
            f"in the afternoon. Sunrise is at 6:{random.randrange(10, 60)} and sunset at 19:{random.randrange(10, 60)}, "
            "so there will be enough daylight for a walk in the evening.\n\nThose who plan to spend time outdoors are "
            f"advised to wear sunscreen, since the UV index will reach {random.randrange(1, 11)}. Looking ahead, the "
            f"outlook for the rest of the week calls for highs of {high + random.randrange(-4, 5)} degrees, with a few "
            "showers inland and mostly dry conditions on the coast."
        ),
    )


def result(random: Random) -> tuple[str, str]:
    home, away = random.sample(TOWNS, 2)
    goals, other = random.randrange(2, 6), random.randrange(0, 2)
    scorer, second, coach = name(random), name(random), name(random)
    return (
        f"{home} beat {away} {goals}-{other} at home",
        (
            f"{scorer} scored twice as {home} beat {away} {goals}-{other} on Saturday in front of "
            f"{random.randrange(3000, 40000):,} spectators.\n\n{scorer} opened the scoring in minute "
            f"{random.randrange(2, 40)} and doubled the lead in minute {random.randrange(41, 60)}. {second} added another "
            f'from the penalty spot in minute {random.randrange(61, 88)}.\n\n"We are very happy with the three points and '
            f'with how the team worked," said coach {coach}. {home} now have {random.randrange(20, 70)} points from '
            f"{random.randrange(12, 34)} matches and are in place {random.randrange(1, 18)} of the table, while {away} "
            f"remain on {random.randrange(10, 50)} points. {home} travel to {random.choice(TOWNS)} next week; {away} play "
            f"host to {random.choice(TOWNS)}."
        ),
    )


def market(random: Random) -> tuple[str, str]:
    move = f"{random.uniform(0.1, 2.9):.1f}"
    return (
        "Stocks close: how the major indexes fared today",
        (
            f"The main index rose {random.uniform(5, 90):.2f} points, or {move}%, to close at "
            f"{random.uniform(3000, 9000):,.2f}. The index of industrial shares gained {random.uniform(50, 400):.2f} points, "
            f"or {random.uniform(0.1, 2.9):.1f}%, to {random.uniform(30000, 44000):,.2f}. The index of technology shares rose "
            f"{random.uniform(20, 300):.2f} points, or {random.uniform(0.1, 2.9):.1f}%, to {random.uniform(12000, 19000):,.2f}.\n\n"
            f"For the week, the main index is up {random.uniform(5, 90):.2f} points, or {random.uniform(0.1, 2.9):.1f}%. For the "
            f"year, it is up {random.uniform(100, 900):.2f} points, or {random.uniform(4, 30):.1f}%. Benchmark crude oil for "
            f"delivery next month rose {random.uniform(0.1, 3):.2f} dollars to {random.uniform(50, 99):.2f} dollars a barrel. "
            f"Gold for delivery next month fell {random.uniform(1, 30):.2f} dollars to {random.uniform(1500, 2900):,.2f} dollars "
            "an ounce."
        ),
    )


def obituary(random: Random) -> tuple[str, str]:
    person, spouse, town = name(random), random.choice(FIRST), random.choice(TOWNS)
    given = person.split()[0]
    return (
        f"Obituary: {person}, {random.randrange(60, 99)}, of {town}",
        (
            f"{person}, {random.randrange(60, 99)}, of {town}, passed away peacefully on March {random.randrange(1, 31)}, "
            f"surrounded by family. Born on June {random.randrange(1, 30)}, {random.randrange(1925, 1960)}, in "
            f"{random.choice(TOWNS)}, {given} was the child of {name(random)} and {name(random)}.\n\n{given} worked for "
            f"{random.randrange(12, 45)} years at {random.choice(FIRMS)} before retiring, and will be remembered for a love "
            f"of gardening, travelling and spending time with family and friends. {given} is survived by {spouse}; "
            f"children {random.choice(FIRST)}, {random.choice(FIRST)} and {random.choice(FIRST)}; and "
            f"{random.randrange(2, 14)} grandchildren.\n\nA memorial service will be held at {random.randrange(9, 12)} a.m. at "
            f"the {random.choice(TOWNS)} chapel. In lieu of flowers, the family asks that donations be made to the "
            f"{random.choice(TOWNS)} hospice."
        ),
    )


def lottery(random: Random) -> tuple[str, str]:
    drawn = sorted(random.sample(range(1, 60), 6))
    return (
        "Winning lottery numbers: here are the results of the draw",
        (
            f"The winning numbers in the draw of the national lottery were: {', '.join(map(str, drawn))}, with the bonus "
            f"number {random.randrange(1, 60)}. The estimated jackpot was {random.randrange(2, 90)} million.\n\nThe next draw "
            "takes place on Saturday evening and is shown live. Tickets can be bought until an hour before the draw at "
            "kiosks, at petrol stations and online. Winners of small sums can collect their prize wherever tickets are "
            f"sold; larger ones have {random.choice(('90', '120', '180'))} days to call at the lottery's head office. Those "
            "who take part must be of age. Please play responsibly."
        ),
    )


def appointment(random: Random) -> tuple[str, str]:
    """A form with names alone: no number tells the two apart."""
    firm, person, before = random.choice(FIRMS), name(random), name(random)
    role = random.choice(("chief executive", "finance director", "head of research", "chair of the board"))
    surname = person.split()[1]
    return (
        f"{firm} names {person} as {role}",
        (
            f"{firm} said it has named {person} as {role}, with immediate effect. {surname} succeeds {before}, who is "
            f"leaving the company to pursue other interests.\n\n{surname} joined {firm} from {random.choice(FIRMS)} in "
            f'{random.choice(TOWNS)}, where {surname} led the business in {random.choice(TOWNS)}. "We are delighted to '
            f'welcome {surname} to the team," said {name(random)} of {firm}. "The board is confident that {surname} has the '
            'experience that is needed for the next stage of our growth."\n\nThe company thanked '
            f"{before} for years of service and wished {before.split()[0]} every success in the future."
        ),
    )


def dividend(random: Random) -> tuple[str, str]:
    """A brief with few facts."""
    firm = f"{random.choice(FIRMS)} {random.choice(LAST)} {random.choice(('Corp', 'Inc', 'Trust'))}"
    cents = random.randrange(4, 90)
    return (
        f"{firm} sets quarterly dividend",
        (
            f"The board of directors of {firm} has declared a regular quarterly dividend of {cents} cents per share, "
            f"payable on April {random.randrange(1, 15)} to shareholders of record at the close of business on March "
            f"{random.randrange(10, 31)}, the company said in a statement. It did not comment on the outlook for the rest "
            "of the year."
        ),
    )


TEMPLATES = {
    one.__name__: one for one in (earnings, weather, result, market, obituary, lottery, appointment, dividend)
}
