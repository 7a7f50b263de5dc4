"""What a dateline prints behind a city, and the cities that stand alone.

Abbreviations of states and provinces are those of the Associated Press, the Canadian Press and
the postal services; the cities that need no state are the Associated Press's list as its
stylebook printed it over the years.
"""

from __future__ import annotations

from types import MappingProxyType

_MEXICO = tuple(
    zip(
        [f"{number:02}" for number in range(1, 33)],
        "Ags BC BCS Camp Chis Chih Coah Col CDMX Dgo Gto Gro Hgo Jal Méx Mich Mor Nay NL Oax Pue Qro QRoo SLP Sin Son Tab "
        "Tamps Tlax Ver Yuc Zac".split(),
        strict=True,
    )
)
"""Codes of GeoNames and abbreviations of the Mexican press."""
DIVISIONS: dict[str, tuple[str, ...]] = {
    "US-AL": ("Alabama", "Ala."),
    "US-AK": ("Alaska",),
    "US-AZ": ("Arizona", "Ariz."),
    "US-AR": ("Arkansas", "Ark."),
    "US-CA": ("California", "Calif.", "Cal."),
    "US-CO": ("Colorado", "Colo."),
    "US-CT": ("Connecticut", "Conn."),
    "US-DE": ("Delaware", "Del."),
    "US-DC": ("District of Columbia", "D.C."),
    "US-FL": ("Florida", "Fla."),
    "US-GA": ("Georgia", "Ga."),
    "US-HI": ("Hawaii",),
    "US-ID": ("Idaho",),
    "US-IL": ("Illinois", "Ill."),
    "US-IN": ("Indiana", "Ind."),
    "US-IA": ("Iowa",),
    "US-KS": ("Kansas", "Kan.", "Kans."),
    "US-KY": ("Kentucky", "Ky."),
    "US-LA": ("Louisiana", "La."),
    "US-ME": ("Maine",),
    "US-MD": ("Maryland", "Md."),
    "US-MA": ("Massachusetts", "Mass."),
    "US-MI": ("Michigan", "Mich."),
    "US-MN": ("Minnesota", "Minn."),
    "US-MS": ("Mississippi", "Miss."),
    "US-MO": ("Missouri", "Mo."),
    "US-MT": ("Montana", "Mont."),
    "US-NE": ("Nebraska", "Neb.", "Nebr."),
    "US-NV": ("Nevada", "Nev."),
    "US-NH": ("New Hampshire", "N.H."),
    "US-NJ": ("New Jersey", "N.J."),
    "US-NM": ("New Mexico", "N.M.", "N. Mex."),
    "US-NY": ("New York", "N.Y.", "New York State"),
    "US-NC": ("North Carolina", "N.C."),
    "US-ND": ("North Dakota", "N.D.", "N. Dak."),
    "US-OH": ("Ohio",),
    "US-OK": ("Oklahoma", "Okla."),
    "US-OR": ("Oregon", "Ore.", "Oreg."),
    "US-PA": ("Pennsylvania", "Pa.", "Penn."),
    "US-RI": ("Rhode Island", "R.I."),
    "US-SC": ("South Carolina", "S.C."),
    "US-SD": ("South Dakota", "S.D.", "S. Dak."),
    "US-TN": ("Tennessee", "Tenn."),
    "US-TX": ("Texas", "Tex."),
    "US-UT": ("Utah",),
    "US-VT": ("Vermont", "Vt."),
    "US-VA": ("Virginia", "Va."),
    "US-WA": ("Washington", "Wash.", "Washington State"),
    "US-WV": ("West Virginia", "W.Va.", "W. Va."),
    "US-WI": ("Wisconsin", "Wis.", "Wisc."),
    "US-WY": ("Wyoming", "Wyo."),
    "CA-01": ("Alberta", "Alta."),
    "CA-02": ("British Columbia", "B.C."),
    "CA-03": ("Manitoba", "Man."),
    "CA-04": ("New Brunswick", "N.B."),
    "CA-05": ("Newfoundland", "Newfoundland and Labrador", "Nfld.", "N.L."),
    "CA-07": ("Nova Scotia", "N.S."),
    "CA-08": ("Ontario", "Ont."),
    "CA-09": ("Prince Edward Island", "P.E.I."),
    "CA-10": ("Quebec", "Que.", "Québec", "P.Q."),
    "CA-11": ("Saskatchewan", "Sask."),
    "CA-12": ("Yukon", "Y.T."),
    "CA-13": ("Northwest Territories", "N.W.T."),
    "CA-14": ("Nunavut",),
    "AU-01": ("Australian Capital Territory", "ACT"),
    "AU-02": ("New South Wales", "NSW", "N.S.W."),
    "AU-03": ("Northern Territory",),
    "AU-04": ("Queensland", "Qld."),
    "AU-05": ("South Australia",),
    "AU-06": ("Tasmania", "Tas."),
    "AU-07": ("Victoria", "Vic."),
    "AU-08": ("Western Australia",),
    "GB-ENG": ("England",),
    "GB-SCT": ("Scotland",),
    "GB-WLS": ("Wales",),
    "GB-NIR": ("Northern Ireland",),
    **{f"MX-{code}": (f"{name}.",) for code, name in _MEXICO},
}
"""First-level divisions by ``country-admin1`` of GeoNames, with the names printed for them."""

POSTAL = frozenset(code[3:] for code in DIVISIONS if code.startswith("US-"))
"""Two-letter codes of the United States, accepted behind a comma only."""

POSTAL_CANADA = MappingProxyType(
    {"AB": "CA-01", "BC": "CA-02", "MB": "CA-03", "NB": "CA-04", "NL": "CA-05", "NS": "CA-07", "ON": "CA-08"}
    | {"PE": "CA-09", "QC": "CA-10", "SK": "CA-11", "YT": "CA-12", "NT": "CA-13", "NU": "CA-14"}
)

POSTAL_BRAZIL = frozenset(
    "AC AL AP AM BA CE DF ES GO MA MT MS MG PA PB PR PE PI RJ RN RS RO RR SC SP SE TO".split()
)
"""Two-letter codes of Brazil; where one is a code of the United States too, the town decides."""

STAND_ALONE = MappingProxyType(
    dict.fromkeys(
        (
            *(
                "atlanta",
                "baltimore",
                "boston",
                "chicago",
                "cincinnati",
                "cleveland",
                "dallas",
                "denver",
                "detroit",
            ),
            *("honolulu", "houston", "indianapolis", "las vegas", "los angeles", "miami", "milwaukee"),
            *(
                "minneapolis",
                "new orleans",
                "new york",
                "oklahoma city",
                "philadelphia",
                "phoenix",
                "pittsburgh",
            ),
            *("saint louis", "salt lake city", "san antonio", "san diego", "san francisco", "seattle"),
            *("washington", "hollywood", "silicon valley", "wall street"),
        ),
        "US",
    )
    | {"amsterdam": "NL", "athens": "GR", "baghdad": "IQ", "bangkok": "TH", "beijing": "CN", "beirut": "LB"}
    | {"berlin": "DE", "bogota": "CO", "brussels": "BE", "buenos aires": "AR", "cairo": "EG", "caracas": "VE"}
    | {
        "copenhagen": "DK",
        "djibouti": "DJ",
        "dublin": "IE",
        "geneva": "CH",
        "gibraltar": "GI",
        "havana": "CU",
    }
    | {"guatemala city": "GT", "helsinki": "FI", "hong kong": "HK", "islamabad": "PK", "istanbul": "TR"}
    | {
        "jerusalem": "IL",
        "johannesburg": "ZA",
        "kabul": "AF",
        "kiev": "UA",
        "kyiv": "UA",
        "kuwait city": "KW",
    }
    | {"kuwait": "KW", "lisbon": "PT", "london": "GB", "luxembourg": "LU", "macau": "MO", "madrid": "ES"}
    | {"manila": "PH", "mexico city": "MX", "milan": "IT", "monaco": "MC", "montreal": "CA", "moscow": "RU"}
    | {"munich": "DE", "nairobi": "KE", "new delhi": "IN", "panama city": "PA", "paris": "FR", "prague": "CZ"}
    | {"quebec city": "CA", "rio de janeiro": "BR", "rome": "IT", "san juan": "PR", "san marino": "SM"}
    | {
        "santiago": "CL",
        "sao paulo": "BR",
        "seoul": "KR",
        "shanghai": "CN",
        "singapore": "SG",
        "stockholm": "SE",
    }
    | {"sydney": "AU", "taipei": "TW", "tehran": "IR", "tel aviv": "IL", "tokyo": "JP", "toronto": "CA"}
    | {
        "tripoli": "LY",
        "vatican city": "VA",
        "vienna": "AT",
        "warsaw": "PL",
        "zurich": "CH",
        "birmingham": "GB",
    }
    | {"la paz": "BO", "lima": "PE", "san salvador": "SV", "managua": "NI", "quito": "EC"}
)
"""Folded names of cities that stand without a state or a country, with the country they mean."""

SPECIAL = MappingProxyType(
    dict.fromkeys(("united nations", "оон", "国連本部", "유엔본부", "유엔"), "UN")
    | dict.fromkeys(("vatican", "cite du vatican", "vatikan", "ватикан", "الفاتيكان", "バチカン"), "VA")
)
"""Folded names of places that are no towns: the seat of the United Nations, the Holy See; CLDR has more."""
