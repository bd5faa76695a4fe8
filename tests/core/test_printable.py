"""One check says which signs print, over the whole of what names are written with."""

import subprocess
import sys

import pytest
from matplotlib.ft2font import FT2Font

from app.core.printable import FACES, FONTS, NO_GLYPH, Unprintable, Words, on_paper, on_paper_all, prints, unprintable
from tests.gb18030 import BEYOND_LEVEL_1, LEVEL_1, LEVEL_2

RARE = "㛃𬭎䶮𫖯龑㑇𬀩𬱖〇·"


def test_the_table_is_that_of_the_standard() -> None:
    """The numbers of ideographs that the standard gives, as far as they can be told from Unicode alone."""
    assert (len(BEYOND_LEVEL_1), len(set(BEYOND_LEVEL_1) & set(map(chr, LEVEL_1)))) == (196, 0)
    assert {*range(0x4E00, 0x9FF0), *range(0x3400, 0x4DB6)} <= LEVEL_1
    assert len(LEVEL_2) == len(LEVEL_1) + 196


def test_all_of_level_2_prints() -> None:
    assert [f"U+{code:04X}" for code in sorted(LEVEL_2) if not prints(chr(code))] == []
    assert unprintable([Words(field="单位", text="".join(map(chr, sorted(LEVEL_2))))]) == ()
    assert on_paper(RARE) == RARE


@pytest.mark.parametrize("name", FACES)
def test_the_answer_is_that_of_the_font(name: str) -> None:
    """What a font has prints; of what it lacks only what both typesetters find elsewhere."""
    font = FT2Font(FONTS / name).get_charmap()
    assert [f"U+{code:04X}" for code in font if not prints(chr(code))] == []
    assert [f"U+{code:04X}" for code in LEVEL_2 - font.keys()] == ["U+2252"]
    lacking = [code for code in range(0x4E00, 0x30000) if code not in font and not prints(chr(code))]
    assert len(lacking) > 50_000


def test_it_names_what_no_font_has() -> None:
    words = [Words(field="单位", text="县𠀀局🎉"), Words(field="类别", text="党代表"), Words(field="轮次", text="𠀀𠀀")]
    found = unprintable(words)
    assert found == (
        Unprintable("𠀀", "单位", "县𠀀局🎉"),
        Unprintable("🎉", "单位", "县𠀀局🎉"),
        Unprintable("𠀀", "轮次", "𠀀𠀀"),
    )
    assert [each.code for each in found] == ["U+20000", "U+1F389", "U+20000"]
    assert str(found[1]) == "县𠀀局🎉：🎉（U+1F389）"
    assert on_paper("县𠀀局🎉") == f"县{NO_GLYPH}局{NO_GLYPH}"


def test_unseen_signs_go_and_are_not_named() -> None:
    words = "办\u200d事\u202e大\ufe0f厅\U000e0100\x00\n"
    assert on_paper(words) == "办事大厅\n"
    assert unprintable([Words(field="单位", text=words)]) == ()
    assert on_paper_all({"a": ["县\x0b", 1, ("乙\n", None)]}) == {"a": ["县", 1, ["乙\n", None]]}


def test_asking_loads_no_font() -> None:
    ask = (
        "import sys; from app.core.printable import prints; assert prints('䶮')"
        "; print(*{name.partition('.')[0] for name in sys.modules} & {'matplotlib', 'typst', 'fontTools'})"
    )
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == ""
