"""Spellings of one page, by the shape of its host and its system; all invented, the hosts reserved.

``SAME[shape]`` maps an address to other spellings of it, one or several in a line. ``MISSES`` are spellings of
one page whose keys are known to differ, by the reason; they count as failures.
"""

SAME: dict[str, dict[str, str]] = {
    "daily on www": {
        "https://www.daily.example/world/2026/03/09/ministers-agree": """
            http://www.daily.example/world/2026/03/09/ministers-agree
            https://daily.example/world/2026/03/09/ministers-agree
            HTTPS://WWW.Daily.EXAMPLE/world/2026/03/09/ministers-agree
            //www.daily.example/world/2026/03/09/ministers-agree
            https://www.daily.example/world/2026/03/09/ministers-agree/
            https://www.daily.example//world//2026/03/09/ministers-agree
            https://www.daily.example/world/2026/03/09/ministers-agree#comments
            https://www.daily.example/world/2026/03/09/ministers-agree?
            https://www.daily.example/world/2026/03/09/ministers-agree#
            https://www.daily.example/world/2026/03/09/ministers-agree?utm_source=rss&utm_medium=feed
        """,
    },
    "bare host with files": {
        "https://courier.example/news/bridge-opens-1234567.html": """
            http://courier.example:80/news/bridge-opens-1234567.html
            https://courier.example:443/news/bridge-opens-1234567.html
            https://courier.example/sport/../news/bridge-opens-1234567.html
            https://courier.example/./news/./bridge-opens-1234567.html
            https://courier.example/%2e/news/bridge-opens-1234567.html
            https://courier.example/news/bridge-opens-1234567.html?&&
            https://courier.example/news/bridge-opens-1234567.html?page=
            https:\\\\courier.example\\news\\bridge-opens-1234567.html
        """,
    },
    "WordPress with dates": {
        "https://blog.example/2026/03/09/rain-reaches-the-coast/": """
            https://blog.example/2026/03/09/rain-reaches-the-coast
            https://blog.example/2026/03/09/rain-reaches-the-coast/amp/
            https://blog.example/2026/03/09/rain-reaches-the-coast/amp
            https://blog.example/2026/03/09/rain-reaches-the-coast/?amp=1
            https://blog.example/2026/03/09/rain-reaches-the-coast/?amp
            https://blog.example/2026/03/09/rain-reaches-the-coast/?noamp=mobile
            https://blog.example/2026/03/09/rain-reaches-the-coast/print/
            https://blog.example/2026/03/09/rain-reaches-the-coast/#respond
            https://blog.example/2026/03/09/rain-reaches-the-coast/#more-5512
            https://blog.example/2026/03/09/rain-reaches-the-coast/#post-5512
            https://blog.example/2026/03/09/rain-reaches-the-coast/#comment-90817
            https://blog.example/2026/03/09/rain-reaches-the-coast/?replytocom=90817#respond
            https://blog.example/2026/03/09/rain-reaches-the-coast/?share=facebook&nb=1
            https://blog.example/2026/03/09/rain-reaches-the-coast/?like_comment=90817&_wpnonce=1e9b4bf2b3
        """,
    },
    "WordPress by number": {
        "https://weekly.example/?p=4711": """
            http://www.weekly.example/?p=4711
            https://weekly.example?p=4711
            https://weekly.example/index.php?p=4711
            https://weekly.example/?p=4711&utm_campaign=feed
            https://weekly.example/?fbclid=IwAR0x&p=4711
            https://weekly.example/?p=4711#comment-12
            https://weekly.example/?p=4711&p=4711
        """,
    },
    "broadcaster with numbers": {
        "https://www.broadcaster.example/news/world-63159607": """
            https://www.broadcaster.example/news/world-63159607.amp
            https://www.broadcaster.example/news/amp/world-63159607
            https://www.broadcaster.example/news/world-63159607?at_medium=RSS&at_campaign=KARANGA
            https://www.broadcaster.example/news/world-63159607?ns_mchannel=social&ns_campaign=nb
            https://www.broadcaster.example/news/world-63159607?ocid=socialflow_twitter
            https://www.broadcaster.example/news/world-63159607#sa-link_location=more
        """,
    },
    "phones on m.": {
        "https://www.gazette.example/sport/final-88123": """
            https://m.gazette.example/sport/final-88123
            http://m.gazette.example/sport/final-88123/
            https://www.m.gazette.example/sport/final-88123
            https://M.Gazette.example/sport/final-88123?utm_source=app
            https://m.gazette.example/amp/sport/final-88123
            https://m.gazette.example./sport/final-88123
        """,
    },
    "phones on mobile.": {
        "https://tribune.example/2026/03/10/us/vote.html": """
            https://mobile.tribune.example/2026/03/10/us/vote.html
            http://mobile.tribune.example/2026/03/10/us/vote.html?partner=rss&emc=rss
            https://mobile.tribune.example/2026/03/10/us/vote.html?smid=tw-share
            https://www.tribune.example/2026/03/10/us/vote.amp.html
            https://www.tribune.example/2026/03/10/us/vote.html?pagewanted=all
        """,
    },
    "phones on mobil.": {
        "https://www.kurier.example/panorama/tauben-gefunden-77001": """
            https://mobil.kurier.example/panorama/tauben-gefunden-77001
            https://mobil.kurier.example/amp/panorama/tauben-gefunden-77001
            https://mobil.kurier.example/panorama/tauben-gefunden-77001?wt_zmc=fix.int
        """,
    },
    "phones on touch. and wap.": {
        "https://herald.example/news/storm-554433": """
            https://touch.herald.example/news/storm-554433
            http://wap.herald.example/news/storm-554433
            https://www.herald.example/news/storm-554433?desktop=1
            https://www.herald.example/news/storm-554433?mobile=true
        """,
    },
    "AMP on amp.": {
        "https://www.observer.example/education/2026/jan/20/academics": """
            https://amp.observer.example/education/2026/jan/20/academics
            http://amp.observer.example/education/2026/jan/20/academics
            https://amp.observer.example/education/2026/jan/20/academics?__twitter_impression=true
            https://amp.observer.example/amp/education/2026/jan/20/academics
            https://www.observer.example/education/2026/jan/20/academics?CMP=share_btn_tw
            https://www.observer.example/education/2026/jan/20/academics?INTCMP=SRCH
        """,
    },
    "AMP as the first folder": {
        "https://www.telegram.example/politics/council-meets-77123.html": """
            https://www.telegram.example/amp/politics/council-meets-77123.html
            https://www.telegram.example/AMP/politics/council-meets-77123.html
            https://www.telegram.example/amphtml/politics/council-meets-77123.html
            https://telegram.example/google-amp/politics/council-meets-77123.html
        """,
    },
    "AMP behind a language": {
        "https://www.agency.example/en/world/river-rises": """
            https://www.agency.example/en/amp/world/river-rises
            https://www.agency.example/amp/en/world/river-rises
            https://www.agency.example/amp/en/amp/world/river-rises
            https://www.agency.example/en/world/river-rises/amp
        """,
        "https://www.agency.example/fr/monde/crue": """
            https://www.agency.example/fr/amp/monde/crue
            https://www.agency.example/fr/monde/crue.amp
        """,
    },
    "AMP of large networks": {
        "https://www.network.example/2026/11/18/20970600/snap-counts": """
            https://www.network.example/platform/amp/2026/11/18/20970600/snap-counts
            https://www.network.example/.amp/2026/11/18/20970600/snap-counts
        """,
        "https://magazine.example/intelligencer/2026/05/book-review.html": """
            https://magazine.example/intelligencer/amp/2026/05/book-review.html
        """,
    },
    "AMP in the file's name": {
        "https://www.zeitung.example/politik/bilder-zr-13680734.html": """
            https://www.zeitung.example/politik/bilder-zr-13680734.amp.html
            https://www.zeitung.example/politik/bilder-zr-13680734.html.amp
            https://www.zeitung.example/politik/bilder-zr-13680734.html/amp
            https://www.zeitung.example/politik/bilder-zr-13680734_amp.html
            https://www.zeitung.example/politik/bilder-zr-13680734-amp.html
            https://www.zeitung.example/politik/bilder-zr-13680734.html?amp=true
        """,
        "https://haber.example/son-durum-3700095": """
            https://haber.example/son-durum-3700095-amp
            https://haber.example/son-durum-3700095/amp.html
        """,
    },
    "AMP as an output": {
        "https://www.sun.example/maryland/cng-hearing-story.html": """
            https://www.sun.example/maryland/cng-hearing-story.html?outputType=amp
            https://www.sun.example/maryland/cng-hearing-story.html?outputType=amp-type
            https://www.sun.example/maryland/cng-hearing-story.html?output=amp
            https://www.sun.example/maryland/cng-hearing-story.html?_amp=true
            https://www.sun.example/maryland/cng-hearing-story.html?hs_amp=true
            https://www.sun.example/maryland/cng-hearing-story.html?format=amp
            https://www.sun.example/maryland/cng-hearing-story.html?view=amp
            https://www.sun.example/maryland/cng-hearing-story.html?template=ampart
            https://www.sun.example/maryland/cng-hearing-story.html?amp=1&akamai-rum=off
        """,
    },
    "Google's AMP viewer": {
        "https://www.post.example/story/night-talks": """
            https://www.google.com/amp/s/www.post.example/story/night-talks
            https://www.google.com/amp/s/www.post.example/story/night-talks/amp/
            https://www.google.co.uk/amp/s/amp.post.example/story/night-talks
            https://www.google.de/amp/www.post.example/story/night-talks
            https://google.com/amp/s/www.post.example/amp/story/night-talks?usqp=mq331AQ
            https://www.google.com/amp/s/www.google.de/amp/s/post.example/story/night-talks
            https://www.google.com/amp/s/m.post.example/story/night-talks#aoh=163&csi=1&ampshare=x
        """
    },
    "AMP caches": {
        "https://www.news-post.example/a/vote-counts-90111": """
            https://www-news--post-example.cdn.ampproject.org/c/s/www.news-post.example/a/vote-counts-90111
            https://www-news--post-example.cdn.ampproject.org/v/s/www.news-post.example/a/vote-counts-90111.amp?amp_js_v=9
            https://cdn.ampproject.org/c/s/www.news-post.example/a/vote-counts-90111
            http://cdn.ampproject.org/c/www.news-post.example/amp/a/vote-counts-90111
            https://amp-news--post-example.cdn.ampproject.org/v/s/amp.news-post.example/a/vote-counts-90111?usqp=mq331
            https://www-news--post-example.cdn.ampproject.org/wp/s/www.news-post.example/a/vote-counts-90111
            https://www.bing.com/amp/s/www.news-post.example/a/vote-counts-90111
            https://www-news--post-example.bing-amp.com/c/s/www.news-post.example/a/vote-counts-90111
        """,
        "https://xn--bcher-kva.example/rezension": """
            https://xn--bcher-kva-example.cdn.ampproject.org/c/s/b%C3%BCcher.example/rezension
        """,
    },
    "folders with an index": {
        "https://edition.cable.example/2026/12/23/europe/market/index.html": """
            https://edition.cable.example/2026/12/23/europe/market/
            https://edition.cable.example/2026/12/23/europe/market
            http://edition.cable.example/2026/12/23/europe/market/index.htm
            https://edition.cable.example/2026/12/23/europe/market/index.php
            https://edition.cable.example/2026/12/23/europe/market/INDEX.HTML
            https://edition.cable.example/2026/12/23/europe/market/index.amp
            https://edition.cable.example/2026/12/23/europe/market/?iref=allsearch
            https://edition.cable.example/2026/12/23/europe/market/index.html?hpt=hp_t1
        """,
        "https://edition.cable.example/": "https://edition.cable.example/index.html https://edition.cable.example",
    },
    "IIS": {
        "https://www.chronicle.example/news/default.aspx?id=5512": """
            https://www.chronicle.example/news/?id=5512
            https://www.chronicle.example/news/Default.aspx?id=5512
            https://www.chronicle.example/(S(lit3py55t21z5v55vlm25s55))/news/default.aspx?id=5512
            https://www.chronicle.example/(A(x1)S(lit3py55t21z5v55))/news/default.aspx?id=5512
            https://www.chronicle.example/news/default.aspx?id=5512&ASPSESSIONIDQQ=LKJH
        """,
        "https://www.chronicle.example/story.asp?story=88": """
            https://www.chronicle.example/story.asp?story=88&PHPSESSID=7
            https://www.chronicle.example/story.asp?story=88&print=1
            https://www.chronicle.example/story.asp?printable=yes&story=88
        """,
    },
    "servlets": {
        "https://www.allgemeine.example/artikel.do?id=7788": """
            https://www.allgemeine.example/artikel.do;jsessionid=9F8E7D6C?id=7788
            https://www.allgemeine.example/artikel.do;JSESSIONID=9F8E7D6C.node1?id=7788
            https://www.allgemeine.example/artikel.do?jsessionid=9F8E&id=7788
        """,
        "https://www.allgemeine.example/lokales/markt;art4886,207643": """
            https://www.allgemeine.example/lokales/markt;art4886,207643;jsessionid=00AA
            https://m.allgemeine.example/lokales/markt;art4886,207643
            https://www.allgemeine.example/lokales/markt;art4886%2C207643
        """,
    },
    "PHP sessions": {
        "https://forum.example/article.php?article_id=77": """
            https://forum.example/article.php?article_id=77&PHPSESSID=0f3d
            https://forum.example/article.php?phpsessid=0f3d&article_id=77
            https://forum.example/article.php?article_id=77&sid=5574f6a507142a4065c9f4f469e7aa01
            https://forum.example/article.php?s=22c09551c71c1a6b64e4364ca45c1234&article_id=77
            https://forum.example/article.php?article_id=77&CFID=1&CFTOKEN=9
            https://forum.example/article.php?article_id=77&sessionid=k2j4h5g6f7d8s9a0q1w2e3r4t5
        """,
    },
    "ids in the query": {
        "https://www.bulletin.example/news?newsid=1001&lang=tr": """
            https://www.bulletin.example/news?lang=tr&newsid=1001
            https://www.bulletin.example/news?newsid=1001&amp;lang=tr
            https://www.bulletin.example/news?newsid=1001;lang=tr
            https://www.bulletin.example/news?newsid=1001&lang=tr&ref=rss
            https://www.bulletin.example/news?newsid=1001&lang=tr?utm_source=rss
            https://www.bulletin.example/news?newsid=1001&lang=tr&_ga=2.1-3
        """,
        "https://www.bulletin.example/search?q=high%20water": """
            https://www.bulletin.example/search?q=high+water
            https://www.bulletin.example/search?q=high+water&from=home
        """,
        "https://www.bulletin.example/show.php?12345": "http://bulletin.example/show.php?12345&gclid=Cj0",
    },
    "section hosts": {
        "https://sport.metro.example/1": "http://sport.metro.example/1 https://www.sport.metro.example/1",
        "https://news.metro.example/a/7": "https://m.news.metro.example/a/7 https://amp.news.metro.example/a/7",
    },
    "language hosts": {
        "https://de.world.example/a-1": "http://www.de.world.example/a-1 https://m.de.world.example/a-1",
        "https://en.world.example/a-1": "https://en.m.world.example/a-1 https://en.world.example/a-1#cite_note-3",
    },
    "IDN, German": {
        "https://bücher.example/neu": """
            https://xn--bcher-kva.example/neu
            https://XN--BCHER-KVA.example/neu
            https://BÜCHER.example/neu
            https://www.bücher.example/neu
            https://b%C3%BCcher.example/neu
            https://bücher。example/neu
        """,
        "https://straße.example/neu": "https://xn--strae-oqa.example/neu https://STRAßE.example/neu",
    },
    "IDN, other scripts": {
        "https://новости.example/novost": "https://xn--b1amnebsh.example/novost https://НОВОСТИ.example/novost",
        "https://新闻.example/1": "https://xn--efvy88h.example/1 https://www.新闻.example/1",
        "https://ｆｕｌｌ.example/1": "https://full.example/1",
    },
    "letters in the path": {
        "https://jornal.example/política/eleição-2026": """
            https://jornal.example/pol%C3%ADtica/elei%C3%A7%C3%A3o-2026
            https://jornal.example/pol%c3%adtica/elei%c3%a7%c3%a3o-2026
            https://www.jornal.example/pol%C3%ADtica/eleição-2026?xtor=RSS-1
        """,
        "https://khabar.example/समाचार/बारिश": """
            https://khabar.example/%E0%A4%B8%E0%A4%AE%E0%A4%BE%E0%A4%9A%E0%A4%BE%E0%A4%B0/%E0%A4%AC%E0%A4%BE%E0%A4%B0%E0%A4%BF%E0%A4%B6
        """,
        "https://shimbun.example/記事/雨?頁=2": "https://shimbun.example/%E8%A8%98%E4%BA%8B/%E9%9B%A8?%E9%A0%81=2",
    },
    "escapes": {
        "https://journal.example/~joe/a-b_c.d": """
            https://journal.example/%7Ejoe/a%2Db%5Fc%2Ed
            https://journal.example/%7ejoe/%61-b_c.d
        """,
        "https://journal.example/a,b(c)!": "https://journal.example/a%2Cb%28c%29%21",
        "https://journal.example/a%2fb": "https://journal.example/a%2Fb",
        "https://journal.example/100%": "https://journal.example/100%25",
        "https://journal.example/a|b": "https://journal.example/a%7Cb https://journal.example/a%7cb",
        "https://journal.example/x?u%74m_source=rss": "https://journal.example/x",
    },
    "a port of its own": {
        "https://intranet.example:8443/a": """
            http://intranet.example:8443/a
            https://intranet.example:08443/a
            https://www.intranet.example:8443/a/
        """,
        "https://press.example/a": "https://press.example:/a http://press.example:443/a https://press.example:80/a",
    },
    "numbers for a host": {
        "http://192.0.2.7/story/5": "https://192.0.2.7:80/story/5 http://192.0.2.7/story/5#top",
        "http://[2001:db8::7]/story/5": "https://[2001:DB8::7]:443/story/5",
    },
    "names before and dots behind": {
        "https://paper.example/a": """
            https://reader@paper.example/a
            https://reader:secret@paper.example/a
            https://paper.example./a
            https://www.paper.example.:443/a
        """,
    },
    "live blog with blocks": {
        "https://www.paper.example/politics/live/2026/mar/09/budget#block-5f3c6a9e8f08b1c2d3e4f5a6": """
            https://amp.paper.example/politics/live/2026/mar/09/budget#block-5f3c6a9e8f08b1c2d3e4f5a6
            http://www.paper.example/politics/live/2026/mar/09/budget?filterKeyEvents=false#block-5f3c6a9e8f08b1c2d3e4f5a6
            https://www.paper.example/politics/live/2026/mar/09/budget?page=with:block-5f3c6a9e8f08b1c2d3e4f5a6#block-5f3c6a9e8f08b1c2d3e4f5a6
            https://www.paper.example/politics/live/2026/mar/09/budget#block-5f3c6a9e8f08b1c2d3e4f5a6:~:text=vote
        """,
        "https://www.paper.example/politics/live/2026/mar/09/budget": """
            https://www.paper.example/politics/live/2026/mar/09/budget#comments
            https://www.paper.example/politics/live/2026/mar/09/budget#comment-12345678
            https://www.paper.example/politics/live/2026/mar/09/budget#top
            https://www.paper.example/politics/live/2026/mar/09/budget#maincontent
            https://www.paper.example/politics/live/2026/mar/09/budget#:~:text=the%20minister%20resigned
            https://www.paper.example/politics/live/2026/mar/09/budget#Echobox=1772031234
            https://www.paper.example/politics/live/2026/mar/09/budget#skip-to-main-content
            https://www.paper.example/politics/live/2026/mar/09/budget#leave-a-comment
            https://www.paper.example/politics/live/2026/mar/09/budget#commentsContainer
            https://www.paper.example/politics/live/2026/mar/09/budget#disqus_thread
        """,
    },
    "live blog with posts": {
        "https://tv.example/live/budget-day?post=asset%3A0f3d9a#post": """
            https://tv.example/live/budget-day?post=asset:0f3d9a
            https://tv.example/live/budget-day?post=asset%3a0f3d9a&at_medium=social
        """,
        "https://tv.example/live/budget-day#post-61234": "https://www.tv.example/live/budget-day/#post-61234",
        "https://tv.example/news/liveticker-wahl#update_99812": "https://m.tv.example/news/liveticker-wahl#update_99812",
    },
    "routes": {
        "https://app.example/#!/story/1": "http://www.app.example/#!/story/1 https://app.example/#!/story/1?utm_source=x",
        "https://app.example/#/story/1": "https://app.example/index.html#/story/1",
        "https://app.example/": "https://app.example/#!/ https://app.example/#/ https://app.example/#top",
    },
    "Blogger": {
        "https://diary.example/2026/03/rain.html": """
            https://diary.example/2026/03/rain.html?m=1
            https://diary.example/2026/03/rain.html?m=0
            http://www.diary.example/2026/03/rain.html?showComment=#c123
            https://diary.example/2026/03/rain.html#c5512009
        """,
    },
    "registries of two labels": {
        "https://www.standard.co.uk/news/a-1": "https://m.standard.co.uk/news/a-1 https://amp.standard.co.uk/news/a-1",
        "https://paper.com.au/a": "https://mobile.paper.com.au/a https://www.paper.com.au/a",
        "https://www.amp.com.au/about": "https://amp.com.au/about http://amp.com.au/about/",
    },
    "rented names": {
        "https://rain.blogspot.com/2026/03/a.html": "https://m.rain.blogspot.com/2026/03/a.html?m=1",
        "https://letters.substack.com/p/rain": """
            https://letters.substack.com/p/rain?utm_source=post-email-title&isFreemail=
            https://www.letters.substack.com/p/rain?source=share
        """,
    },
    "board": {
        "https://board.example/showthread.php?t=122760": """
            https://board.example/showthread.php?s=22c09551c71c1a6b64e4364ca45caa11&t=122760
            https://board.example/showthread.php?t=122760#post987654
            https://board.example/showthread.php?t=122760#post-987654
        """,
    },
    "feeds' own marks": {
        "https://www.times.example/a/1.html": """
            https://www.times.example/a/1.html?partner=rss&emc=rss
            https://www.times.example/a/1.html?mod=rss_whats_news
            https://www.times.example/a/1.html?xid=rss-topstories
            https://www.times.example/a/1.html?fsrc=rss|img
            https://www.times.example/a/1.html?wprss=rss_homepage
            https://www.times.example/a/1.html?maca=en-rss-en-all-1573-rdf
            https://www.times.example/a/1.html?traffic_source=rss
            https://www.times.example/a/1.html?feedType=RSS&feedName=worldNews
            https://www.times.example/a/1.html?source=rss
            https://www.times.example/a/1.html?rss=1
            https://www.times.example/a/1.html?CMP=OTC-RSS
            https://www.times.example/a/1.html?mbid=rss_all&ITO=1490
        """,
    },
    "newsletters' marks": {
        "https://letter.example/a/2": """
            https://letter.example/a/2?mc_cid=1f&mc_eid=UNIQID
            https://letter.example/a/2?mkt_tok=MzQ3
            https://letter.example/a/2?_hsenc=p2A&_hsmi=2
            https://letter.example/a/2?elqTrackId=9&elq=1
            https://letter.example/a/2?vero_id=1&vero_conv=2
            https://letter.example/a/2?oly_enc_id=77
            https://letter.example/a/2?ck_subscriber_id=5&__s=x1
            https://letter.example/a/2?sfmc_id=5&ref=newsletter
        """,
    },
    "advertisers' marks": {
        "https://ads.example/a/3?id=3": """
            https://ads.example/a/3?id=3&gclid=Cj0&gad_source=1
            https://ads.example/a/3?id=3&gbraid=0A&wbraid=1
            https://ads.example/a/3?msclkid=1&id=3
            https://ads.example/a/3?id=3&srsltid=AfmB
            https://ads.example/a/3?id=3&dicbo=v2&obOrigUrl=true
            https://ads.example/a/3?id=3&s_kwcid=AL!1&ef_id=2
            https://ads.example/a/3?id=3&irclickid=1&cjevent=2
            https://ads.example/a/3?id=3&itm_source=hub&itm_medium=link
            https://ads.example/a/3?id=3&mtm_campaign=a&pk_campaign=b&piwik_kwd=c
        """,
    },
    "social networks' marks": {
        "https://social.example/a/4": """
            https://social.example/a/4?fbclid=IwAR
            https://social.example/a/4?igshid=1&igsh=2
            https://social.example/a/4?twclid=2&ref_src=twsrc%5Etfw
            https://social.example/a/4?ttclid=E&li_fat_id=1
            https://social.example/a/4?ScCid=1&epik=dj0
            https://social.example/a/4?fb_action_ids=1&fb_source=other
            https://social.example/a/4?src=share_button&via=paper.example
            https://social.example/a/4?ref=twitter&sh_kit=1
        """,
    },
    "Russian press": {
        "https://gazeta.example/news/2026/03/09/77.shtml": """
            https://gazeta.example/news/2026/03/09/77.shtml?ysclid=l1
            https://gazeta.example/news/2026/03/09/77.shtml?yclid=1&_openstat=bWFya2V0
            https://m.gazeta.example/news/2026/03/09/77.shtml?from=telegram
            https://gazeta.example/amp/news/2026/03/09/77.shtml
        """,
    },
    "Chinese press": {
        "https://ribao.example/n1/2026/0309/c1001-32451234.html": """
            https://ribao.example/n1/2026/0309/c1001-32451234.html?from=groupmessage&isappinstalled=0
            https://ribao.example/n1/2026/0309/c1001-32451234.html?spm=C94212.P4YnMod9m2uD
            https://m.ribao.example/n1/2026/0309/c1001-32451234.html?tt_from=weixin&wxshare_count=1
        """,
    },
    "German press": {
        "https://www.blatt.example/politik/wahl-100.html": """
            https://www.blatt.example/politik/wahl-100.html?wt_mc=nl.red
            https://www.blatt.example/politik/wahl-100.html?sara_ref=re-so-tw-sh
            https://www.blatt.example/politik/wahl-100.html#ref=rss
            https://www.blatt.example/politik/wahl-100.html#utm_source=rss
            https://www.blatt.example/politik/wahl-100.html?print=true
        """,
    },
    "French press": {
        "https://www.monde.example/politique/article/2026/03/09/vote_6123456_823448.html": """
            https://www.monde.example/politique/article/2026/03/09/vote_6123456_823448.html#xtor=RSS-3208
            https://www.monde.example/politique/article/2026/03/09/vote_6123456_823448.html?xtor=RSS-3208
            https://www.monde.example/amp/politique/article/2026/03/09/vote_6123456_823448.html
            https://www.monde.example/politique/article/2026/03/09/vote_6123456_823448.html#ens_id=1270479
        """,
    },
    "print and whole-page views": {
        "https://review.example/essays/77123-on-rain": """
            https://review.example/essays/77123-on-rain/print
            https://review.example/essays/77123-on-rain?print=1
            https://review.example/essays/77123-on-rain?printerfriendly=yes
            https://review.example/essays/77123-on-rain?view=print
            https://review.example/essays/77123-on-rain?tmpl=component&print=1
            https://review.example/essays/77123-on-rain?page=all
            https://review.example/essays/77123-on-rain#print
        """,
    },
    "tabloid with short paths": {
        "https://red.example/news/i-sell-rain-32645619": """
            https://red.example/news/i-sell-rain-32645619.amp
            https://red.example/news/i-sell-rain-32645619?service=amp
            https://red.example/news/i-sell-rain-32645619#ICID=ref_fark
            https://red.example/news/i-sell-rain-32645619?ito=1490&ftag=x
            https://red.example/news/i-sell-rain-32645619#photo-3
            https://red.example/news/i-sell-rain-32645619#/3
        """,
    },
    "numbered machines": {
        "https://www.station.example/nachrichten/flut-100.html": """
            https://www1.station.example/nachrichten/flut-100.html
            https://www2.station.example/nachrichten/flut-100.html
        """,
    },
}

MISSES: dict[str, list[tuple[str, str]]] = {
    "AMP's file in the place of the page's": [
        ("https://phys.example/news/flint-tool.html", "https://phys.example/news/flint-tool.amp"),
    ],
    "AMP by another path or id, which only the page's rel=canonical tells": [
        (
            "https://press.example/sports/article/Goal-14848099.php",
            "https://press.example/sports/amp/Goal-14848099.php",
        ),
        ("https://wire.example/article/us-markets-idUSKBN1", "https://wire.example/article/amp/idUSKBN1"),
    ],
    "a query encoded into the viewer's path": [
        ("https://post.example/story?id=7", "https://www.google.com/amp/s/post.example/story%3fid%3d7"),
    ],
    "AMP in the middle without a number": [
        ("https://gear.example/reviews/rain-coats", "https://gear.example/reviews/amp/rain-coats"),
    ],
    "a phones' folder": [
        ("https://asa.example/articles/AST1F.html", "https://asa.example/sp/articles/AST1F.html"),
    ],
    "a file's ending left out": [
        ("https://win.example/news/142489.html", "https://win.example/news/142489"),
    ],
    "the first page by its number": [
        ("https://list.example/essay-of-rain", "https://list.example/essay-of-rain?page=1"),
    ],
    "a mark under a name that is an id elsewhere": [
        ("https://abc.example/a/1", "https://abc.example/a/1?cid=2201libgennbnw"),
        ("https://abc.example/a/1", "https://abc.example/a/1?ref=RHPPLF-BH-I2-C8"),
    ],
    "text composed in another way": [
        ("https://cafe.example/caf\u00e9", "https://cafe.example/cafe\u0301"),
    ],
    "letters encoded as Latin-1": [
        ("https://cafe.example/caf%C3%A9", "https://cafe.example/caf%E9"),
    ],
    "a file of its own for print": [
        ("https://asp.example/article.aspx?id=7", "https://asp.example/printarticle.aspx?id=7"),
    ],
}
