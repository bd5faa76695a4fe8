"""Acts on the tree and on registers, on both databases."""

import pytest

from app.accounts import people
from app.accounts import service as accounts
from app.campaigns import registered
from app.campaigns.models import Campaign, Unit
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.lists import Wish
from app.core.scope import limit
from app.offices import reads, register, service
from app.offices.models import Office, RegisteredUnit
from tests.cast import MORNING, refuses
from tests.statements import sent

ZHANG = Principal("idzhangsan", "张三", "organiser")


def no_key(*_: object) -> list[tuple[str, str, str]]:
    """Nobody holds a key to anything."""
    return []


def grow(database: Database) -> dict[str, str]:
    """Let 东县 with 河乡 and 西县 stand below the root; return the ids by name."""
    with database.writing() as session:
        service.add_pasted(Acting(session, MORNING, ZHANG), "名称\t上级\n东县\t\n河乡\t东县\n西县\n")
    with database.reading() as session:
        return {node.name: node.id for node in reads.the_tree(session).nodes.values()}


def refused(database: Database, act: object, *arguments: object, actor: Principal = ZHANG) -> str:
    """Return the code that an act is refused with."""
    with pytest.raises(DomainError) as told, database.writing() as session:
        act(Acting(session, MORNING, actor), *arguments)  # type: ignore[operator]
    return told.value.code


def test_it_works(database: Database) -> None:
    ids = grow(database)
    with database.writing() as session:
        service.edit(Acting(session, MORNING, ZHANG), ids["河乡"], "西河乡", ids["西县"], no_key)
    with database.reading() as session:
        assert reads.the_tree(session).way(ids["河乡"], "root") == "西县 / 西河乡"
        assert reads.reach_from(session, "root") is None
        assert reads.reach_from(session, ids["东县"]) == (ids["东县"],)
        assert reads.office_called(session, "东县") == ids["东县"]


def test_it_refuses_what_leaves_no_tree_or_no_name(database: Database) -> None:
    ids = grow(database)
    assert refused(database, service.add, "root", "东县") == "office_name_taken"
    assert refused(database, service.add, "root", "东\u200b县\u202e") == "office_name_taken"
    assert refused(database, service.add, "root", " \u2060 ") == "name_missing"
    assert refused(database, service.add_pasted, "\u200b\t东县") == "office_line_unread"
    assert refused(database, service.edit, ids["东县"], "东县", ids["河乡"], no_key) == "office_move_wrong"
    assert refused(database, service.add_pasted, "南县\t无此市") == "office_line_unread"
    assert refused(database, service.delete, "root") == "office_not_empty"


def test_offices_of_one_name_are_told_apart_by_their_ways(database: Database) -> None:
    """Two 城关镇 stand below 东县 and 西县: a parent of that name alone could be either."""
    ids = grow(database)
    with database.writing() as session:
        service.add_pasted(
            Acting(session, MORNING, ZHANG), "城关镇\t东县\n城关镇\t西县\n东街\t西县 / 城关镇\n北街\t东街"
        )
    assert refused(database, service.add_pasted, "南街\t城关镇") == "office_parent_unclear"
    with database.reading() as session:
        tree = reads.the_tree(session)
        ways = {tree.way(each, "root") for each in tree.nodes if tree.nodes[each].name.endswith("街")}
        assert ways == {"西县 / 城关镇 / 东街", "西县 / 城关镇 / 东街 / 北街"}
        east = Principal("iddong", "东", "organiser", ids["东县"], (ids["东县"],))
        assert reads.ways_in_reach(session, east) == {ids["东县"]: "东县"}
        assert set(reads.ways_in_reach(session, ZHANG).values()) >= {"东县 / 城关镇", "西县 / 城关镇"}
        found = reads.office_called(session, "东县/城关镇")
        assert tree.way(found, "root") == "东县 / 城关镇"
        with refuses("office_unknown"):
            reads.office_called(session, "城关镇")


def test_pasted_offices_read_the_tree_once(database: Database) -> None:
    with database.writing() as session, sent(session) as asked:
        service.add_pasted(Acting(session, MORNING, ZHANG), "\n".join(f"县{number}" for number in range(40)))
    assert len([one for one in asked if one.startswith("SELECT") and "FROM office" in one]) == 1


def test_nothing_is_put_below_an_office_that_is_closed_to_the_actor(database: Database) -> None:
    ids = grow(database)
    with database.writing() as session:
        session.get_one(Office, ids["东县"]).is_closed = True
    above = Principal("idzhangsan", "张三", "organiser", "root", ("root", ids["西县"]))
    assert refused(database, service.add_pasted, "新村\t河乡", actor=above) == "office_line_unread"
    assert refused(database, service.edit, ids["西县"], "西县", ids["河乡"], no_key, actor=above) == "office_move_wrong"


def test_only_those_of_the_root_shape_the_tree(database: Database) -> None:
    ids = grow(database)
    east = Principal("iddong", "东", "organiser", ids["东县"])
    for act, arguments in (
        (service.add, (ids["东县"], "新乡")),
        (service.edit, (ids["河乡"], "新名", ids["东县"], no_key)),
        (service.delete, (ids["河乡"],)),
    ):
        assert refused(database, act, *arguments, actor=east) == "not_found"
    assert refused(database, lambda acting: service.set_closed(acting, ids["东县"], no_key, closed=True)) == "not_found"
    with database.writing() as session:
        service.set_closed(Acting(session, MORNING, east), ids["东县"], no_key, closed=True)
    with database.reading() as session:
        assert reads.reach_from(session, "root") == tuple(sorted(("root", ids["西县"])))


def test_an_office_is_deleted_when_nothing_is_left_in_it(database: Database) -> None:
    ids = grow(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        accounts.create_account(session, MORNING, ZHANG, ("dong", "东", "organiser"), None, ids["西县"])
        register.add_pasted(acting, ids["西县"], "文化馆\n")
    with pytest.raises(DomainError) as told, database.writing() as session:
        service.delete(Acting(session, MORNING, ZHANG), ids["西县"])
    assert {name for name, count in told.value.params.items() if count} == {"accounts", "units"}
    assert refused(database, service.delete, ids["东县"]) == "office_not_empty"
    with database.writing() as session:
        service.delete(Acting(session, MORNING, ZHANG), ids["河乡"])
        service.delete(Acting(session, MORNING, ZHANG), ids["东县"])
        assert session.get(Office, ids["东县"]) is None


def test_who_sees_an_office_holds_its_keys(database: Database) -> None:
    ids = grow(database)
    with database.writing() as session:
        for login, office in (("shi", "root"), ("dong", ids["东县"]), ("xi", ids["西县"])):
            accounts.create_account(session, MORNING, ZHANG, (login, login, "scrutineer"), None, office)
    with database.reading() as session:
        limit(session, [ids["东县"]])
        assert [one.login for one in accounts.everyone(session)] == ["dong"]
        assert {one.login for one in people.who_see(session, ids["东县"])} == {"shi", "dong"}
        assert {one.login for one in people.who_see(session, "root")} == {"shi"}


def test_the_register_keeps_its_ids(database: Database) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        assert register.add_pasted(acting, "root", "名称\t代码\n文化馆\t12X\n图书馆\n文\u200b化馆\n") == 2
        session.add(Campaign(id="c1", title="测评", organisation="局", scheme="{}", created_at=MORNING))
        session.flush()
        session.add(Unit(id="u0", campaign_id="c1", position=0, name="图书馆"))
        session.add(Unit(id="u1", campaign_id="c1", position=1, name="博物馆"))
        session.flush()
        registered.write_down(acting, "c1")
    with database.writing() as session:
        units = {unit.name: unit for unit in register.registered(session, "root")}
        assert list(units) == ["文化馆", "图书馆", "博物馆"]
        assert session.get_one(Unit, "u0").register_id == units["图书馆"].id
        assert session.get_one(Unit, "u1").register_id == units["博物馆"].id
        register.rename(Acting(session, MORNING, ZHANG), "root", units["图书馆"].id, "县图书馆", "")
    with database.reading() as session:
        assert session.get_one(Unit, "u0").name == "图书馆"
        assert [unit.name for unit in register.found_units(session, "root", Wish("图书")).rows] == ["县图书馆"]
        assert [unit.name for unit in register.found_units(session, "root", Wish("12X")).rows] == ["文化馆"]


def test_the_register_refuses_lines_that_hold_more(database: Database) -> None:
    assert refused(database, register.add_pasted, "root", "甲\t1\t2") == "register_line_unread"
    assert refused(database, register.add_pasted, "root", " \n") == "name_missing"
    with database.writing() as session:
        register.add_pasted(Acting(session, MORNING, ZHANG), "root", "甲\n乙")
        first, second = register.registered(session, "root")
        taken = second.name
        first_id = first.id
    assert refused(database, register.rename, "root", first_id, taken, "") == "register_name_taken"
    assert refused(database, register.rename, "elsewhere", first_id, "丙", "") == "not_found"
    with database.writing() as session:
        register.delete(Acting(session, MORNING, ZHANG), "root", first_id)
        assert session.get(RegisteredUnit, first_id) is None
