// A long paper in pages: `paged` shows one object at a time, `matrix` one item and its objects, a row each. Both are made
// of the list's own markup, of which everything that is not on the page is hidden and so not laid out.
// Answers the paper's script when it asks for a layout, with the names of booth-list.js.

const ROWS = 64;
const LARGE_ROWS = 32; // so that no page is longer than twelve screens of a small phone

const cellsOf = (unit) => Array.from(unit.querySelectorAll("[data-cell]"));
const titleOf = (unit) => unit.querySelector("h2").textContent;
const partOf = (unit) => unit.closest("[data-unknown]");

// A page: title, units, and the place of its item among a unit's children behind the head (null: all of them).
function objectPages(units) {
  return units.map((unit) => ({ title: titleOf(unit), units: [unit], item: null }));
}

// The units of each section.
function sectionsOf(units) {
  return units.map(partOf).filter((part, at, all) => all.indexOf(part) === at).map((part) => units.filter((unit) => partOf(unit) === part));
}

// Where a paper has several sections, the name of one stands before its items.
function sectionName(units) {
  const head = partOf(units[0]).querySelector("[data-part] h2");
  return head ? `${head.textContent} · ` : "";
}

function blocks(units) {
  const count = Math.ceil(units.length / (document.getElementById("large").checked ? LARGE_ROWS : ROWS));
  const size = Math.ceil(units.length / count);
  return Array.from({ length: count }, (_, at) => ({ from: at * size, units: units.slice(at * size, (at + 1) * size) }));
}

function itemPages(units, texts) {
  const names = cellsOf(units[0]).map((cell) => cell.querySelector("legend").textContent);
  if (units[0].querySelector(".remark")) {
    names.push(texts.textRemark);
  }
  const parts = blocks(units);
  const range = ({ from, units: rows }) => (parts.length > 1 ? ` ${from + 1}–${from + rows.length}` : "");
  const section = sectionName(units);
  return [].concat(...names.map((name, item) => parts.map((part) => ({ title: section + name + range(part), units: part.units, item }))));
}

function cellsOn(page) {
  const cells = (unit) => (page.item === null ? cellsOf(unit) : cellsOf(unit).slice(page.item, page.item + 1));
  return [].concat(...page.units.map(cells));
}

function isOn(page, target) {
  const unit = target.closest("[data-unit]");
  const place = Array.from(unit.children).findIndex((child) => child.contains(target)) - 1;
  return page.units.includes(unit) && (page.item === null || place < 0 || page.item === place);
}

function headOf(ballot) {
  const head = document.createElement("div");
  head.className = "unit-head where";
  const title = document.createElement("h2");
  title.tabIndex = -1;
  const count = document.createElement("p");
  count.className = "count";
  head.append(title, count);
  ballot.querySelector(".main").insertBefore(head, ballot.querySelector(".main > [data-unit], .main > [data-unknown]"));
  return head;
}

// Whether every item is one row of short words, so that it stands beside the name.
function areShort(units) {
  return Array.from(units[0].querySelectorAll(".grades")).every((one) => one.classList.contains(`cols-${one.children.length}`));
}

class Pages {
  constructor({ ballot, units, texts, onTurn }) {
    this.isMatrix = ballot.dataset.layout === "matrix";
    Object.assign(this, { ballot, units, texts, onTurn, at: 0, pages: [], aside: false });
    this.head = this.isMatrix ? headOf(ballot) : null;
    this.arrange();
    if (this.isMatrix) {
      document.getElementById("large").addEventListener("change", () => this.arrange());
    }
  }

  // Another size of type has other pages; the first row stays on the page.
  arrange() {
    const before = this.pages[this.at];
    // A section of a single object needs no matrix.
    const pagesOf = (units) => (this.isMatrix && (units.length > 1 || units.length === this.units.length) ? itemPages(units, this.texts) : objectPages(units));
    this.pages = [].concat(...sectionsOf(this.units).map(pagesOf));
    this.at = before ? this.pages.findIndex((page) => page.item === before.item && page.units.includes(before.units[0])) : 0;
    for (const unit of this.units) {
      unit.hidden = true;
    }
    this.show();
  }

  show() {
    const page = this.pages[this.at];
    const isMatrix = page.item !== null;
    this.ballot.classList.toggle("matrix", isMatrix);
    this.ballot.classList.toggle("paged", !isMatrix);
    this.ballot.classList.toggle("beside", isMatrix && areShort(page.units));
    for (const unit of page.units) {
      unit.hidden = this.aside;
      if (this.isMatrix) {
        Array.from(unit.children).forEach((child, place) => {
          child.hidden = isMatrix && place > 0 && place !== page.item + 1;
        });
      }
    }
    for (const intro of this.ballot.querySelectorAll("[data-intro]")) {
      intro.hidden = this.aside || this.at > 0;
    }
    for (const name of this.ballot.querySelectorAll("[data-part]")) {
      name.hidden = this.aside || partOf(name) !== partOf(page.units[0]);
    }
    if (this.head) {
      this.head.hidden = this.aside || !isMatrix;
      this.head.firstChild.textContent = page.title;
      this.head.lastChild.textContent = `${this.at + 1} / ${this.pages.length}`;
    }
    this.onTurn();
  }

  turnTo(at) {
    for (const unit of this.pages[this.at].units) {
      unit.hidden = true;
    }
    this.at = at;
    this.show();
  }

  // To the beginning of another page, where reading goes on.
  turnBy(step) {
    this.turnTo(this.at + step);
    window.scrollTo(0, 0);
    this.over(this.pages[this.at].units[0]).querySelector("h2").focus({ preventScroll: true });
  }

  cells() {
    return [].concat(...this.pages.map(cellsOn));
  }

  places() {
    return this.pages.map((page) => {
      const cells = cellsOn(page);
      return { title: page.title, cells, target: cells[0] || page.units[0].querySelector("summary") };
    });
  }

  // What stands over a target that is scrolled to.
  over(target) {
    return this.head && !this.head.hidden ? this.head : target.closest("[data-unit]").querySelector(".unit-head");
  }

  reveal(target) {
    if (!isOn(this.pages[this.at], target)) {
      this.turnTo(this.pages.findIndex((page) => isOn(page, target)));
    }
  }

  hide(aside) {
    this.aside = aside;
    this.show();
  }

  // Once nothing is open the rest is passed over, but not the page of remarks.
  isLast(isDone) {
    const after = this.pages[this.at + 1];
    return !after || (isDone && cellsOn(after).length > 0);
  }

  isFirst() {
    return this.at === 0;
  }
}

// This script stays when another paper comes into the page, which may be a list.
document.addEventListener("layout", ({ detail }) => {
  if (detail.ballot.dataset.layout !== "list") {
    detail.use(new Pages(detail));
  }
});

// The styles of the matrix come along with it, so that short papers do not carry them.
const RULES = [
  ".where { position: sticky; top: var(--top); z-index: 2; margin: 0 -14px; padding: 10px 16px; background: var(--ground); }",
  ".matrix .card[data-unit] { contain: content; margin: 0 -14px; padding: 8px 12px; border-radius: 0; border-bottom: 1px solid var(--line); box-shadow: none; }",
  ".matrix [data-unit] > .unit-head { position: static; margin: 0; padding: 0 0 6px; border: 0; }",
  ".matrix [data-unit] .count, .matrix .miss { display: none; }",
  ".matrix [data-unit] h2 { font-size: .94em; font-weight: 400; line-height: 1.25; -webkit-line-clamp: 3; }",
  ".matrix .item { padding: 0; border: 0; }",
  ".matrix .item legend { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip: rect(0 0 0 0); }",
  ".matrix .item.missing { margin: 0; padding: 0; box-shadow: -4px 0 0 var(--warn); }",
  ".matrix .cols-5 { grid-column-gap: 4px; }",
  "@media (max-width: 359px) { .booth:not(.x).matrix .cols-5 { grid-template-columns: repeat(5, 1fr); } .matrix .cols-5 span { font-size: .82em; } .matrix .cols-5 .w4 span { padding-left: calc(50% - 1.15em); padding-right: calc(50% - 1.15em); } .large-box:checked + .booth.matrix .cols-5 { grid-template-columns: repeat(3, 1fr); } .large-box:checked + .booth.matrix .cols-5 span { font-size: .94em; } }",
  "@media (min-width: 360px) { .large-box:not(:checked) + .beside .card[data-unit] { display: flex; align-items: center; } .large-box:not(:checked) + .beside [data-unit] > .unit-head { flex: 1; padding: 0 8px 0 0; } .large-box:not(:checked) + .beside .item { flex: none; } .large-box:not(:checked) + .beside .grades { grid-template-columns: none; grid-auto-flow: column; grid-auto-columns: 46px; } .large-box:not(:checked) + .beside .grades span { min-height: 48px; padding-left: 0; padding-right: 0; font-size: .78em; } .large-box:not(:checked) + .beside .cols-5 .w4 span { padding-left: calc(50% - 1.15em); padding-right: calc(50% - 1.15em); } }",
];
const sheet = document.styleSheets[0];
RULES.forEach((rule) => sheet.insertRule(rule, sheet.cssRules.length));
