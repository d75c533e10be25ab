"""The names under which columns usually go, by role; small letters and digits only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.data.raw import Role


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


USERS = (
    _words("userid user uid"),
    _words(
        "reviewerid customerid visitorid visitor memberid member accountid account profileid "
        "personid person playerid player readerid reader listenerid listener viewerid viewer buyerid buyer "
        "clientid client subscriberid subscriber useridx userindex username msno reviewer customer"
    ),
    _words("sessionid session"),
)
"""The first group with a column in the file wins."""

ITEMS = (
    _words("itemid item iid"),
    _words(
        "movieid movie filmid film asin parentasin productid product sku bookid book isbn songid song trackid track "
        "artistid artist albumid album businessid business venueid venue poiid poi locationid location articleid "
        "article newsid news gameid game appid app animeid anime recipeid recipe jokeid joke showid show videoid "
        "video courseid course placeid place hotelid hotel podcastid podcast postid photoid photo itemidx itemindex"
    ),
)
"""As for users."""

TIMES = _words(
    "timestamp time unixtimestamp unixtime unixreviewtime datetime date ts ratingtimestamp eventtime createdat "
    "reviewtime reviewdate ratedat ratingdate visitedat visittime utctime clicktime eventdate purchasedate "
    "orderdate when"
)
"""The first one in the file wins; so below."""

ORDERS = _words("position order index pos idx sequence")
"""Columns that only say which row came first."""

RATINGS = _words(
    "rating ratings score stars star overall starrating reviewscore bookrating userrating preference count playcount "
    "plays listens weight"
)

TITLES = _words("title name movietitle itemname itemtitle productname producttitle booktitle movie track song headline")
GENRES = _words("genres genre class category categories tags topics")
ITEM_KEYS = (*(name for group in ITEMS for name in group), "id", "key", "code")


def normalised(name: str) -> str:
    """Small letters and digits only: ``User ID`` and ``user_id`` are one."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def recognised(name: str) -> Role | None:
    """The role that a column of this name usually has."""
    return _USUAL.get(normalised(name))


def known(name: str) -> str | None:
    """The role, or ``title`` or ``genres``, that a column of this name usually has."""
    short = normalised(name)
    return _USUAL.get(short) or ("title" if short in TITLES else "genres" if short in GENRES else None)


_USUAL: dict[str, Role] = {
    **dict.fromkeys(RATINGS, "rating"),
    **dict.fromkeys((*TIMES, *ORDERS), "time"),
    **{name: "item" for group in ITEMS for name in group},
    **{name: "user" for group in USERS for name in group},
}


def is_catalogue(names: Sequence[str]) -> bool:
    """Whether columns are titles or genres of items, without anybody who chose them."""
    kinds = {known(name) for name in names}
    return "user" not in kinds and bool({"title", "genres"} & kinds)
