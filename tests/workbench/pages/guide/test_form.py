from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.forms.plan_form import PlanForm
from workbench.pages.guide.topics import read_topics
from workbench.theme import Theme


def test_that_every_question_mark_of_the_form_has_its_topic(qtbot: QtBot, theme: Theme) -> None:
    form = PlanForm(theme)
    qtbot.addWidget(form)
    form.give({"model": {"name": "caser"}, "loss": {"name": "hinge"}})
    found = {section: form.topic(section) for section in form.sections}
    assert found["loss"] == "loss.hinge"
    assert [topic for topic in found.values() if topic not in read_topics()] == []
