"""What stays Chinese on an English page is marked, and nothing else of the page is touched."""

import pytest

from app.web.marked import mark_chinese


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<p>Units</p>", "<p>Units</p>"),
        ("<p>2 of 3.Each draws.</p>", "<p>2 of 3.Each draws.</p>"),
        ("<p>to open it.Each holder draws.</p>", "<p>to open it. Each holder draws.</p>"),
        ('<a href="/it.Each ">(done).A man</a>', '<a href="/it.Each ">(done). A man</a>'),
        ("<textarea>to open it.Each</textarea>", "<textarea>to open it.Each</textarea>"),
        ("<p>县文化馆</p>", '<p><bdi lang="zh">县文化馆</bdi></p>'),
        (
            "<p>Unit 第 3 中学 (new), 二</p>",
            '<p>Unit <bdi lang="zh">第 3 中学</bdi> (new), <bdi lang="zh">二</bdi></p>',
        ),
        ('<p lang="zh-CN"><b>甲</b><p>乙</p></p>丙', '<p lang="zh-CN"><b>甲</b><p>乙</p></p><bdi lang="zh">丙</bdi>'),
        ('<input value="甲" lang="zh">乙', '<input value="甲" lang="zh"><bdi lang="zh">乙</bdi>'),
        ('<option value="1">甲</option>', '<option lang="zh" value="1">甲</option>'),
        ("<textarea>甲</textarea><title>乙</title>", "<textarea>甲</textarea><title>乙</title>"),
        (
            "<svg><text>甲</text></svg>乙",
            '<svg><text>甲</text></svg><bdi lang="zh">乙</bdi>',
        ),
        ('<a title="a > 甲">x</a>甲', '<a title="a > 甲">x</a><bdi lang="zh">甲</bdi>'),
        ("<p>&lt;甲&amp;乙&gt;</p>", '<p>&lt;<bdi lang="zh">甲</bdi>&amp;<bdi lang="zh">乙</bdi>&gt;</p>'),
    ],
)
def test_it_works(html: str, marked: str) -> None:
    assert mark_chinese(html) == marked
