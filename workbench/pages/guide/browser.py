"""Shows the text of a topic: Markdown with formulas, links between topics, nothing loaded from anywhere."""

from __future__ import annotations

import re

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit

from workbench.pages.guide.formulas import formula_html
from workbench.pages.guide.topics import Topic
from workbench.theme import Theme

FENCE = re.compile(r"```formula\n(.*?)```", re.DOTALL)
MARK = "\u2063formula {}\u2063"
"""Stands for a formula until the Markdown is laid out; the sign around it is in no text."""
TITLE, BODY = 18, 13
MARGIN, INDENT = 10, 20
SHORTEST, MOST_MARKS = 2, 300
"""Letters of a word that is marked, and marks in a text."""


class TopicBrowser(QTextBrowser):
    """A read-only text that tells which link was clicked, and loads nothing by itself.

    Signals:
        asked: the target of a link.
    """

    asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._topic: Topic | None = None
        self._words: tuple[str, ...] = ()
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Text")
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(MARGIN)
        self.document().setIndentWidth(INDENT)
        self.anchorClicked.connect(lambda url: self.asked.emit(url.toString()))
        theme.changed.connect(self._renew)

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's name
        """Pictures and everything else that a text names: nothing."""
        return None

    def show_topic(self, topic: Topic) -> None:
        """Lay out a text from its top."""
        self._topic = topic
        self._renew()
        self.verticalScrollBar().setValue(0)

    def mark_words(self, words: str) -> None:
        """Mark what was searched for."""
        self._words = tuple(word for word in words.split() if len(word) >= SHORTEST)
        self._mark()

    def reveal(self) -> None:
        """Scroll to the first word that is marked."""
        marks = self.extraSelections()
        if marks:
            first = min((mark.cursor for mark in marks), key=lambda cursor: cursor.position())
            below = self.cursorRect(first).bottom() - self.viewport().height() + MARGIN
            if below > 0:
                self.verticalScrollBar().setValue(self.verticalScrollBar().value() + below)

    def _renew(self) -> None:
        if self._topic is None:
            return
        formulas: list[str] = []

        def hold(found: re.Match[str]) -> str:
            formulas.append(found[1])
            return MARK.format(len(formulas) - 1)

        text = FENCE.sub(hold, f"# {self._topic.title}\n\n{self._topic.text}")
        document = self.document()
        document.setDefaultStyleSheet(f"a {{ color: {self._theme.colours.accent}; text-decoration: none; }}")
        document.setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        document.setDocumentMargin(MARGIN)
        self._set_sizes()
        for at, lines in enumerate(formulas):
            cursor = document.find(MARK.format(at))
            shown = [formula_html(line, self._theme.colours.muted) for line in lines.splitlines() if line.strip()]
            cursor.insertHtml("".join(shown))
        self._set_tables()
        # the cursor went to the end with the text, and the view would follow it
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._mark()

    def _set_sizes(self) -> None:
        """Only three sizes of type, and air between the lines."""
        block = self.document().begin()
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            cursor = QTextCursor(block)
            air = QTextBlockFormat()
            air.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            air.setBottomMargin(6 if level or block.textList() else 8)
            air.setTopMargin(8 if level > 1 else 0)
            cursor.mergeBlockFormat(air)
            if level:
                font = QFont()
                font.setPixelSize(TITLE if level == 1 else BODY)
                font.setWeight(QFont.Weight.DemiBold)
                letters = QTextCharFormat()
                letters.setFont(font, QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesSpecifiedOnly)
                letters.clearProperty(QTextCharFormat.Property.FontSizeAdjustment.value)
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(letters)
            self._tint_links(block, fixed)
            block = block.next()

    def _tint_links(self, block: QTextBlock, fixed: str) -> None:
        pieces = []
        walk = block.begin()
        while not walk.atEnd():
            piece = walk.fragment()
            if piece.charFormat().isAnchor() or piece.charFormat().fontFixedPitch():
                pieces.append((piece.position(), piece.length(), piece.charFormat().isAnchor()))
            walk += 1
        for start, length, link in pieces:
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            letters = QTextCharFormat()
            if link:
                letters.setForeground(QColor(self._theme.colours.accent))
                letters.setFontUnderline(False)
            else:
                letters.setFontFamilies([fixed])
                letters.setBackground(QColor(self._theme.colours.raised))
            cursor.mergeCharFormat(letters)

    def _set_tables(self) -> None:
        """Air below formulas; thin lines in the theme's colour for the tables of the text."""
        for frame in self.document().rootFrame().childFrames():
            if not isinstance(frame, QTextTable):
                continue
            shape = QTextTableFormat(frame.format())
            shape.setBottomMargin(8)
            if shape.border():
                shape.setBorder(1)
                shape.setBorderCollapse(True)
                shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                shape.setBorderBrush(QColor(self._theme.colours.line))
                shape.setCellPadding(4)
                shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
            frame.setFormat(shape)

    def _mark(self) -> None:
        marks: list[QTextEdit.ExtraSelection] = []
        for word in self._words:
            cursor = self.document().find(word)
            while not cursor.isNull() and len(marks) < MOST_MARKS:
                mark = QTextEdit.ExtraSelection()
                mark.cursor = cursor
                mark.format.setBackground(QColor(self._theme.colours.selected))
                marks.append(mark)
                cursor = self.document().find(word, cursor)
        self.setExtraSelections(marks)
