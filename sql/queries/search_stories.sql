-- Which stories tell of something, whatever form the words have?
-- news.search knows the languages' endings and is blind to accents; "several words", or and -word are understood. The
-- best come first, of the newest 500 that match.
-- words = ferry or tram -lighthouse: what is looked for
-- since, until = all: bounds of the publication
-- language = all: of the stories, such as de
-- most = 20: rows
select headline, published_at, source, round(rank::numeric, 3) as rank, snippet
from news.search(
    news.asked('words', 'ferry or tram -lighthouse'),
    news.asked('since')::timestamptz,
    news.asked('until')::timestamptz,
    news.asked('language'),
    news.asked('most', '20')::integer
)
