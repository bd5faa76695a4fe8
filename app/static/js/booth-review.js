// Shows the answers once more. Text goes in as text, never as markup.

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function marksOf(unit) {
  const list = element("dl", "marks", "");
  for (const cell of unit.querySelectorAll("[data-cell]")) {
    const mark = cell.querySelector("input:checked").nextElementSibling;
    const row = document.createElement("div");
    row.append(element("dt", "", cell.querySelector("legend").textContent));
    row.append(element("dd", mark.parentNode.className, mark.textContent));
    list.append(row);
  }
  return list;
}

function card(unit, texts, change) {
  const title = unit.querySelector("h2");
  const made = element("section", "card unit", "");
  const head = element("div", "unit-head", "");
  const button = element("button", "tool", texts.textChange);
  button.type = "button";
  button.setAttribute("aria-label", `${texts.textChange} ${title.textContent}`);
  button.addEventListener("click", () => change(title));
  head.append(element("h3", "", title.textContent), button);
  made.append(head, marksOf(unit));
  const remark = unit.querySelector("textarea");
  if (remark && remark.value.trim() !== "") {
    made.append(element("p", "remark-label", texts.textRemark), element("p", "remark-kept", remark.value.trim()));
  }
  return made;
}

export function fillReview(list, units, texts, change) {
  list.textContent = "";
  for (const unit of units) {
    list.append(card(unit, texts, change));
  }
}
