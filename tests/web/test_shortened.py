"""Shortened names mean what they meant: scopes, patterns and fields, text by text."""

import pytest

from app.web.shortened import shortened

CASES = {
    "inner scopes use the same few names": (
        "function first(one){return one+second(one)}function second(other){return other}",
        "function t(t){return t+e(t)}function e(e){return e}",
    ),
    "an inner name never hides an outer one that is used": (
        "function outer(cells){return cells.map((cell)=>cell+cells.length)}",
        "function e(e){return e.map((t)=>t+e.length)}",
    ),
    "a loop's own name, and what it goes through": (
        "function all(form){for(const one of form.parts){tell(one)}return form}",
        "function e(e){for(const t of e.parts){tell(t)}return e}",
    ),
    "the same word inside and outside of a block": (
        "const name=1;if(name){const name=2;tell(name)}tell(name);",
        "const e=1;if(e){const e=2;tell(e)}tell(e);",
    ),
    "fields of an object are written out, given and taken": (
        "const cells=1;const made={cells,other:cells,cells2:3};function take({cells=4,page}){return cells+page}",
        "const e=1;const t={cells:e,other:e,cells2:3};function n({cells:e=4,page}){return e+page}",
    ),
    "a block that begins with a name is no object": (
        "let early=null;if(entry){early={code:1};early.answer=2}",
        "let e=null;if(entry){e={code:1};e.answer=2}",
    ),
    "methods and properties keep their names": (
        "const cells=1;class Pages{cells(){return this.cells+cells}}const one={cells(cells){return cells}};",
        "const e=1;class t{cells(){return this.cells+e}}const n={cells(e){return e}};",
    ),
    "lists are taken apart": (
        "function tell(parts){for(const[name,[first,last]]of parts){say(name,first,...last)}}",
        "function e(e){for(const[s,[t,n]]of e){say(s,t,...n)}}",
    ),
    "what is caught": (
        "try{act()}catch(error){tell(error)}finally{end()}",
        "try{act()}catch(e){tell(e)}finally{end()}",
    ),
    "text and what is inserted in it": (
        "function say(count){return`count ${count+one(count)} of`+'count'}",
        "function e(e){return`count ${e+one(e)} of`+'count'}",
    ),
    "what nobody declares stays": ("window.tell(document,name1);", "window.tell(document,name1);"),
    "what is exported stays": (
        "export const half=(whole)=>whole;export async function last(one){return one}",
        "export const half=(e)=>e;export async function last(e){return e}",
    ),
    "an arrow ends with its argument": (
        "function run(steps,then){return steps.map((step)=>step.go,then).each((then)=>then)}",
        "function e(e,t){return e.map((e)=>e.go,t).each((e)=>e)}",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_works(name: str) -> None:
    script, short = CASES[name]
    assert shortened(script) == short


def test_no_name_is_one_that_stands_beside_or_is_a_word_of_the_language() -> None:
    names = ";".join(f"const name{at}={at}" for at in range(3_000))
    short = shortened(names, beside="const A=1,b=2,aa=3;")
    given = [one.split("=")[0] for one in short.removeprefix("const ").split(";const ")]
    assert len(set(given)) == 3_000
    assert not {"A", "b", "aa", "do", "if", "in", "of", "as", "is"} & set(given)
