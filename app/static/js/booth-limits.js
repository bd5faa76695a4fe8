// Says when more objects got a grade than the paper allows, and keeps the review and the cast from going on with it.
// Comes with the layouts, and only where a paper has limits.

import "./booth-layout.js";
import { clearMiss, isOpen } from "./booth-missing.js";

const MARK_NAME = /^m(\d+)-(\d+)$/;

// Whether a mark is of the limited grades, or are points of the limited range (booth-points.js).
function limited({ low, high, marks }) {
  const grades = marks.split(",");
  return ({ value, dataset: { points } }) => (points ? Number(points) >= Number(low) && Number(points) <= Number(high) : grades.includes(value));
}

// The sentence of the first limit that is exceeded, or nothing.
function exceeded(ballot) {
  const checked = Array.from(ballot.querySelectorAll("input:checked")).map((one) => [MARK_NAME.exec(one.name), one]);
  for (const { dataset } of ballot.querySelectorAll("[data-limit]")) {
    const isLimited = limited(dataset);
    const counts = {};
    for (const [name, one] of checked) {
      const isMeant = name && Number(name[1]) >= Number(dataset.from) && Number(name[1]) < Number(dataset.to);
      if (isMeant && isLimited(one) && (dataset.item === undefined || dataset.item === name[2])) {
        counts[name[2]] = (counts[name[2]] || 0) + 1;
      }
    }
    const most = Math.max(0, ...Object.values(counts));
    if (most > Number(dataset.most)) {
      return dataset.over.replace("{n}", String(most));
    }
  }
  return "";
}

function tellLimit(ballot, text) {
  const line = ballot.querySelector("[data-says]");
  line.textContent = text;
  line.classList.remove("calm");
}

// 本人 is of a whole row: marked for one item it is marked for all of them, and taken back from all. The row follows the
// cell that was marked; a remark under it is no mark, nor is what the button that gives 不了解 to the rest sends.
function keepRowWhole(target) {
  const isMark = target.matches("[data-cell] [type=radio]");
  const touched = isMark ? target.closest("[data-cell]").querySelector("[data-self]") : null;
  for (const one of touched ? touched.closest("[data-unit]").querySelectorAll("[data-self]") : []) {
    one.checked = touched.checked;
    if (touched.checked) {
      clearMiss(one.closest("[data-cell]"));
    }
  }
}

document.addEventListener("layout", ({ detail: { ballot } }) => {
  if (!ballot.querySelector("[data-limit]")) {
    return;
  }
  ballot.addEventListener("change", ({ target }) => {
    keepRowWhole(target);
    const text = exceeded(ballot);
    if (text) {
      setTimeout(() => tellLimit(ballot, text)); // after what the paper itself says
    }
  });
  ballot.addEventListener(
    "submit",
    (event) => {
      const text = exceeded(ballot);
      const isFilled = !Array.from(ballot.querySelectorAll("[data-cell]")).some(isOpen);
      if (text && (isFilled || !ballot.querySelector("[data-review]").hidden)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        tellLimit(ballot, text);
      }
    },
    true,
  );
});
