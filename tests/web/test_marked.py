"""What stays Chinese on an English page is marked, and nothing else of the page is touched."""

import pytest

from app.web.marked import ended, mark_chinese


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<p>Units</p>", "<p>Units</p>"),
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


@pytest.mark.parametrize(
    ("html", "parted"),
    [
        (f"<p>{ended('It is open.')}{ended('Each holder draws.')}</p>", "<p>It is open. Each holder draws.</p>"),
        (f"<p>{ended('2 of 3.')}3 are here</p>", "<p>2 of 3. 3 are here</p>"),
        (f'<p title="{ended("Done.")}{ended("Next.")}">(It is.)</p>', '<p title="Done. Next.">(It is.)</p>'),
        (f"<p>{ended('(It is.)')}县</p>", '<p>(It is.) <bdi lang="zh">县</bdi></p>'),
        (f"<textarea>{ended('to open it.')}\n</textarea>", "<textarea>to open it.\n</textarea>"),
        (f"<p>({ended('It is.')}), {ended('a word')}A</p>", "<p>(It is.), a wordA</p>"),
    ],
)
def test_what_follows_a_sentence_of_ours_is_parted_from_it(html: str, parted: str) -> None:
    assert mark_chinese(html) == parted


@pytest.mark.parametrize("typed", ["St.James Hospital", "www.Example.com", "<code>abc.De f</code>", "hall.Meeting26"])
def test_what_people_typed_is_left_as_they_typed_it(typed: str) -> None:
    assert mark_chinese(f"<p>{ended('Look here:')} {typed}</p>") == f"<p>Look here: {typed}</p>"
