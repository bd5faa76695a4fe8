#!/usr/bin/env python3
"""Checks receipts lists, results and archive packages of manyidu on any computer, with nothing but Python 3.9 or later.

    python verify.py receipts.json --root "eight signs or 64 digits" --receipt ABCD-EFGH-JKMN-PQRS
    python verify.py result.json receipts.json --key 64-DIGITS-FROM-THE-PAGE-VERIFY
    python verify.py archive.zip --key 64-DIGITS-FROM-THE-PAGE-VERIFY

The root is hashed as RFC 9162 has it, the signature checked after the reference code of RFC 8032 (section 6). This file
uses nothing else of manyidu, so that it can be read, kept and run by whoever does not trust the installation.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

RECEIPTS, RESULT = "manyidu/receipts/1", "manyidu/result/1"
ARCHIVE, EXTRACT, VERSION = "manyidu/archive/1", "manyidu/audit-extract/1", "manyidu/result-version/1"
PREFIX = "manyidu signed document"
MANIFEST, SUMS = "MANIFEST.json", "SHA256SUMS"
MOST_BYTES, MOST_FILES = 1 << 30, 2_000
ID_BITS, ROOT_DIGITS, SIGN_BITS, SIGN_COUNT = 128, 64, 11, 8
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FEWEST, MOST = 16, 26
# BIP-39, simplified Chinese, as in the PyPI package mnemonic (MIT licence, copyright 2013-2016 Pavol Rusnak).
SIGNS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说"
    "产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使"
    "点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明"
    "看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料"
    "象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指"
    "几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶"
    "油思术极交受联什认六共权收证改清美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声"
    "报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算"
    "低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除"
    "消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆"
    "包火住调满县局照参红细引听该铁价严首底液官德随病苏失尔死讲配女黄推显谈罪神艺呢席含企望密批营项防"
    "举球英氧势告李台落木帮轮破亚师围注远字材排供河态封另施减树溶怎止案言士均武固叶鱼波视仅费紧爱左章"
    "早朝害续轻服试食充兵源判护司足某练差致板田降黑犯负击范继兴似余坚曲输修故城夫够送笔船占右财吃富春"
    "职觉汉画功巴跟虽杂飞检吸助升阳互初创抗考投坏策古径换未跑留钢曾端责站简述钱副尽帝射草冲承独令限阿"
    "宣环双请超微让控州良轴找否纪益依优顶础载倒房突坐粉敌略客袁冷胜绝析块剂测丝协诉念陈仍罗盐友洋错苦"
    "夜刑移频逐靠混母短皮终聚汽村云哪既距卫停烈央察烧迅境若印洲刻括激孔搞甚室待核校散侵吧甲游久菜味旧"
    "模湖货损预阻毫普稳乙妈植息扩银语挥酒守拿序纸医缺雨吗针刘啊急唱误训愿审附获茶鲜粮斤孩脱硫肥善龙演"
    "父渐血欢械掌歌沙刚攻谓盾讨晚粒乱燃矛乎杀药宁鲁贵钟煤读班伯香介迫句丰培握兰担弦蛋沉假穿执答乐谁顺"
    "烟缩征脸喜松脚困异免背星福买染井概慢怕磁倍祖皇促静补评翻肉践尼衣宽扬棉希伤操垂秋宜氢套督振架亮末"
    "宪庆编牛触映雷销诗座居抓裂胞呼娘景威绿晶厚盟衡鸡孙延危胶屋乡临陆顾掉呀灯岁措束耐剧玉赵跳哥季课凯"
    "胡额款绍卷齐伟蒸殖永宗苗川炉岩弱零杨奏沿露杆探滑镇饭浓航怀赶库夺伊灵税途灭赛归召鼓播盘裁险康唯录"
    "菌纯借糖盖横符私努堂域枪润幅哈竟熟虫泽脑壤碳欧遍侧寨敢彻虑斜薄庭纳弹饲伸折麦湿暗荷瓦塞床筑恶户访"
    "塔奇透梁刀旋迹卡氯遇份毒泥退洗摆灰彩卖耗夏择忙铜献硬予繁圈雪函亦抽篇阵阴丁尺追堆雄迎泛爸楼避谋吨"
    "野猪旗累偏典馆索秦脂潮爷豆忽托惊塑遗愈朱替纤粗倾尚痛楚谢奋购磨君池旁碎骨监捕弟暴割贯殊释词亡壁顿"
    "宝午尘闻揭炮残冬桥妇警综招吴付浮遭徐您摇谷赞箱隔订男吹园纷唐败宋玻巨耕坦荣闭湾键凡驻锅救恩剥凝碱"
    "齿截炼麻纺禁废盛版缓净睛昌婚涉筒嘴插岸朗庄街藏姑贸腐奴啦惯乘伙恢匀纱扎辩耳彪臣亿璃抵脉秀萨俄网舞"
    "店喷纵寸汗挂洪贺闪柬爆烯津稻墙软勇像滚厘蒙芳肯坡柱荡腿仪旅尾轧冰贡登黎削钻勒逃障氨郭峰币港伏轨亩"
    "毕擦莫刺浪秘援株健售股岛甘泡睡童铸汤阀休汇舍牧绕炸哲磷绩朋淡尖启陷柴呈徒颜泪稍忘泵蓝拖洞授镜辛壮"
    "锋贫虚弯摩泰幼廷尊窗纲弄隶疑氏宫姐震瑞怪尤琴循描膜违夹腰缘珠穷森枝竹沟催绳忆邦剩幸浆栏拥牙贮礼滤"
    "钠纹罢拍咱喊袖埃勤罚焦潜伍墨欲缝姓刊饱仿奖铝鬼丽跨默挖链扫喝袋炭污幕诸弧励梅奶洁灾舟鉴苯讼抱毁懂"
    "寒智埔寄届跃渡挑丹艰贝碰拔爹戴码梦芽熔赤渔哭敬颗奔铅仲虎稀妹乏珍申桌遵允隆螺仓魏锐晓氮兼隐碍赫拨"
    "忠肃缸牵抢博巧壳兄杜讯诚碧祥柯页巡矩悲灌龄伦票寻桂铺圣恐恰郑趣抬荒腾贴柔滴猛阔辆妻填撤储签闹扰紫"
    "砂递戏吊陶伐喂疗瓶婆抚臂摸忍虾蜡邻胸巩挤偶弃槽劲乳邓吉仁烂砖租乌舰伴瓜浅丙暂燥橡柳迷暖牌秧胆详簧"
    "踏瓷谱呆宾糊洛辉愤竞隙怒粘乃绪肩籍敏涂熙皆侦悬掘享纠醒狂锁淀恨牲霸爬赏逆玩陵祝秒浙貌役彼悉鸭趋凤"
    "晨畜辈秩卵署梯炎滩棋驱筛峡冒啥寿译浸泉帽迟硅疆贷漏稿冠嫩胁芯牢叛蚀奥鸣岭羊凭串塘绘酵融盆锡庙筹冻"
    "辅摄袭筋拒僚旱钾鸟漆沈眉疏添棒穗硝韩逼扭侨凉挺碗栽炒杯患馏劝豪辽勃鸿旦吏拜狗埋辊掩饮搬骂辞勾扣估"
    "蒋绒雾丈朵姆拟宇辑陕雕偿蓄崇剪倡厅咬驶薯刷斥番赋奉佛浇漫曼扇钙桃扶仔返俗亏腔鞋棱覆框悄叔撞骗勘旺"
    "沸孤吐孟渠屈疾妙惜仰狠胀谐抛霉桑岗嘛衰盗渗脏赖涌甜曹阅肌哩厉烃纬毅昨伪症煮叹钉搭茎笼酷偷弓锥恒杰"
    "坑鼻翼纶叙狱逮罐络棚抑膨蔬寺骤穆冶枯册尸凸绅坯牺焰轰欣晋瘦御锭锦丧旬锻垄搜扑邀亭酯迈舒脆酶闲忧酚"
    "顽羽涨卸仗陪辟惩杭姚肚捉飘漂昆欺吾郎烷汁呵饰萧雅邮迁燕撒姻赴宴烦债帐斑铃旨醇董饼雏姿拌傅腹妥揉贤"
    "拆歪葡胺丢浩徽昂垫挡览贪慰缴汪慌冯诺姜谊凶劣诬耀昏躺盈骑乔溪丛卢抹闷咨刮驾缆悟摘铒掷颇幻柄惠惨佳"
    "仇腊窝涤剑瞧堡泼葱罩霍捞胎苍滨俩捅湘砍霞邵萄疯淮遂熊粪烘宿档戈驳嫂裕徙箭捐肠撑晒辨殿莲摊搅酱屏疫"
    "哀蔡堵沫皱畅叠阁莱敲辖钩痕坝巷饿祸丘玄溜曰逻彭尝卿妨艇吞韦怨矮歇"
)


class Finding(NamedTuple):
    """What a check found, in two languages."""

    right: bool
    zh: str
    en: str


def right(zh: str, en: str) -> Finding:
    """Return what is as it should be."""
    return Finding(True, zh, en)  # noqa: FBT003 - the finding itself


def wrong(zh: str, en: str) -> Finding:
    """Return what is not."""
    return Finding(False, zh, en)  # noqa: FBT003 - the finding itself


class Wanted(NamedTuple):
    """What the list or the result is to be compared with; what is empty was not given."""

    root: str = ""
    receipt: str = ""
    key: str = ""


class UnreadableError(Exception):
    """A file is not what it should be; its arguments are the sentence in Chinese and in English."""


# ---- The tree of RFC 9162, section 2.1 ----


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than ``count``."""
    return 1 << (count - 1).bit_length() - 1


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves in their order: 32 bytes."""
    if not leaves:
        return _hash()
    if len(leaves) == 1:
        return _hash(b"\x00", leaves[0])
    at = _split(len(leaves))
    return _hash(b"\x01", root_of(leaves[:at]), root_of(leaves[at:]))


def path_of(place: int, leaves: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Return on which side (``left``, ``right``) of what was hashed so far each further hash stands, and the hash."""
    if len(leaves) == 1:
        return []
    at = _split(len(leaves))
    if place < at:
        return [*path_of(place, leaves[:at]), ("right", root_of(leaves[at:]))]
    return [*path_of(place - at, leaves[at:]), ("left", root_of(leaves[:at]))]


def walk(leaf: bytes, path: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the root to which a path leads from a leaf."""
    found = _hash(b"\x00", leaf)
    for side, other in path:
        found = _hash(b"\x01", other, found) if side == "left" else _hash(b"\x01", found, other)
    return found


def signs_of(root: bytes) -> str:
    """Return the first 88 bits of a root as eight signs."""
    number = int.from_bytes(root, "big") >> (len(root) * 8 - SIGN_BITS * SIGN_COUNT)
    shifts = range(SIGN_BITS * (SIGN_COUNT - 1), -1, -SIGN_BITS)
    return "".join(SIGNS[number >> shift & (1 << SIGN_BITS) - 1] for shift in shifts)


# ---- Ed25519, after the reference code of RFC 8032, section 6 ----

Point = tuple[int, int, int, int]
P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


def _is_same(one: Point, two: Point) -> bool:
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def _recover_x(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if not square:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def _point(packed: bytes) -> Point | None:
    number = int.from_bytes(packed, "little")
    y = number & (1 << 255) - 1
    x = _recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE: Point = (_recover_x(BASE_Y, 0) or 0, BASE_Y, 1, (_recover_x(BASE_Y, 0) or 0) * BASE_Y % P)


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature (64 bytes) of this message was made with the key's secret half."""
    if len(public_key) != 32 or len(signature) != 64:  # noqa: PLR2004 - the sizes of RFC 8032
        return False
    key, nonce, scalar = _point(public_key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= Q:
        return False
    hashed = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(hashed, "little") % Q
    return _is_same(_times(scalar, BASE), _add(nonce, _times(challenge, key)))


# ---- What the files say ----


def canonical(document: dict[str, Any]) -> bytes:
    """Return what is signed: everything but the signature, written down the one way."""
    body = {name: value for name, value in document.items() if name != "signature"}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{PREFIX}\n{document['format']}\n{text}".encode()


def _unreadable(zh: str, en: str) -> NoReturn:
    raise UnreadableError(zh, en)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        _unreadable("文件里同一个名称出现了两次，不可信。", "A name stands in the file twice: it is not to be trusted.")
    return dict(pairs)


def _parsed(content: bytes) -> Any:  # noqa: ANN401 - the caller finds out what it is
    """Return what JSON says; ValueError, RecursionError or UnreadableError where it cannot be written down again."""
    document = json.loads(content.decode(), object_pairs_hook=_no_twins)
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    return document


def read(path: Path) -> dict[str, Any]:
    """Return a receipts list or a result; UnreadableError for anything else."""
    try:
        document = _parsed(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        _unreadable(
            f"读不出这个文件：{path}。请重新下载。", f"This file cannot be read: {path}. Please download it again."
        )
    if not isinstance(document, dict) or document.get("format") not in (RECEIPTS, RESULT):
        _unreadable(
            f"这个文件不是回执名单，也不是测评结果：{path}。请从公布回执的页面或结果页面下载。",
            f"This file is neither a receipts list nor a result: {path}. Please download one from its page.",
        )
    return document


def _digits(value: object, count: int) -> bytes:
    """Return what so many hex digits stand for; empty if they are none."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return bytes.fromhex(text) if len(text) == count and set(text) <= set("0123456789abcdef") else b""


def check_signature(document: dict[str, Any], key: str) -> list[Finding]:
    """Check the signature with the key in the file, and this key against the one that was given."""
    signature = document.get("signature")
    if not isinstance(signature, dict):
        return [
            wrong(
                "文件没有签名，不能核对。请从结果页面下载“签名的结果”，从回执页面下载回执名单。",
                "The file carries no signature. Please download the signed result or the receipts list from its page.",
            )
        ]
    own = _digits(signature.get("public_key"), ROOT_DIGITS)
    given = _digits("".join(key.split()), ROOT_DIGITS)
    if key and given != own:
        return [
            wrong(
                "签名用的不是您给出的公钥。请对照“核验”页重新抄写公钥；没有抄错的，文件出自另一套系统，不要使用，请告诉监票人。",
                "It is not signed with the key that you gave. Please copy the key from the page “verify” again; if it "
                "was right, another installation made the file: do not use it, and tell the scrutineers.",
            )
        ]
    if not is_signed(own, canonical(document), _digits(signature.get("signature"), 2 * ROOT_DIGITS)):
        return [
            wrong(
                "签名不对：文件在生成以后被改动过。请重新下载；重新下载的仍不对，不要使用，请告诉监票人。",
                "The signature is wrong: the file was changed after it was made. Please download it again; if that one "
                "is wrong, too, do not use it, and tell the scrutineers.",
            )
        ]
    if key:
        return [right("签名正确，公钥与您给出的一致。", "The signature is right, by the key that you gave.")]
    return [
        right(
            f"签名与文件里的公钥相符。请与系统“核验”页公布的公钥核对：{own.hex()}",
            f"The signature fits the key in the file. Compare it with the key on the page “verify”: {own.hex()}",
        )
    ]


def check_printed_root(root: bytes, printed: str) -> list[Finding]:
    """Compare a root with what was printed, read aloud or photographed: 64 hex digits or eight signs."""
    plain = "".join(printed.split())
    if not plain:
        return []
    if len(plain) == SIGN_COUNT and set(plain) <= set(SIGNS):
        same = plain == signs_of(root)
    elif _digits(plain, ROOT_DIGITS):
        same = _digits(plain, ROOT_DIGITS) == root
    else:
        return [
            wrong(
                "给出的票箱指纹应是 64 位十六进制数字或八个字，请对照封箱记录重新输入。",
                "The box fingerprint has 64 hex digits or eight signs: please type it again as it was printed.",
            )
        ]
    if same:
        return [right("票箱指纹与您给出的一致。", "The box fingerprint is the one that you gave.")]
    return [
        wrong(
            f"票箱指纹与您给出的不一致：文件里是“{signs_of(root)}”。可能是另一轮的文件，或票箱被换过。请告诉监票人。",
            f"The box fingerprint is not the one that you gave: the file has “{signs_of(root)}”. "
            "It may be of another round, or the box was exchanged. Please tell the scrutineers.",
        )
    ]


def _ids(document: dict[str, Any]) -> list[bytes] | None:
    """Return the receipts if they are what such a list holds: different ids in their own order."""
    listed = document.get("receipts")
    found = [_digits(text, ID_BITS // 4) for text in listed] if isinstance(listed, list) else [b""]
    whole = all(found) and found == sorted(set(found)) and document.get("count") == len(found)
    return found if whole else None


def check_receipts(document: dict[str, Any], wanted: Wanted) -> list[Finding]:
    """Recompute the root of a receipts list, and the path of one receipt."""
    ids = _ids(document)
    if ids is None:
        return [
            wrong(
                "回执名单不完整：有重复、乱序、写错的回执，或个数不对。",
                "The list is not whole: receipts stand twice, out of order or miswritten, or their number is wrong.",
            )
        ]
    root = root_of(ids)
    signs = "".join(str(document.get("signs", "")).split())
    if (_digits(document.get("root"), ROOT_DIGITS), signs) != (root, signs_of(root)):
        return [
            wrong(
                "名单算不出文件里的票箱指纹：有回执被增加、删去或改动。",
                "The list does not give the box fingerprint in the file: a receipt was added, dropped or changed.",
            )
        ]
    found = [
        right(
            f"{len(ids)} 个回执算出的票箱指纹与文件一致：{signs_of(root)}",
            f"The {len(ids)} receipts give the box fingerprint in the file: {signs_of(root)}",
        ),
        *check_printed_root(root, wanted.root),
    ]
    return found + (check_receipt(ids, root, wanted.receipt) if wanted.receipt else [])


def parse_receipt(typed: str) -> tuple[int, int] | None:
    """Return the first bits of an id as a number, and how many bits; None for what is no receipt."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    if _digits(signs, ID_BITS // 4):
        return int(signs, 16), ID_BITS
    signs = signs.translate(str.maketrans("OIL", "011"))
    if not FEWEST <= len(signs) <= MOST or not set(signs) <= set(CROCKFORD):
        return None
    number = 0
    for sign in signs:
        number = number << 5 | CROCKFORD.index(sign)
    spare = max(0, 5 * len(signs) - ID_BITS)
    return number >> spare, 5 * len(signs) - spare


def check_receipt(ids: Sequence[bytes], root: bytes, typed: str) -> list[Finding]:
    """Look a receipt up and follow its path to the root."""
    parsed = parse_receipt(typed)
    if parsed is None:
        return [
            wrong(
                "回执码不对：应是 16 位字母和数字，请对照手机或纸条重新输入。",
                "This is no receipt: it has 16 letters and digits. Please type it again as it was shown.",
            )
        ]
    number, bits = parsed
    places = [at for at, it in enumerate(ids) if int.from_bytes(it, "big") >> (ID_BITS - bits) == number]
    if len(places) != 1:
        return [
            wrong(
                "名单里没有这个回执。它可能是另一轮的：请看投票时页面上的轮次名称；确是本轮的，请告诉监票人。",
                "The receipt is not in this list. It may be of another round; if it is not, tell the scrutineers.",
            )
        ]
    path = path_of(places[0], ids)
    steps = "".join(f"\n    {side:>5} {other.hex()}" for side, other in path)
    say = right if walk(ids[places[0]], path) == root else wrong
    return [say(f"回执在名单里，通到票箱指纹的路径：{steps}", f"The receipt is in the list. Its path:{steps}")]


def _plain(value: object, most: int = 120) -> str:
    """Return words of an unproven file without the signs by which they could move about on the reader's screen."""
    return "".join(sign for sign in str(value) if sign.isprintable())[:most]


def say_which(document: dict[str, Any]) -> list[Finding]:
    """Say of which round and version a result is, and whether it is all of it."""
    inner = document.get("document")
    about = inner.get("round") if isinstance(inner, dict) else None
    if not isinstance(about, dict) or not isinstance(title := about.get("title"), str):
        return []
    name, version, whole = _plain(title), _plain(document.get("version")), document.get("whole") is True
    part = ("全部内容", "all of it") if whole else ("读者能看的一部分", "the part that its reader may see")
    zh, en = ("演练，不是正式结果：", "A rehearsal, no result: ") if about.get("rehearsal") is True else ("", "")
    zh += f"“{name}”结果第 {version} 版，{part[0]}。"
    en += f"Result of “{name}”, version {version}, {part[1]}."
    return [right(zh, en)]


def check_result(document: dict[str, Any], wanted: Wanted) -> list[Finding]:
    """Compare the root that a result names with the one that was printed."""
    root = _digits(document.get("root"), ROOT_DIGITS)
    if not root:
        lacking = wrong("这份结果没有票箱指纹，不能核对。", "This result names no box fingerprint to compare.")
        return [lacking] if wanted.root else []
    told = right(f"结果出自票箱指纹为“{signs_of(root)}”的票箱。", f"The result is of the box “{signs_of(root)}”.")
    return [told, *check_printed_root(root, wanted.root)]


def check_together(documents: Sequence[dict[str, Any]]) -> list[Finding]:
    """Check that several files are of one round and one box."""
    if len({(str(document.get("round_id")), str(document.get("root"))) for document in documents}) <= 1:
        return []
    return [wrong("这几个文件不是同一轮、同一个票箱的。", "These files are not of one round and one box.")]


def check(documents: Sequence[dict[str, Any]], wanted: Wanted) -> list[Finding]:
    """Check files that were read; all is right if every finding is."""
    findings: list[Finding] = []
    for document in documents:
        proof = check_signature(document, wanted.key)
        findings += proof
        if document["format"] == RESULT and all(finding.right for finding in proof):
            findings += say_which(document)
        findings += (check_receipts if document["format"] == RECEIPTS else check_result)(document, wanted)
    if wanted.receipt and not any(document["format"] == RECEIPTS for document in documents):
        findings.append(wrong("要查回执，请给出回执名单。", "To look a receipt up, give a receipts list."))
    return findings + check_together(documents)


# ---- An archive package: a zip without compression, in which every byte is accounted for ----

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
LOCAL, CENTRAL, END = 30, 46, 22
HASHED = ("number", "at", "actor_id", "actor_name", "action", "subject", "detail", "previous_hash")
Members = Sequence[tuple[str, bytes]]


def is_package(path: Path) -> bool:
    """Whether a file begins as a zip does."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return False


def unpack(path: Path) -> list[tuple[str, bytes]]:
    """Return names and contents in their order; UnreadableError for anything that our packages are not.

    Nothing is written to a disk, and nothing can unpack to more than the file's own size.
    """
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            if size <= MOST_BYTES and len(entries) <= MOST_FILES and _is_plain(package, entries, size):
                return [(entry.filename, package.read(entry)) for entry in entries]
    except (OSError, ValueError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        pass
    _unreadable(
        f"这个压缩包不是归档包，或者被重新打包、截断过：{path}。请使用原来的文件，不要解开后再压缩。",
        f"This zip is no archive package, or was packed anew or cut short: {path}. Please use the file as it was.",
    )


def _is_plain(package: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], size: int) -> bool:
    """Whether stored files of plain names, each once, stand one after the other and nothing stands between or about."""
    at = 0
    for entry in entries:
        if entry.header_offset != at or entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits or entry.extra:
            return False
        if entry.orig_filename != entry.filename or not NAME.fullmatch(entry.filename) or entry.comment:
            return False
        at += LOCAL + len(entry.filename) + entry.file_size
    names = {entry.filename.lower() for entry in entries}
    end = at + sum(CENTRAL + len(entry.filename) for entry in entries) + END
    return len(names) == len(entries) and not package.comment and size == end


def _inner(files: dict[str, bytes], name: str) -> dict[str, Any]:
    """Return a document of a package; empty for one that is not there or cannot be read."""
    try:
        found = _parsed(files.get(name, b""))
    except (ValueError, RecursionError, UnreadableError):
        return {}
    return found if isinstance(found, dict) else {}


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_package(members: Members, wanted: Wanted) -> list[Finding]:
    """Check a package: the manifest's signature, every file, and that what is in it belongs together."""
    files = dict(members)
    manifest = _inner(files, MANIFEST)
    if manifest.get("format") != ARCHIVE:
        _unreadable("压缩包里没有归档清单，不是归档包。", "There is no manifest in the zip: it is no archive package.")
    signed = check_signature(manifest, wanted.key)
    proof = [Finding(it.right, f"归档清单：{it.zh}", f"Manifest: {it.en}") for it in signed]
    told = say_package(manifest) if all(it.right for it in proof) else []
    return [
        *proof, *told, *check_sums(members, manifest), *check_paper(files, manifest), *check_versions(files, manifest),
        *check_letters(files, manifest), *check_box(files, manifest, wanted), *check_extract(files, manifest),
    ]  # fmt: skip


def say_package(manifest: dict[str, Any]) -> list[Finding]:
    """Say of which round a package is, who made it when, and for whom it is."""
    name, by, at = (_plain(manifest.get(key)) for key in ("title", "made_by", "made_at"))
    body, scope = _plain(manifest.get("organisation")), manifest.get("scope_words")
    words = scope if isinstance(scope, dict) else {}
    zh, en = ("演练，不是正式结果：", "A rehearsal, no result: ") if manifest.get("rehearsal") is True else ("", "")
    return [
        right(
            f"{zh}“{body}”“{name}”的归档包，{by}于 {at[:19]} 生成。",
            f"{en}Package of “{name}” of “{body}”, made by {by} at {at[:19]}.",
        ),
        right(f"使用范围：{_plain(words.get('zh'), 400)}", f"For whom: {_plain(words.get('en'), 400)}"),
    ]


def _listed(files: dict[str, bytes]) -> list[tuple[str, str]]:
    lines = files.get(SUMS, b"").decode("ascii", "replace").splitlines()
    return [(name, digest) for digest, _, name in (line.partition("  ") for line in lines)]


def check_sums(members: Members, manifest: dict[str, Any]) -> list[Finding]:
    """Compare every file with the checksums, and these with the signed manifest."""
    files, listed = dict(members), _listed(dict(members))
    found = []
    if _sha(files.get(SUMS, b"")) != manifest.get("sums") or manifest.get("files") != len(listed):
        found.append(wrong("校验值表与签名的清单不符。", "The checksums are not those of the signed manifest."))
    known = {MANIFEST, SUMS, *(name for name, _ in listed)}
    for name in [name for name in files if name not in known]:
        found.append(wrong(f"多出一个文件：{name}", f"A file was added: {name}"))  # noqa: PERF401 - reads better
    for name, digest in listed:
        if name not in files:
            found.append(wrong(f"缺少文件：{_plain(name)}", f"A file is missing: {_plain(name)}"))
        elif _sha(files[name]) != digest:
            found.append(wrong(f"文件被改动过：{name}", f"A file was changed: {name}"))
    if not found and [name for name, _ in members] != [MANIFEST, SUMS, *(name for name, _ in listed)]:
        found.append(wrong("文件的顺序不对，压缩包被重新打包过。", "The files are out of order: it was packed anew."))
    return found or [right(f"{len(listed)} 个文件与校验值一致。", f"{len(listed)} files are as their checksums say.")]


def check_letters(files: dict[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    """Compare how many letters to units there are with the manifest and with the units of the newest result.

    Packages of before there were letters in them name none.
    """
    if "letters" not in manifest:
        return []
    count, versions = sum(name.startswith("letters/") for name in files), manifest.get("versions")
    newest = versions[-1] if isinstance(versions, list) and versions else ""
    rated = _rated(_inner(files, f"results/version-{newest}.json"))
    if count == manifest["letters"] == rated:
        return [right(f"反馈函 {count} 份，每个对象一份。", f"{count} letters, one for each that was rated.")]
    zh, en = (
        f"反馈函 {count} 份，与结果中的 {rated} 个对象不符。",
        f"{count} letters for the {rated} rated in the result.",
    )
    return [wrong(zh, en)]


def _rated(document: dict[str, Any]) -> int:
    """Return how many objects a result of either shape holds; none where it has the shape of no result."""
    sections = document.get("sections", [{"targets": document.get("units", [])}])
    targets = [one.get("targets") if isinstance(one, dict) else None for one in _list(sections)]
    return sum(len(_list(each)) for each in targets)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def check_paper(files: dict[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    """Compare the frozen paper with its hash and its round."""
    text = files.get("paper/paper.json", b"")
    paper = _inner(files, "paper/paper.json")
    if _sha(text) == manifest.get("paper") and paper.get("round_id") == manifest.get("round_id"):
        return [right(f"测评表指纹一致：{_sha(text)}", f"The paper is the one that was frozen: {_sha(text)}")]
    return [wrong("测评表不是本轮冻结的那一份。", "The paper is not the one that was frozen for this round.")]


def _key_of(document: dict[str, Any]) -> str:
    signature = document.get("signature")
    return str(signature.get("public_key", "")) if isinstance(signature, dict) else ""


def _is_ours(document: dict[str, Any], manifest: dict[str, Any]) -> bool:
    """Whether a signed document of a package is of its round and its box, and signed with the manifest's key."""
    same = (document.get("round_id"), document.get("root") or None) == (manifest.get("round_id"), manifest.get("root"))
    is_known = isinstance(document.get("format"), str) and bool(_key_of(manifest))
    return same and is_known and all(it.right for it in check_signature(document, _key_of(manifest)))


def check_versions(files: dict[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    """Check every version of the result against what was signed when it was made, and the result as it was seen."""
    listed, found = manifest.get("versions"), []
    for version in listed if isinstance(listed, list) and listed else [0]:
        name = f"results/version-{version}"
        told = _inner(files, f"{name}.signed.json")
        same = (told.get("format"), told.get("version")) == (VERSION, version)
        same = same and told.get("digest") == _sha(files.get(f"{name}.json", b"")) and _is_ours(told, manifest)
        number, say = _plain(version), right if same else wrong
        zh, en = (
            ("与生成时的签名一致", "is as it was signed") if same else ("与生成时的签名不符", "is not as it was signed")
        )
        found.append(say(f"结果第 {number} 版{zh}。", f"Version {number} of the result {en}."))
    seen = _inner(files, "results/result.json")
    if seen.get("format") != RESULT or not _is_ours(seen, manifest):
        found.append(
            wrong(
                "组织者看到的结果不是本轮的，或签名不对。",
                "The result as organisers saw it is not of this round, or wrongly signed.",
            )
        )
    return found


def check_box(files: dict[str, bytes], manifest: dict[str, Any], wanted: Wanted) -> list[Finding]:
    """Recompute the root of the box from the receipts, and compare it with manifest, result and what was printed."""
    if not manifest.get("root"):
        if not (wanted.root or wanted.receipt):
            return [right("这一轮开箱时还没有票箱指纹。", "This box was opened before there were box fingerprints.")]
        return [wrong("这一轮没有票箱指纹，不能核对。", "This round has no box fingerprint to compare.")]
    document = _inner(files, "receipts.json")
    is_own = document.get("format") == RECEIPTS and document.get("paper") == manifest.get("paper")
    if not is_own or not _is_ours(document, manifest):
        return [wrong("回执名单不是本轮的，或签名不对。", "The receipts list is not of this round, or wrongly signed.")]
    return check_receipts(document, wanted)


def check_extract(files: dict[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    """Recompute the hash of every entry of the audit extract, and the chain where entries follow each other."""
    document = _inner(files, "audit.json")
    entries, log = document.get("entries"), document.get("log")
    about = (document.get("format"), document.get("round_id")) == (EXTRACT, manifest.get("round_id"))
    if not about or not isinstance(entries, list) or not isinstance(log, dict):
        return [wrong("操作日志的摘录不是本轮的。", "The audit extract is not of this round.")]
    before: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not _follows(entry, before, str(manifest.get("round_id"))):
            number = _plain(entry.get("number") if isinstance(entry, dict) else entry)
            zh, en = (
                f"操作日志第 {number} 条被改动、增加或调换过。",
                f"Entry {number} of the log was changed, added or moved.",
            )
            return [wrong(zh, en)]
        before = entry
    if before.get("number") == log.get("entries") and before.get("hash") != log.get("head"):
        return [wrong("操作日志的最后一条与日志的校验值不符。", "The last entry does not give the head of the log.")]
    count, head = len(entries), _plain(log.get("head"))
    return [
        right(
            f"操作日志本轮 {count} 条，校验值都对；别的事项的条目不在包里。日志的校验值可与审计员的日志核对：{head}",
            f"{count} entries of the audit log on this round, the hash of each is right; entries on other matters are "
            f"not in the package. The head of the log, to be compared with the auditor's: {head}",
        )
    ]


def _follows(entry: dict[str, Any], before: dict[str, Any], round_id: str) -> bool:
    """Whether an entry is on this round, has the hash of its content, and may stand behind the one before."""
    told = [entry.get(name) for name in HASHED]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    number, last = entry.get("number"), before.get("number", 0)
    if type(number) is not int or number <= last or entry.get("subject") != round_id:
        return False
    linked = number != last + 1 or entry.get("previous_hash") == before.get("hash", "0" * 64)
    return linked and entry.get("hash") == _sha(text.encode())


# ---- All together ----


def _checked(paths: Sequence[Path], wanted: Wanted) -> list[Finding]:
    packages = [unpack(path) for path in paths if is_package(path)]
    documents = [read(path) for path in paths if not is_package(path)]
    found = [finding for members in packages for finding in check_package(members, wanted)]
    if documents:
        found += check(documents, wanted._replace(receipt="") if packages else wanted)
    manifests = [_inner(dict(members), MANIFEST) for members in packages]
    return found + (check_together([*documents, *manifests]) if manifests else [])


def report(paths: Sequence[Path], wanted: Wanted, language: str = "") -> int:
    """Check files and say what was found; return 0 if all is right, else 1."""
    try:
        findings = _checked(paths, wanted)
    except UnreadableError as error:
        findings = [wrong(*error.args)]
    is_right = all(finding.right for finding in findings)
    end = right("全部正确。", "All is right.") if is_right else wrong("有不对的地方。", "Something is wrong.")
    findings.append(end)
    chinese = (language or os.environ.get("LANG", "zh")).lower().startswith(("zh", "c"))
    for finding in findings:
        sys.stdout.write(f"{'[OK]' if finding.right else '[!!]'} {finding.zh if chinese else finding.en}\n")
    return 0 if is_right else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program of its own."""
    parser = argparse.ArgumentParser(description="manyidu: check receipts lists, results and archive packages")
    parser.add_argument("files", nargs="+", type=Path, help="receipts.json, result.json, archive.zip")
    parser.add_argument("--root", default="", help="box fingerprint as printed: 64 hex digits or eight signs")
    parser.add_argument("--receipt", default="", help="receipt to look up in the list")
    parser.add_argument("--key", default="", help="public key as printed on the page /verify: 64 hex digits")
    parser.add_argument("--lang", default="", choices=("", "zh", "en"), help="language of the answer")
    given = parser.parse_args(arguments)
    return report(given.files, Wanted(given.root, given.receipt, given.key), given.lang)


if __name__ == "__main__":
    sys.exit(main())
