"""Names that begin with a town: teams, papers and institutions, which make no dateline."""

from __future__ import annotations

_TEAMS = """
indians guardians browns cavaliers cavs yankees mets giants jets knicks nets rangers islanders dodgers lakers clippers kings
angels rams chargers raiders warriors 49ers niners athletics sharks padres seahawks mariners sounders sonics blazers
cardinals diamondbacks suns coyotes broncos nuggets rockies avalanche cowboys mavericks stars texans rockets astros spurs
saints pelicans hornets chiefs royals twins vikings timberwolves wild packers brewers bucks bears cubs bulls blackhawks
white sox red colts pacers lions tigers pistons wings reds bengals steelers pirates penguins eagles phillies 76ers sixers
flyers ravens orioles redskins commanders nationals capitals wizards panthers bobcats hurricanes falcons hawks braves
thrashers dolphins marlins heat jaguars buccaneers lightning magic patriots celtics bruins bills sabres canadiens senators
maple leafs raptors jays oilers flames canucks expos jazz grizzlies titans predators
united city town rovers wanderers athletic albion hotspur villa county fc cf f.c. afc forest palace
""".split()
_PAPERS = """
post times herald tribune journal globe star sun examiner chronicle inquirer bulletin gazette mail mirror telegraph
observer independent dispatch monitor press news today daily morning evening standard
""".split()
_BODIES = """
university college school hospital airport police stock exchange symphony opera philharmonic museum zoo marathon
bridge underground tube metro wall tower towers palace gate airlines airways disneyland electron gas vice club week
film festival fire mayor city council county transit port authority medical bank cathedral court central street road
accord agreement protocol treaty summit declaration consensus club group international general public state
""".split()
_WORDS = frozenset((*_TEAMS, *_PAPERS, *_BODIES)) - {
    "state",
    "general",
    "public",
    "international",
    "court",
    "central",
    "fire",
}


WORDS = frozenset(
    """
    reading mobile orange deal split nice bath hope march media sale rugby cork normal commerce industry liberty union
    college university paradise surprise champions battle police poll arsenal exclusive analysis opinion corona gold oil africa europe asia
    """.split()
)
"""Words of headlines that are towns too."""
_GIVEN = frozenset(
    """
    paris sydney orlando milan madison austin jackson lincoln charlotte victoria florence sofia santiago chelsea brooklyn
    savannah cleveland denver phoenix dallas houston kingston geneva vienna verona lourdes valencia jordan israel
    """.split()
)
"""Towns whose names are given to people."""
_VERBS = frozenset(
    "said says was is has had will would may and who told won wins stars starred joined makes made plays".split()
)
_NO_SURNAMES = frozenset("police president parliament shares prices minister ministers lawmakers two".split())


def follows_a_name(town: str, word: str, third: str) -> bool:
    """True where the word behind a town makes a name with it; ``town`` is folded, ``third`` the word behind.

    >>> follows_a_name("boston", "Post", "staff"), follows_a_name("boston", "Global", "sales")
    (True, False)
    >>> follows_a_name("paris", "Example", "said"), follows_a_name("paris", "Example", "goods")
    (True, False)
    """
    bare = word.partition("_")[0].strip(".,;:'’\"").lower()
    bare = bare.removesuffix("'s").removesuffix("’s")
    if bare in _WORDS:
        return True
    return town in _GIVEN and third in _VERBS and bare not in _NO_SURNAMES
