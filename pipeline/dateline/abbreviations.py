"""Abbreviations of time zones, with the zones that they stand for and the countries that print them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["s", "d", "g"]
"""What a label names: standard time, daylight time, or whichever is in force."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One zone that an abbreviation may stand for."""

    zone: str
    kind: Kind
    countries: frozenset[str]


# label of standard time, label of daylight time (a star: whichever is in force); zone; countries.
# The first line of an abbreviation is its reading where the publisher's country is unknown,
# unless the abbreviation is in NEEDS_COUNTRY.
_ABBREVIATIONS = """
WET,WEST         Europe/Lisbon        PT,ES,FO,MA
CET,CEST         Europe/Paris         -
MEZ,MESZ         Europe/Berlin        DE,AT,CH
HNEC,HEEC        Europe/Paris         -
EET,EEST         Europe/Athens        -
,BST             Europe/London        GB,UK,IM,JE,GG
BST              Asia/Dhaka           BD
BST              Pacific/Bougainville PG
IST              Asia/Kolkata         IN,LK
,IST             Europe/Dublin        IE
IST,IDT          Asia/Jerusalem       IL
MSK*             Europe/Moscow        -
МСК*             Europe/Moscow        -
MSD*             Europe/Moscow        -
SAMT*            Europe/Samara        -
YEKT*            Asia/Yekaterinburg   -
OMST*            Asia/Omsk            -
NOVT*            Asia/Novosibirsk     -
KRAT*            Asia/Krasnoyarsk     -
IRKT*            Asia/Irkutsk         -
VLAT*            Asia/Vladivostok     -
TRT*             Europe/Istanbul      -
TSİ*             Europe/Istanbul      -
TSI*             Europe/Istanbul      -
EST,EDT          America/New_York     US,CA,BS,HT
EST              America/Jamaica      JM
EST              America/Panama       PA,KY
EST,EDT          Australia/Sydney     AU
ET*              America/New_York     -
HE*              America/Toronto      -
HNE,HAE          America/Toronto      -
CST,CDT          America/Chicago      US,CA
CST              Asia/Shanghai        CN
CST              Asia/Taipei          TW
CST              America/Mexico_City  MX
CST              America/Costa_Rica   CR,GT,HN,SV,NI,BZ
CST,CDT          America/Havana       CU
CST,CDT          Australia/Adelaide   AU
CT*              America/Chicago      -
MST,MDT          America/Denver       US,CA
MT*              America/Denver       -
PST,PDT          America/Los_Angeles  US,CA
PST              Asia/Manila          PH
PST              Asia/Karachi         PK
PT*              America/Los_Angeles  -
AKST,AKDT        America/Anchorage    -
AKT*             America/Anchorage    -
HST              Pacific/Honolulu     -
AST,ADT          America/Halifax      CA,BM
AST              America/Puerto_Rico  PR,VI,TT,BB,DO,AG,LC
AST              Asia/Riyadh          SA,IQ,KW,QA,BH,YE
KSA*             Asia/Riyadh          -
AT*              America/Halifax      CA
NST,NDT          America/St_Johns     -
NT*              America/St_Johns     CA
BRT,BRST         America/Sao_Paulo    -
ART*             America/Argentina/Buenos_Aires -
CLT,CLST         America/Santiago     -
COT*             America/Bogota       -
PET*             America/Lima         -
VET*             America/Caracas      -
BOT*             America/La_Paz       -
UYT*             America/Montevideo   -
ECT*             America/Guayaquil    -
GST              Asia/Dubai           AE,OM
IRST,IRDT        Asia/Tehran          -
AFT*             Asia/Kabul           -
PKT*             Asia/Karachi         -
NPT*             Asia/Kathmandu       -
BDT*             Asia/Dhaka           -
UZT*             Asia/Tashkent        -
ALMT*            Asia/Almaty          -
AZT*             Asia/Baku            -
AMT*             Asia/Yerevan         -
GET*             Asia/Tbilisi         -
MMT*             Asia/Yangon          -
ICT*             Asia/Bangkok         -
WIB*             Asia/Jakarta         -
WITA*            Asia/Makassar        -
WIT*             Asia/Jayapura        -
SGT*             Asia/Singapore       -
SST              Asia/Singapore       SG
SST              Pacific/Pago_Pago    AS
MYT*             Asia/Kuala_Lumpur    -
PHT*             Asia/Manila          -
PHST*            Asia/Manila          -
HKT*             Asia/Hong_Kong       -
BJT*             Asia/Shanghai        -
JST*             Asia/Tokyo           -
KST*             Asia/Seoul           -
AWST*            Australia/Perth      -
WST              Australia/Perth      AU
WST              Pacific/Apia         WS
ACST,ACDT        Australia/Adelaide   -
AEST,AEDT        Australia/Sydney     -
AET*             Australia/Sydney     -
NZST,NZDT        Pacific/Auckland     -
NZT*             Pacific/Auckland     -
FJT*             Pacific/Fiji         -
ChST*            Pacific/Guam         -
WAT*             Africa/Lagos         -
CAT*             Africa/Maputo        -
EAT*             Africa/Nairobi       -
SAST*            Africa/Johannesburg  -
"""


def _table() -> dict[str, tuple[Meaning, ...]]:
    table: dict[str, tuple[Meaning, ...]] = {}
    for line in _ABBREVIATIONS.strip().splitlines():
        labels, zone, countries = line.split()
        for at, label in enumerate(labels.split(",")):
            kind: Kind = "g" if label.endswith("*") else "d" if at % 2 else "s"
            meaning = Meaning(zone, kind, frozenset(countries.split(",")) - {"-"})
            name = label.rstrip("*")
            if name:
                table[name] = (*table.get(name, ()), meaning)
    return table


ABBREVIATIONS = MappingProxyType(_table())
"""Label → its meanings, the commonest first."""
NEEDS_COUNTRY = frozenset(("IST", "AST", "SST", "WST"))
"""Printed in several large countries alike: without a country, no reading is better."""
UNIVERSAL = frozenset(("GMT", "UTC", "UT", "Z", "UCT", "TMG", "TU", "ГМТ", "УТЦ"))
"""Labels of Universal Time; only these may be followed by an offset. TMG, TU: French."""
