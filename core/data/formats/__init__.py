"""The table of formats: key to what recognises and reads it; among equals the earlier one is tried first."""

from __future__ import annotations

from core.data.formats import (
    csr,
    delimited,
    feather,
    item_lists,
    json_lines,
    movielens_1m,
    movielens_100k,
    movielens_csv,
    ncf,
    pairs,
    parquet,
    recbole,
    sequences,
)
from core.data.formats.base import Format

FORMATS: dict[str, Format] = {
    "movielens-100k": movielens_100k.FORMAT,
    "movielens-1m": movielens_1m.FORMAT,
    "movielens-csv": movielens_csv.FORMAT,
    "recbole": recbole.FORMAT,
    "ncf": ncf.FORMAT,
    "json-lines": json_lines.FORMAT,
    "parquet": parquet.FORMAT,
    "feather": feather.FORMAT,
    "csr": csr.FORMAT,
    "pairs": pairs.FORMAT,
    "sequences": sequences.FORMAT,
    "item-lists": item_lists.FORMAT,
    "delimited": delimited.FORMAT,
}
