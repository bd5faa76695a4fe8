// Shows the answers once more: each leads to its mark.

import { element, putFolded } from "./booth-element.js";

const ROWS_UP_TO = 96;
const CARDS = 64;
const SMALL_CARDS = 24; // of large type or on a narrow phone, so that no view is longer than twelve screens

function markButton(unit, cell, change) {
  const mark = cell.querySelector("input:checked").nextElementSibling;
  const item = cell.querySelector("legend").textContent;
  const button = element("button", `mark ${mark.parentNode.className}`, mark.textContent);
  button.type = "button";
  button.setAttribute("aria-label", `${unit} · ${item}: ${mark.textContent}`);
  button.addEventListener("click", () => change(cell, button));
  return button;
}

function rows(name, cells, change) {
  const list = element("dl", "marks", "");
  for (const cell of cells) {
    const row = document.createElement("div");
    const said = document.createElement("dd");
    said.append(markButton(name, cell, change));
    const asked = document.createElement("dt");
    asked.append(...cell.querySelector("legend").cloneNode(true).childNodes);
    row.append(asked, said);
    list.append(row);
  }
  return list;
}

// A long paper's marks stand side by side, each under the beginning of its item.
function brief(name, cells, change) {
  const list = element("div", "brief", "");
  for (const cell of cells) {
    const button = markButton(name, cell, change);
    button.prepend(element("small", "", cell.querySelector("legend").lastChild.textContent));
    list.append(button);
  }
  return list;
}

function card(unit, texts, marks, change) {
  const title = unit.querySelector("h2");
  const made = element("section", marks === brief ? "card unit tight" : "card unit", "");
  const head = element("div", "unit-head", "");
  const button = element("button", "tool", texts.textChange);
  button.type = "button";
  button.setAttribute("aria-label", `${texts.textChange} ${title.textContent}`);
  button.addEventListener("click", () => change(title, button));
  head.append(element("h3", "", title.textContent), button);
  const over = unit.previousElementSibling;
  if (over && over.matches("[data-part]")) {
    made.append(element("p", "count", over.firstElementChild.textContent));
  }
  made.append(head, marks(title.textContent, Array.from(unit.querySelectorAll("[data-cell]")), change));
  const remark = unit.querySelector("textarea");
  if (remark && remark.value.trim() !== "") {
    made.append(element("p", "remark-label", texts.textRemark), element("p", "remark-kept", remark.value.trim()));
  }
  return made;
}

// change(target, button): goes to a title or a cell; `button` is where the review is come back to.
export function fillReview(list, units, texts, change) {
  const marks = texts.cells > ROWS_UP_TO ? brief : rows;
  const cards = units.map((unit) => card(unit, texts, marks, change));
  putFolded(list, cards, texts.large || window.innerWidth < 360 ? SMALL_CARDS : CARDS, 0);
}
