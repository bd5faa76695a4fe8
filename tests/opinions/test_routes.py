"""The pages about opinions, without scripts: organisers collect, merge, undo and take the workbook away."""

import io
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import openpyxl
import pytest
from httpx import Response

from app.core.db import Database
from app.core.masking import PHONE
from app.opinions import reads, service
from app.opinions.demo_opinions import DEMO_OPINIONS
from app.opinions.domain import UNSORTED, Kind
from app.opinions.proposed import GROUPS_SHOWN
from app.opinions.service import Wish
from app.web.forms import TOKEN_FIELD
from tests.cast import Desk, Desks
from tests.form_fields import Fields, sent
from tests.opinions.collected import acting, ids, make_opinions, make_published, merged
from tests.opinions.test_workbook_import import HEAD, workbook

APART = (
    *("猫抓伤人", "灯泡不亮", "桥面塌陷", "鱼塘干涸", "喇叭刺耳", "槐树倒伏", "井盖丢失"),
    *("羊群挡道", "雪堆未铲", "粉尘呛鼻", "彩旗褪色", "轮椅借完", "蜂箱蛰客"),
)
"""No two have a sign in common."""


def upload(desk: Desk, path: str, data: bytes, **fields: str) -> Response:
    """Send a workbook."""
    files = {"workbook": ("a.xlsx", data, "application/octet-stream")}
    answer: Response = desk.client.post(path, data={TOKEN_FIELD: desk.form_token, **fields}, files=files)
    return answer


def carried(page: Response) -> list[str]:
    """Return what the preview's form carries."""
    parts = page.text.split('name="rows[]" value="')[1:]
    return [part.split('">', 1)[0].replace("&#34;", '"').replace("&#39;", "'") for part in parts]


def test_it_works(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database)
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions"
    page = desk.get(root)
    assert "窗口态度生硬，不耐烦。" in page.text
    answer = desk.post(root, source="meeting", number="3", unit="", text="请回电13800138000", names="")
    assert (answer.status_code, answer.headers["location"]) == (303, root)
    assert f"请回电{PHONE}" in desk.get(root).text
    with database.reading() as session:
        all_ids = ids(session, campaign_id)
    fields: dict[str, str | list[str]] = {"opinions[]": [all_ids[0], all_ids[2]], "title": "窗口服务态度"}
    answer = desk.post(f"{root}/merge", place="", seen="0", issue="", **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{root}/merge")
    page = desk.get(f"{root}/merge")
    assert "1. 窗口服务态度" in page.text
    assert "窗口态度生硬" not in page.text
    with database.reading() as session:
        issue = reads.issues_of(session, campaign_id)[0]
    assert "窗口态度生硬" in desk.get(f"{root}/merge?place={issue.id}").text
    answer = desk.post(f"{root}/merge", place=issue.id, seen="1", do="rename", renamed="服务态度")
    assert answer.headers["location"] == f"{root}/merge?place={issue.id}"
    record = desk.get(f"{root}/record")
    assert "问题改名" in record.text
    assert desk.post(f"{root}/record", undoes="2").status_code == 303
    assert "窗口服务态度" in desk.get(f"{root}/merge").text


def test_the_record_is_searched_narrowed_and_paged(new_desk: Desks, database: Database) -> None:
    """It once ended with the last 500 acts: what was done before could be found and undone no more."""
    campaign_id = make_opinions(database)
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions"
    with database.writing() as session:
        first, *_ = ids(session, campaign_id)
        zhang = acting(session)
        service.do(zhang, campaign_id, Wish(Kind.NEW_ISSUE, (first,), words="Ｗｉｆｉ·不好"))
        for number in range(120):
            issue = reads.issues_of(session, campaign_id)[0].id
            service.do(zhang, campaign_id, Wish(Kind.RENAME_ISSUE, issue=issue, words=f"名称{number:03}"))
    page = desk.get(f"{root}/record").text
    assert (page.count('name="undoes"'), "1 / 3" in page, "共 121 条" in page) == (1, True, True)
    last = desk.get(f"{root}/record?part=3").text
    assert "Ｗｉｆｉ·不好" in last
    assert "Ｗｉｆｉ·不好" in desk.get(f"{root}/record?q=wifi不好").text
    assert "共 120 条" in desk.get(f"{root}/record?state=rename_issue").text
    assert "没有符合的" in desk.get(f"{root}/record?q=没有这个").text
    assert desk.get(f"{root}/record?state=nothing&part=x").text.count("<tr>") == page.count("<tr>")
    answer = desk.post(f"{root}/record", undoes="121", q="名称", state="rename_issue", part="2")
    assert answer.headers["location"] == f"{root}/record?{urlencode({'q': '名称', 'state': 'rename_issue', 'part': 2})}"


def test_proposals_are_accepted_group_by_group(new_desk: Desks, database: Database) -> None:
    texts = [text for some in DEMO_OPINIONS.values() for text in some]
    campaign_id = make_opinions(database, texts)
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions"
    page = desk.get(f"{root}/proposals").text
    assert page.count("采纳这一组") == 7
    for left in reversed(range(7)):
        (first, *_) = groups(page)
        page = desk.post(f"{root}/proposals", **sent(page, f"{root}/proposals", accept=first)).text
        assert page.count("采纳这一组") == left
    with database.reading() as session:
        assert len(reads.issues_of(session, campaign_id)) == reads.issue_count(session, campaign_id) == 7
        assert len(reads.collection(session, campaign_id).at(UNSORTED)) == 4


def groups(page: str) -> list[str]:
    return re.findall(r'name="accept" value="([^"]+)"', page)


def test_many_proposals_are_leafed_through_with_what_is_ticked_and_typed(new_desk: Desks, database: Database) -> None:
    """Untick and rename on the first page, leaf, accept there and go back: nothing is lost, and nothing else merged."""
    campaign_id = make_opinions(database, [text for text in APART for _ in range(3)])
    desk, path = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions/proposals"
    page = desk.get(path).text
    (first, second, *_), form = groups(page), sent(page, path)
    assert len(groups(page)) == GROUPS_SHOWN
    kept = form[f"opinions-{first}[]"][:2]
    typed: Fields = {f"opinions-{first}[]": kept, f"title-{first}": "甲", f"title-{second}": "乙"}
    page = desk.post(path, **form | typed, look="2").text
    assert (len(groups(page)), sent(page, path)["part"]) == (len(APART) - GROUPS_SHOWN, "2")
    page = desk.post(path, **sent(page, path, accept=groups(page)[0])).text
    assert len(groups(page)) == len(APART) - GROUPS_SHOWN - 1
    refused = desk.post(path, **sent(page, path, accept=groups(page)[0], **{f"title-{groups(page)[0]}": ""}))
    assert refused.status_code == 422
    page = desk.post(path, **sent(refused.text, path, look="1")).text
    form = sent(page, path)
    assert {name: form[name] for name in typed} == typed
    assert desk.post(path, **form | {"accept": first}).status_code == 200
    with database.reading() as session:
        found = reads.collection(session, campaign_id)
        assert [(issue.title, issue.opinion_count) for issue in found.filled][-1] == ("甲", 2)
        assert len(found.at(UNSORTED)) == 3 * len(APART) - 3 - 2


def test_a_key_that_presses_no_button_accepts_no_proposal(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database, [text for text in APART for _ in range(2)])
    desk, path = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions/proposals"
    page = desk.get(path).text
    (button, *_) = re.findall(r'<button[^>]*type="submit"[^>]*>', page[page.index(f'action="{path}"') :])
    (pressed,) = re.findall(r'name="look" value="([^"]+)"', button)
    assert len(groups(desk.post(path, **sent(page, path, look=pressed)).text)) == GROUPS_SHOWN
    with database.reading() as session:
        assert len(reads.collection(session, campaign_id).at(UNSORTED)) == 2 * len(APART)


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"title": "时限"}, 422, "没有勾选意见"),
        ({"opinions[]": "0"}, 422, "没有选择问题"),
        ({"opinions[]": "0", "title": "态度", "issue": ""}, 409, "已经有名为“态度”的问题"),
        ({"opinions[]": "0", "title": "时限", "issue": "there"}, 422, "请只留一样"),
        ({"opinions[]": "0", "issue": "nowhere"}, 409, "这个问题已不存在"),
        ({"opinions[]": "0", "do": "set_aside"}, 422, "没有写不采纳的理由"),
        ({"opinions[]": "0", "do": "vanish"}, 422, "选项无效"),
        ({"opinions[]": "0", "do": "detach"}, 409, "没有改动"),
        ({"opinions[]": "3", "title": "时限"}, 409, "已被他人归并"),
    ],
    ids=str,
)
def test_it_refuses_and_keeps_the_ticks(
    new_desk: Desks, database: Database, fields: dict[str, str], status: int, told: str
) -> None:
    campaign_id = make_opinions(database)
    issue = merged(database, campaign_id, "态度", 3)
    with database.reading() as session:
        all_ids = ids(session, campaign_id)
    sent = {name: issue if value == "there" else value for name, value in fields.items()}
    if "opinions[]" in sent:
        sent["opinions[]"] = all_ids[int(sent["opinions[]"])]
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions"
    page = desk.post(f"{root}/merge", **{"place": "", "seen": "0", **sent})
    assert page.status_code == status
    assert told in page.text
    if sent.get("opinions[]") == all_ids[0]:
        assert f'value="{all_ids[0]}" checked' in page.text
    with database.reading() as session:
        assert len(reads.collection(session, campaign_id).at(UNSORTED)) == 4


def test_a_refused_opinion_is_shown_again(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database)
    root = f"/campaigns/{campaign_id}/opinions"
    page = new_desk("zhangsan").post(root, source="sheet", number="1", unit="", text="写了很久的话", names="周大勇")
    assert page.status_code == 409
    assert "没有重复录入" in page.text
    assert "写了很久的话" in page.text
    assert 'value="周大勇"' in page.text


def test_opinions_come_out_of_excel_after_a_preview(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database, [])
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions"
    assert desk.get(f"{root}/import/template.xlsx").content[:2] == b"PK"
    data = workbook(
        HEAD, ("座谈会", 1, "县文化馆", "周大勇说“等着”，电话13800138000\n第二行"), ("其他", 1, "", "<b>'好'</b>")
    )
    page = upload(desk, f"{root}/import", data, names="周大勇")
    assert (page.status_code, "还没有保存" in page.text, "13800138000" in page.text) == (200, True, False)
    with database.reading() as session:
        assert reads.count_of(session, campaign_id) == 0
    parts = [part.replace("&lt;", "<").replace("&gt;", ">") for part in carried(page)]
    answer = desk.post(f"{root}/import/confirm", **{"rows[]": parts})
    assert answer.status_code == 303
    with database.reading() as session:
        texts = [opinion.text for opinion in reads.collection(session, campaign_id).opinions]
    assert texts == [f"〔姓名已隐去〕说“等着”，电话{PHONE}\n第二行", "<b>'好'</b>"]
    again = desk.post(f"{root}/import/confirm", **{"rows[]": parts})
    assert again.status_code == 422
    assert "号意见已经录入" in again.text


def test_nothing_is_imported_if_a_row_is_bad(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database, [])
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions"
    page = upload(desk, f"{root}/import", workbook(HEAD, ("座谈会", 1, "", "好"), ("座谈会", 2, "县广播站", "好")))
    assert page.status_code == 422
    assert "单位名单中没有“县广播站”" in page.text
    assert "确认保存" not in page.text
    assert upload(desk, f"{root}/import", b"hello").status_code == 422
    assert desk.post(f"{root}/import/confirm", **{"rows[]": "nonsense"}).status_code == 400
    assert desk.post(f"{root}/import/confirm").status_code == 422
    with database.reading() as session:
        assert reads.count_of(session, campaign_id) == 0


def test_remarks_are_taken_over_by_a_button(new_desk: Desks, database: Database) -> None:
    campaign_id, round_id = make_published(database)
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions"
    assert "转入测评留言" in desk.get(root).text
    answer = desk.post(f"{root}/remarks", round=round_id)
    assert answer.headers["location"] == f"{root}?taken=96"
    assert "已转入 96 条" in desk.get(f"{root}?taken=96").text
    assert desk.post(f"{root}/remarks", round=round_id).headers["location"] == f"{root}?taken=0"
    assert desk.post(f"{root}/remarks", round="nowhere").status_code == 404


def test_the_workbook_holds_every_opinion_once(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database, ["=1+1", "态度差", "拖了三个月", "@SUM(A1)"])
    merged(database, campaign_id, "-态度", 0, 1)
    answer = new_desk("zhangsan").get(f"/campaigns/{campaign_id}/opinions/issues.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["问题", "问题与意见", "未归并", "不采纳"]
    assert [[cell.value for cell in row] for row in book["问题"].iter_rows(min_row=2)] == [
        [1, "-态度", None, 2],
        [None, "未归并", None, 2],
        [None, "不采纳", None, 0],
        [None, "合计", None, 4],
    ]
    texts = [row[-1].value for name in book.sheetnames[1:3] for row in book[name].iter_rows(min_row=2)]
    assert sorted(texts) == sorted(["=1+1", "态度差", "拖了三个月", "@SUM(A1)"])
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value} <= {"s", "n"}


def test_the_search_and_the_pages_keep_their_place(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database, [f"第{number}条意见" for number in range(250)])
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions"
    assert desk.get(f"{root}/merge?part=3").text.count('name="opinions[]"') == 50
    assert desk.get(f"{root}/merge?part=99999&place=gone").text.count('name="opinions[]"') == 50
    assert desk.get(f"{root}/merge?q=第２４").text.count('name="opinions[]"') == 11
    assert "没有含有这些字的意见" in desk.get(f"{root}/merge?q=没有").text
    assert "5 / 5" in desk.get(f"{root}?part=7").text
    with database.reading() as session:
        first = ids(session, campaign_id)[0]
    fields = {"opinions[]": first, "title": "第几", "place": "", "q": "第2&", "part": "2", "seen": "0"}
    assert desk.post(f"{root}/merge", **fields).headers["location"] == f"{root}/merge?q=%E7%AC%AC2%26&part=2"


def test_a_new_name_keeps_what_was_looked_for(new_desk: Desks, database: Database) -> None:
    """Rename an issue while its opinions and the issues beside it are searched, as the page sends it."""
    campaign_id = make_opinions(database, [f"第{number}条意见" for number in range(130)])
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions/merge"
    issue = merged(database, campaign_id, "停车难", *range(120))
    asked = {"place": issue, "q": "条意见", "part": "2", "issues-q": "停"}
    page = desk.get(f"{root}?{urlencode(asked)}").text
    refused = desk.post(root, **sent(page, root, do="rename", renamed=""))
    assert (refused.status_code, "2 / 2" in refused.text, 'value="条意见"' in refused.text) == (422, True, True)
    done = desk.post(root, **sent(page, root, do="rename", renamed="停车不便"))
    there = dict(parse_qsl(urlsplit(done.headers["location"]).query))
    assert (done.status_code, there) == (303, {**asked, "issues-part": "1"})
    page = desk.get(done.headers["location"]).text
    assert ("1. 停车不便" in page, "2 / 2" in page) == (True, True)


def test_a_new_name_keeps_what_is_ticked(new_desk: Desks, database: Database) -> None:
    """Of two pages, and what is typed beside; the key that presses no button renames where only the name changed."""
    campaign_id = make_opinions(database, [f"第{number}条意见" for number in range(130)])
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions/merge"
    issue = merged(database, campaign_id, "停车难", *range(120))
    with database.reading() as session:
        first, second, *_ = (each.id for each in reads.collection(session, campaign_id).at(issue))
    page = desk.get(f"{root}?place={issue}").text
    page = desk.post(root, **sent(page, root, look="2", **{"opinions[]": [first]})).text
    done = desk.post(root, **sent(page, root, look="enter", renamed="停车不便"))
    assert (done.status_code, "1. 停车不便" in done.text, "2 / 2" in done.text) == (200, True, True)
    kept = sent(done.text, root)
    assert (kept["opinions[]"], kept["renamed"], kept["named"]) == ([first], "停车不便", "停车不便")
    assert desk.post(root, **kept | {"opinions[]": [first, second], "title": "停车位少"}).status_code == 303
    with database.reading() as session:
        assert [one.opinion_count for one in reads.issues_of(session, campaign_id)] == [118, 2]


def test_what_is_ticked_and_typed_stays_while_one_looks_further(new_desk: Desks, database: Database) -> None:
    """Tick one on the third page and one that was looked for, name the issue in between, and merge both."""
    campaign_id = make_opinions(database, [f"第{number}条意见" for number in range(250)])
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions/merge"
    with database.reading() as session:
        known = ids(session, campaign_id)
    last = desk.post(root, place="", seen="0", title="停车难", look="3", **{"opinions[]": known[7]}).text
    assert (last.count('type="checkbox" name="opinions[]"'), 'value="停车难"' in last) == (50, True)
    assert f'type="hidden" name="opinions[]" value="{known[7]}"' in last
    both: dict[str, str | list[str]] = {"opinions[]": [known[7], known[249]], "place": "", "seen": "0"}
    found = desk.post(root, **both, title="停车难", look="find", q="第１７条").text
    assert (found.count('type="checkbox" name="opinions[]"'), found.count('type="hidden" name="opinions[]"')) == (1, 2)
    with database.reading() as session:
        assert reads.collection(session, campaign_id).acts == 0
    assert desk.post(root, **both, title="停车难", q="第１７条", looked="第１７条", look="enter").status_code == 303
    with database.reading() as session:
        assert [issue.opinion_count for issue in reads.collection(session, campaign_id).issues] == [2]


def test_issues_are_looked_for_beside_the_opinions(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database, [f"第{number}条意见" for number in range(60)])
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions/merge"
    with database.reading() as session:
        known = ids(session, campaign_id)
    for number, opinion in enumerate(known[:55]):
        assert desk.post(
            root, **{"opinions[]": opinion, "title": f"第{number}个问题", "place": "", "seen": str(number)}
        )
    page = desk.get(f"{root}?q=意见").text
    assert (len(re.findall(r"merge\?place=[^>]+>\d+\. ", page)), 'value="issues-2"' in page) == (50, True)
    found = desk.get(f"{root}?issues-q=５4个").text
    assert re.findall(r">(\d+\. 第\d+个问题) ", found.split("merge-work")[0]) == ["55. 第54个问题"]
    assert "没有符合的" not in found
    ticked: dict[str, str | list[str]] = {
        "opinions[]": [known[57], known[58]],
        "title": "新问题",
        "reason": "重复",
        "place": "",
        "seen": "55",
    }
    searched: dict[str, str | list[str]] = {**ticked, "q": "意见", "issues-q": "５4个", "issues-part": "1"}
    for look, listed in {"issues-find": 1, "issues-all": 50, "issues-2": 1, "1": 1}.items():
        beside = desk.post(root, **searched | ({"issues-q": ""} if look == "issues-2" else {}), look=look).text
        assert len(re.findall(r"merge\?place=[^>]+>\d+\. ", beside)) == (5 if look == "issues-2" else listed)
        assert re.findall(r'value="([^"]+)" checked', beside) == ticked["opinions[]"]
        assert ('value="新问题"' in beside, 'value="重复"' in beside) == (True, True)
    entered = desk.post(root, **searched, **{"issues-looked": ""}, looked="意见", look="enter")
    assert (entered.status_code, entered.text.count(">55. 第54个问题")) == (200, 2), "in the list and in the choice"
    done = desk.post(root, **searched, **{"issues-looked": "５4个"}, looked="意见", look="enter")
    assert (done.status_code, "issues-q=" in done.headers["location"]) == (303, True)
    kept = desk.get(done.headers["location"]).text.split("merge-work")[0]
    assert re.findall(r">(\d+\. 第\d+个问题) ", kept) == ["55. 第54个问题"]


def test_a_name_that_is_refused_stays_to_be_changed(new_desk: Desks, database: Database) -> None:
    campaign_id = make_opinions(database)
    desk, root = new_desk("zhangsan"), f"/campaigns/{campaign_id}/opinions/merge"
    issue, _ = merged(database, campaign_id, "停车难", 0), merged(database, campaign_id, "停车", 1)
    refused = desk.post(root, place=issue, seen="2", do="rename", renamed="停车")
    assert (refused.status_code, 'id="f-rename" name="renamed" value="停车"' in refused.text) == (409, True)


@pytest.mark.parametrize("login", ["wujiu", "zhaoliu", "lisi", "sunqi", "zhengshi"])
def test_it_refuses_everybody_but_organisers(new_desk: Desks, database: Database, login: str) -> None:
    campaign_id = make_opinions(database)
    desk, root = new_desk(login), f"/campaigns/{campaign_id}/opinions"
    pages = ("", "/merge", "/proposals", "/record", "/import", "/issues.xlsx", "/import/template.xlsx")
    assert {desk.get(root + page).status_code for page in pages} == {403}
    posts = ("", "/merge", "/proposals", "/record", "/import", "/import/confirm", "/remarks")
    assert {desk.post(root + post).status_code for post in posts} == {403}


def test_it_refuses_an_unknown_campaign(new_desk: Desks, database: Database) -> None:
    make_opinions(database, [])
    desk = new_desk("zhangsan")
    pages = ("", "/merge", "/proposals", "/record", "/import", "/issues.xlsx", "/import/template.xlsx")
    assert {desk.get(f"/campaigns/nowhere/opinions{page}").status_code for page in pages} == {404}
    assert desk.post("/campaigns/nowhere/opinions", source="sheet", number="1", text="好").status_code == 404
