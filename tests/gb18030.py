"""The signs of GB 18030-2022 up to implementation level 2.

Level 1: one byte, two bytes without the areas left to users, ideographs of extension A and those added to the basic
block up to U+9FEF, and what the edition of 2022 gave a place of its own. Python's codec knows the edition of 2000,
which has private signs where Unicode had none yet. Level 2: also every sign of 通用规范汉字表; 196 lie beyond level 1.
"""

import unicodedata
from typing import Final

GIVEN_A_PLACE: Final = (*range(0xFE10, 0xFE1A), 0x20087, 0x20089, 0x200CC, 0x215D7, 0x2298F, 0x241FE)
"""Signs for which the edition of 2000 had private ones: vertical punctuation, and ideographs of the rows to FE A0."""
BEYOND_LEVEL_1: Final = (
    "𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰"
    "𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭"
    "𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡"
    "𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬"
    "𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓"
)
"""Signs of 通用规范汉字表 outside of level 1 (Unicode 15.0, property kTGH), 196 as the standard says."""


def _two_bytes() -> set[int]:
    places = ((high, low) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF) if low != 0x7F)
    signs = (bytes(place).decode("gb18030") for place in places)
    return {ord(sign) for sign in signs if unicodedata.category(sign) != "Co"}


LEVEL_1: Final = frozenset(
    {*range(0x20, 0x7F), *_two_bytes(), *range(0x3400, 0x4DB6), *range(0x9FA6, 0x9FF0), *GIVEN_A_PLACE}
)
LEVEL_2: Final = LEVEL_1 | frozenset(map(ord, BEYOND_LEVEL_1))
