// Points are typed: what is right becomes the mark of its cell, beside 不了解, with its tenths in a field of their own.
// Comes with layouts and limits, and only where a paper asks points. Without it they are posted as they were typed.

import "./booth-limits.js";

// As the server reads them (app/booth/domain.py): 95, 95.5, 95 分.
const POINTS = /^[ \t]*([0-9]{1,3})(?:\.([0-9])?)?[ \t]*\u5206?[ \t]*$/;

const fieldOf = (cell) => cell.querySelector("[data-points-field]");
const ownOf = (cell) => cell.querySelector("[data-own]");
const isTyped = (cell) => fieldOf(cell).value.trim() !== "";

// The whole points and the tenths of what was typed, or null.
function pointsIn(text, { most, decimals }) {
  const found = POINTS.exec(text.normalize("NFKC").replace("。", "."));
  const [whole, tenths] = found ? [Number(found[1]), Number(found[2] || 0)] : [0, 0];
  const isRight = found && whole + tenths / 10 <= Number(most) && (tenths === 0 || decimals === "1");
  return isRight ? [whole, tenths] : null;
}

function shownAs([whole, tenths]) {
  return tenths ? `${whole}.${tenths}` : String(whole);
}

function tenthsOf(cell) {
  const { tenths } = fieldOf(cell).dataset;
  return tenths ? cell.querySelector(`[name="${tenths}"]`) : {};
}

function complain(cell, text) {
  const field = fieldOf(cell);
  const note = cell.querySelector("[data-wrong]");
  field.setAttribute("aria-invalid", String(text !== ""));
  note.textContent = text;
}

// Makes the mark of a cell what is typed in its field; something in the place of points has no tenths.
function take(cell) {
  const own = ownOf(cell);
  const field = fieldOf(cell);
  const points = pointsIn(field.value, cell.dataset);
  own.value = points ? String(points[0]) : "";
  own.dataset.points = points ? shownAs(points) : "";
  if (isTyped(cell)) {
    own.checked = true; // takes away what stood in the place of points
  }
  own.checked = points !== null;
  const isElse = !points && cell.querySelector("input:checked");
  own.nextElementSibling.textContent = points ? field.dataset.textOwn.replace("{n}", shownAs(points)) : "";
  own.parentNode.hidden = points === null;
  tenthsOf(cell).value = points ? String(points[1]) : isElse ? "0" : "";
  if (points) {
    complain(cell, "");
  }
  return points;
}

function typed(cell) {
  take(cell);
  ownOf(cell).dispatchEvent(new Event("change", { bubbles: true }));
}

// Something in the place of points takes what was typed away.
function chosen(cell) {
  if (cell.querySelector("input:checked:not([data-own])")) {
    fieldOf(cell).value = "";
    take(cell);
    complain(cell, "");
  }
}

function leave(cell) {
  const field = fieldOf(cell);
  if (!take(cell) && isTyped(cell)) {
    complain(cell, field.dataset.textWrong);
  }
}

// Tenths are of a type that no request for a paper sends, as the field itself.
function prepare(cell) {
  const field = fieldOf(cell);
  if (field.dataset.tenths) {
    const tenths = document.createElement("input");
    tenths.type = "tel";
    tenths.hidden = true;
    tenths.name = field.dataset.tenths;
    field.after(tenths);
  }
  const note = document.createElement("p");
  note.className = "wrong";
  note.setAttribute("role", "alert");
  note.dataset.wrong = "";
  field.parentNode.after(note);
  leave(cell);
  field.addEventListener("input", () => typed(cell));
  field.addEventListener("change", () => leave(cell));
}

document.addEventListener("layout", ({ detail: { ballot } }) => {
  const cells = Array.from(ballot.querySelectorAll("[data-most][data-cell]"));
  cells.forEach(prepare);
  ballot.addEventListener("put", () => cells.forEach(leave)); // by a draft or by another language's page
  ballot.addEventListener(
    "change",
    ({ target }) => {
      const cell = target.closest("[data-most][data-cell]");
      if (cell && target.type === "radio" && target.dataset.own === undefined) {
        chosen(cell);
      } else if (target.type === "fieldset") {
        cells.forEach(chosen); // 不了解 was given to what was open
      }
    },
    true,
  );
});
