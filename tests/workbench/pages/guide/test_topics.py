from __future__ import annotations

import re

import pytest

from core.losses import LOSSES
from core.metrics import ALL_METRICS
from core.models import MODELS
from core.samplers import SAMPLERS
from core.splits import SPLITS
from workbench.pages import PAGES
from workbench.pages.guide.drawings import DRAWINGS, SAME_AS, drawn
from workbench.pages.guide.formulas import formula_html, scripts
from workbench.pages.guide.topics import GROUPS, IDEAS, PARENTS, Topic, nearest, read_topics, topic_of
from workbench.pages.guide.trying import plan_of

TABLES = {"loss": LOSSES, "model": MODELS, "sampler": SAMPLERS, "metric": ALL_METRICS, "split": SPLITS}
LINK = re.compile(r"\]\(([^)]+)\)")
FENCE = re.compile(r"```formula\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("word", TABLES)
def test_that_every_key_of_a_table_has_its_topic(word: str) -> None:
    topics = read_topics()
    assert [key for key in TABLES[word] if f"{word}.{key}" not in topics] == []
    # and no topic is left over from a key that is gone
    assert [key for key in topics if key.startswith(f"{word}.") and key.partition(".")[2] not in TABLES[word]] == []


def test_that_ideas_and_parents_exist() -> None:
    topics = read_topics()
    assert {key for key in topics if key.startswith("idea.")} == {f"idea.{key}" for key in IDEAS}
    assert [parent for parent in PARENTS.values() if parent not in topics] == []


def test_that_every_topic_stands_in_a_group_and_has_a_title_and_a_text() -> None:
    for key, topic in read_topics().items():
        assert topic.group in GROUPS
        assert topic.title != key
        assert len(topic.title) <= 40
        assert topic.text


@pytest.mark.parametrize("word", [*TABLES, "idea"])
def test_that_texts_are_neither_short_nor_long(word: str) -> None:
    lengths = {
        key: len(FENCE.sub("", topic.text).split()) for key, topic in read_topics().items() if topic.group == word
    }
    assert {key: length for key, length in lengths.items() if not 80 <= length <= 260} == {}


@pytest.mark.parametrize("word", TABLES)
def test_that_texts_have_a_formula_and_a_source(word: str) -> None:
    for key, topic in read_topics().items():
        if topic.group == word:
            assert FENCE.search(topic.text), key
            assert "*Source: " in topic.text, key


def test_that_links_lead_somewhere() -> None:
    topics = read_topics()
    lost = []
    for key, topic in topics.items():
        for target in LINK.findall(topic.text):
            known = target[3:] in PAGES if target.startswith("go:") else target in topics
            if not known and not target.startswith(("https://", "http://")):
                lost.append((key, target))
    assert lost == []


def test_that_texts_name_no_pictures() -> None:
    assert [key for key, topic in read_topics().items() if "![" in topic.text or "<img" in topic.text] == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("loss.hinge", "loss.hinge"),
        ("loss.foo", "idea.pairwise"),
        ("loss.hinge.margin", "loss.hinge"),
        ("metric.ndcg@10", "metric.ndcg"),
        ("optimiser.l2", "idea.decay"),
        ("page.nothing", "page"),
        (" Model.MF ", "model.mf"),
        ("", "start"),
        ("<b>x</b>", "start"),
        ("..", "start"),
    ],
)
def test_that_an_unknown_topic_is_the_one_above_it(asked: str, found: str) -> None:
    assert nearest(asked, read_topics()) == found


def test_that_nothing_but_the_start_is_needed() -> None:
    assert nearest("loss.foo", ["start"]) == "start"


def test_that_a_file_without_a_title_has_its_key() -> None:
    assert topic_of("page.odd", "no title\nhere") == Topic("page.odd", "page.odd", "no title\nhere")


def test_that_words_are_found_in_titles_and_texts() -> None:
    topic = Topic("loss.x", "Sampled softmax", "The temperature τ.")
    assert topic.holds("SOFT temperature")
    assert not topic.holds("soft cold")


def test_that_drawings_belong_to_topics() -> None:
    topics = read_topics()
    assert [topic for topic in SAME_AS if topic not in topics] == []
    assert [shown for shown in SAME_AS.values() if shown.partition(".")[0] not in DRAWINGS] == []
    assert drawn("loss.hinge") == ("loss", "hinge")
    assert drawn("idea.pairwise") == ("loss", "bpr")
    assert drawn("start") is None


@pytest.mark.parametrize("word", ["model", "loss", "sampler"])
def test_that_what_can_be_tried_is_a_plan(word: str) -> None:
    from core.training.plan import make_plan

    for key in TABLES[word]:
        plan = plan_of(f"{word}.{key}")
        assert plan is not None
        made = make_plan(plan)
        part = getattr(made, word)
        assert part is not None
        assert part.name == key
    assert plan_of("metric.auc") is None


def test_that_scripts_are_lowered_and_raised() -> None:
    assert scripts("x_uij + s^{a b} < 1") == "x<sub>uij</sub> + s<sup>a b</sup> &lt; 1"


def test_that_a_formula_has_fractions_and_sums() -> None:
    html = formula_html("L = {1 / {a / b}} [Σ: i = 1 | n] x_i", "#123456")
    assert html.count("border-bottom:1px solid #123456") == 2
    assert "Σ" in html
    assert ">n</td>" in html
    assert "x<sub>i</sub>" in html


def test_that_braces_without_a_bar_stay() -> None:
    assert "{i<sub>1</sub>,&nbsp;…}" in formula_html("S = {i_1, …}", "#000000")


@pytest.mark.parametrize("key", read_topics())
def test_that_formulas_leave_no_signs_of_their_notation(key: str) -> None:
    for lines in FENCE.findall(read_topics()[key].text):
        for line in lines.splitlines():
            shown = re.sub(r"<[^>]*>", "", formula_html(line, "#000000"))
            assert " / " not in shown
            assert not re.search(r"_\w|\^|\[Σ", shown), shown
