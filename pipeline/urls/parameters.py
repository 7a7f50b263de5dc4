"""Parameters of the query: which name a reader, a campaign, a session or a rendering, and go."""

from __future__ import annotations

import re

from pipeline.urls.escapes import normal_escapes

# Who sets what, by the vendors' own documentation and by links seen on publishers' pages. Lower case: names are
# compared so.
_TRACKERS = {
    "Google Ads, Analytics, Merchant, Extended Access": "_ga _gac _gl gclid gclsrc dclid gbraid wbraid gad_source "
    "gad_campaignid srsltid gaa_at gaa_n gaa_ts gaa_sig",
    "Google AMP viewer": "aoh amp_ct amp_gsa amp_js_v amp_kit amp_lite amp_r amp_tf amp_latest_update_time ampshare usqp",
    "Meta": "fbclid igsh igshid mibextid fb_action_ids fb_action_types fb_ref fb_source action_object_map "
    "action_type_map action_ref_map _rdr",
    "Microsoft Advertising, MSN, Bing": "msclkid ocid cvid",
    "X": "twclid ref_src ref_url __twitter_impression",
    "LinkedIn, TikTok, Snapchat, Reddit, Pinterest": "li_fat_id lipi trk trkid trkcampaign ttclid sccid rdt_cid epik",
    "Yandex": "yclid ymclid ysclid _openstat",
    "Baidu, WeChat, Toutiao, Alibaba": "bd_vid isappinstalled nsukey wxshare_count tt_from spm scm",
    "Yahoo, AOL": "guccounter soc_src soc_trk .tsrc tsrc ncid icid",
    "Matomo, Piwik": "pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid pk_cpn",
    "Adobe Analytics and Advertising": "s_cid s_kwcid ef_id intcmp icmp cmp cmpid cmpl",
    "AT Internet": "xtor xtref",
    "Mapp, Webtrekk": "wtrid wtmc",
    "Mailchimp, Marketo, Eloqua, Drip, Klaviyo, Dotdigital": "mc_cid mc_eid mkt_tok elq elqaid elqat elqak "
    "elqcampaignid elqtrack elqtrackid __s _ke _kx dm_i",
    "HubSpot, ConvertKit, MailerLite, ActiveCampaign": "hsctatracking ck_subscriber_id ml_subscriber "
    "ml_subscriber_hash vgo_ee",
    "Listrak, Bronto, Sailthru": "trk_contact trk_msg trk_module trk_sid _bta_tid _bta_c sailthru_id",
    "Outbrain, Taboola": "outbraincid obtrackid oborigurl ob_click_id dicbo taboolaclickid tblci",
    "affiliates: Awin, Impact, CJ, Rakuten, TradeDoubler, Wicked": "awc zanpid irclickid irgwc cjevent ranmid "
    "raneaid ransiteid tduid wickedid",
    "Branch, AddThis, Jetpack, SocialFlow": "_branch_match_id _branch_referrer sh_kit sr_share feature_share "
    "soc_src nr_email_referer",
    "Akamai mPulse": "akamai-rum",
    "WordPress: reply and like links": "replytocom like_comment _wpnonce",
    "New York Times": "campaign_id emc smid smtyp unlocked_article_code",
    "Washington Post": "itid pwapi_token wpisrc wpmm wprss wpsrc",
    "Financial Times, Economist, Dow Jones, Bloomberg": "ftcamp sharetype fsrc reflink srnd sref leadsource",
    "CBS, CNBC, CNN, Gannett, Politico, Condé Nast": "ftag intcid __source hpt gnt-cfr nname nrid nlid mbid",
    "Guardian, Mail, Reuters": "filterkeyevents ito feedname feedtype",
    "Deutsche Welle, Spiegel, Monde, País": "maca sara_ref lmd_source ssm",
    "Al Jazeera, Asahi, Nikkei, NDTV": "traffic_source iref n_cid pfrom",
    "Wikimedia": "wprov",
    "mailing tools and shops, by usage": "email_id partner_tag rssfeed",
}
# Families: a name and its many endings.
_FAMILIES = (
    "utm_",  # Google Analytics, and everybody after it
    "mtm_",  # Matomo
    "piwik_",  # its old name
    "ga_",  # feed builders before utm_
    "at_",  # AT Internet, Piano Analytics
    "ns_",  # comScore
    "cx_",  # Piano, Cxense
    "wt_",  # Webtrekk
    "wt.",  # Webtrends
    "_hs",  # HubSpot, and the next two
    "__hs",
    "hsa_",
    "itm_",  # links within a site
    "g2i_",  # the same, at Hearst's papers
    "vero_",  # Vero
    "oly_",  # Omeda Olytics
    "guce_",  # Yahoo's consent page
    "sfmc_",  # Salesforce
    "aspsessionid",  # ASP: a random ending
)
_SESSIONS = frozenset("jsessionid phpsessid cfid cftoken".split())
_DROPPED = frozenset(" ".join(_TRACKERS.values()).split()) | _SESSIONS

# Names that are an id here and a session there: it is one where the value is what PHP, phpBB, vBulletin and
# osCommerce write: an MD5 or SHA-1 in hexadecimal, or PHP's 26 letters and digits.
_MAYBE_SESSION = frozenset("s sid sess session sessionid session_id oscsid zenid".split())
_SESSION_VALUE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{26}", re.IGNORECASE)

# Names that may tell a story: they go where the value names the channel that brought the reader.
_MAYBE_CHANNEL = frozenset(
    "ref referer referrer source src from via partner mod xid share shared medium feature origin "
    "campaign cid sr link_source rss".split()
)
_CHANNEL = re.compile(
    r"(?:rss\w*|feed|feeds|feedburner|atom|twitter|tw|twsrc|tweet|facebook|fb|instagram|ig|linkedin|whatsapp|wa|telegram"
    r"|reddit|pinterest|youtube|youtu|tiktok|threads|bluesky|bsky|mastodon|weibo|wechat|weixin|groupmessage"
    r"|singlemessage|timeline|kakaotalk|messenger|e-?mail|mail|newsletters?|nl|push|notification|flipboard"
    r"|applenews|smartnews|upday|google|googlenews|gnews|bing|yahoo|msn|home|homepage|hp|front|frontpage"
    r"|social|socialmedia|soc|share|sharing|sharebar|copylink|copy|hootsuite|buffer|dlvrit?|addthis|sharethis"
    r"|twitterfeed|bitly|ifttt|widget|sidebar|footer|header|nav|navbar|menu|burger|breadcrumb|teaser|related"
    r"|recommended|recirc|mostread|mostpopular|mostviewed|trending|djem|app|android|ios|iphone)(?![a-z0-9])",
    re.IGNORECASE,
)
_HOST_VALUE = re.compile(
    r"(?:https?://)?(?:[a-z0-9-]+\.)+(?!(?:html?|php|aspx?|pdf|xml|jpg)\b)[a-z]{2,}/?", re.IGNORECASE
)

# Renderings. A switch is on, off or bare; a template's name is one of a few words; anything else is an id.
_SWITCHES = frozenset(
    "amp _amp hs_amp isamp is_amp nonamp noamp print printable printview print_view printfriendly printerfriendly "
    "printpage printmode print_page ispreview singlepage mobile desktop is_mobile ismobile nomobile isnewsletter "
    "noredirect redirected nb rss".split()
)
_SWITCH_VALUE = re.compile(r"(?:|[01]|true|false|yes|no|y|n|on|off|print|mobile|desktop)", re.IGNORECASE)
_TEMPLATES = frozenset(
    "outputtype output output_type view type mode format template layout version platform service pagewanted "
    "display render amp".split()
)
_TEMPLATE_VALUE = re.compile(
    r"(?:amp|amp[-_]?(?:type|html|art)|valid[-_]amp|print|printable|printer|printview|print_view)",
    re.IGNORECASE,
)
_VIEWS = frozenset({"page=all", "pagewanted=all", "view=all", "view=mobile", "tmpl=component"})
# Blogger's ?m=1 for phones and ?m=0 for desks, on its own kind of path.
_BLOGGER = re.compile(r"/\d{4}/\d\d/[^/]+\.html")
# "?" again is a mark appended by a tool that did not look; ";" is what is left of "&amp;".
_SEPARATOR = re.compile("[&;?]")
_BARE_WORD = re.compile(r"[A-Za-z_]+")


def kept_query(query: str, path: str, anchor: str) -> str:
    """``?`` and the parameters that may name another story, sorted, each once; empty if none does.

    ``path`` and ``anchor`` are the key's. A parameter without a value goes, a bare one (``?12345``) stays.

    >>> kept_query("id=7&utm_source=x&amp;fbclid=1&b=a+b", "/", "")
    '?b=a%20b&id=7'
    >>> kept_query("ref=rss&print=1&sid=1632", "/", ""), kept_query("ref=2126&print=5021", "/", "")
    ('?sid=1632', '?print=5021&ref=2126')
    """
    pairs = _SEPARATOR.split(query) if ";" in query or "?" in query else query.split("&")
    kept = {pair for printed in pairs if (pair := _normal(printed)) and not _goes(pair, path, anchor)}
    return "?" + "&".join(sorted(kept)) if kept else ""


def _normal(pair: str) -> str:
    return normal_escapes(pair).replace("+", "%20")


def _goes(pair: str, path: str, anchor: str) -> bool:
    printed, equals, value = pair.partition("=")
    name = printed.lower()
    if name in _DROPPED or name.startswith(_FAMILIES):
        return True
    if not value:
        return bool(equals and _BARE_WORD.fullmatch(name)) or name in _SWITCHES or not name
    return (
        (name in _MAYBE_CHANNEL and _names_a_channel(value))
        or (name in _MAYBE_SESSION and _SESSION_VALUE.fullmatch(value) is not None)
        or _is_rendering(name, value, path)
        or (name == "page" and anchor != "" and value == f"with:{anchor[1:]}")  # the Guardian's live blogs
    )


def _names_a_channel(value: str) -> bool:
    return bool(_CHANNEL.match(value) or _HOST_VALUE.fullmatch(value))


def _is_rendering(name: str, value: str, path: str) -> bool:
    if name in _SWITCHES:
        return _SWITCH_VALUE.fullmatch(value) is not None
    if name == "m":
        return value in {"0", "1"} and _BLOGGER.fullmatch(path) is not None
    is_template = name in _TEMPLATES and _TEMPLATE_VALUE.fullmatch(value) is not None
    return is_template or f"{name}={value.lower()}" in _VIEWS
