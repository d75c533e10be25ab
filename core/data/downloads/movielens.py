"""The MovieLens sets that can be fetched by name: where they lie, how large they are, what may be done with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import UsageError
from core.nearest import nearest

FOLDER = "https://files.grouplens.org/datasets/movielens/"
PAGE = "https://grouplens.org/datasets/movielens/"
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions on "
    "Interactive Intelligent Systems (TiiS) 5, 4, Article 19. https://doi.org/10.1145/2827872"
)


@dataclass(frozen=True)
class Download:
    """An archive that can be fetched.

    Attributes:
        url: of the archive; ``url + ".md5"`` is where a checksum may be published.
        size: bytes of the archive; of a set that is replaced now and then, about as many.
        md5: as GroupLens publishes it beside the archive; empty where it is asked for when the archive is fetched.
        about: what is in it.
        readme: where the terms stand word for word.
        passing_on: what the terms say of handing the data on.
        fixed: the archive never changes: size and checksum must be these.
    """

    name: str
    url: str
    size: int
    md5: str
    about: str
    readme: str
    passing_on: str
    fixed: bool = True

    @property
    def terms(self) -> str:
        """What may be done with the data, and by whom it was made."""
        return (
            f"{self.name}: MovieLens data by GroupLens Research, University of Minnesota.\n"
            f"{self.about}\n\n"
            "The data set may be used for any research purposes under these conditions:\n\n"
            "- You do not state or imply any endorsement from the University of Minnesota or the GroupLens Research "
            "Group.\n"
            "- You acknowledge the use of the data set in publications that result from it.\n"
            f"- {self.passing_on}\n"
            "- You do not use it for any commercial or revenue-bearing purposes without first obtaining permission "
            "from a faculty member of the GroupLens Research Project at the University of Minnesota.\n\n"
            "Neither the University of Minnesota nor any of the researchers involved can guarantee the correctness of "
            "the data, its suitability for any particular purpose, or the validity of results based on its use, nor "
            "are they liable for any damages.\n\n"
            f"Binding is what the set's own README says, which is also in the archive:\n{self.readme}\n\n"
            f"To cite: {CITATION}"
        )


KEPT_BACK = "You do not redistribute the data without separate permission."
SAME_TERMS = (
    "You may redistribute the data set, including transformations, so long as it is distributed under the same "
    "license conditions."
)

# sizes and checksums as GroupLens publishes them; the sets are never changed but for "latest"
DOWNLOADS: dict[str, Download] = {
    "ml-latest-small": Download(
        "ml-latest-small",
        FOLDER + "ml-latest-small.zip",
        978_202,
        "",
        "About 100,000 ratings of 9,700 films by 610 users, with tags. It is replaced now and then.",
        FOLDER + "ml-latest-small-README.html",
        SAME_TERMS,
        fixed=False,
    ),
    "ml-100k": Download(
        "ml-100k",
        FOLDER + "ml-100k.zip",
        4_924_029,
        "0e33842e24a9c977be4e0107933c0723",
        "100,000 ratings of 1,682 films by 943 users, 1997 to 1998.",
        FOLDER + "ml-100k-README.txt",
        KEPT_BACK,
    ),
    "ml-1m": Download(
        "ml-1m",
        FOLDER + "ml-1m.zip",
        5_917_549,
        "c4d9eecfca2ab87c1945afe126590906",
        "1,000,209 ratings of about 3,900 films by 6,040 users who joined in 2000.",
        FOLDER + "ml-1m-README.txt",
        KEPT_BACK,
    ),
    "ml-10m": Download(
        "ml-10m",
        FOLDER + "ml-10m.zip",
        65_566_137,
        "ce571fd55effeba0271552578f2648bd",
        "10,000,054 ratings of 10,681 films by 71,567 users, 1995 to 2009, with tags.",
        FOLDER + "ml-10m-README.html",
        KEPT_BACK,
    ),
    "ml-20m": Download(
        "ml-20m",
        FOLDER + "ml-20m.zip",
        198_702_078,
        "cd245b17a1ae2cc31bb14903e1204af3",
        "20,000,263 ratings of 27,278 films by 138,493 users, 1995 to 2015, with tags.",
        FOLDER + "ml-20m-README.html",
        SAME_TERMS,
    ),
    "ml-25m": Download(
        "ml-25m",
        FOLDER + "ml-25m.zip",
        261_978_986,
        "6b51fb2759a8657d3bfcbfc42b592ada",
        "25,000,095 ratings of 62,423 films by 162,541 users, 1995 to 2019, with tags.",
        FOLDER + "ml-25m-README.html",
        SAME_TERMS,
    ),
    "ml-32m": Download(
        "ml-32m",
        FOLDER + "ml-32m.zip",
        238_950_008,
        "d472be332d4daa821edc399621853b57",
        "32,000,204 ratings of 87,585 films by 200,948 users, 1995 to 2023, with tags.",
        FOLDER + "ml-32m-README.html",
        SAME_TERMS,
    ),
}


def find_download(name: str) -> Download:
    """The set that a name stands for.

    Raises:
        UsageError: there is none; the nearest names are offered.
    """
    if name in DOWNLOADS:
        return DOWNLOADS[name]
    near = nearest(name, DOWNLOADS) or list(DOWNLOADS)
    raise UsageError("download.unknown", f"there is no set called {name!r}", remedy=f"Did you mean {', '.join(near)}?")


def place_of(download: Download, folder: Path) -> Path:
    """Where an archive lies once it is whole."""
    return folder / f"{download.name}.zip"


def part_of(download: Download, folder: Path) -> Path:
    """Where the bytes of an archive lie that is not whole."""
    return folder / f"{download.name}.zip.part"


def present(download: Download, folder: Path) -> int:
    """Bytes that an earlier try left; 0 where there is nothing to go on with."""
    try:
        return part_of(download, folder).stat().st_size
    except OSError:
        return 0
