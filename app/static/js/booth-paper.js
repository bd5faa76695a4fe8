// The paper on one page: progress, what is missing, review, cast. Without this script the forms do the same.

import { cast, newNonce, packBody } from "./booth-cast.js";
import { leaveNothing } from "./booth-done.js";
import { shuffleUnits } from "./booth-order.js";
import { fillReview } from "./booth-review.js";

const ballot = document.querySelector("[data-ballot]");
const find = (name) => ballot.querySelector(`[data-${name}]`);
const texts = find("texts").dataset;
const unitsOnPage = () => Array.from(ballot.querySelectorAll("[data-unit]"));
if (ballot.dataset.shuffle) {
  shuffleUnits(unitsOnPage(), ballot.dataset.shuffle);
}
const units = unitsOnPage();
const cells = Array.from(ballot.querySelectorAll("[data-cell]"));
const remarks = Array.from(ballot.querySelectorAll("textarea"));
const next = find("next");
const back = find("back");
const review = find("review");
const encoder = new TextEncoder();
let reviewing = false;
let sending = false;
let wakeUp = null;
let leaving = false;

function isOpen(cell) {
  return cell.querySelector("input:checked") === null;
}

function showProgress() {
  const filled = cells.filter((cell) => !isOpen(cell)).length;
  find("filled").textContent = String(filled);
  find("bar").value = filled;
}

function tidy(text) {
  // Control characters and halves of characters would take more room than the length reckons with.
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, "")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])/g, "")
    .replace(/(^|[^\ud800-\udbff])[\udc00-\udfff]/g, "$1")
    .trim();
}

function remarkBytesLeft() {
  const used = remarks.map((area) => encoder.encode(tidy(area.value)).length).filter((bytes) => bytes > 0);
  const total = used.reduce((sum, bytes) => sum + bytes + 4, 2);
  return Number(ballot.dataset.remarkBytes) - total;
}

function showRoom(area) {
  const left = remarkBytesLeft();
  const text = left < 0 ? texts.textFull : texts.textRoom;
  const room = area.parentElement.querySelector("[data-room]");
  room.textContent = text.replace("{n}", String(Math.ceil(Math.abs(left) / 3)));
  room.classList.toggle("alarm-text", left < 0);
}

function say(text) {
  find("says").textContent = text;
}

function clearMiss(cell) {
  cell.classList.remove("missing");
  const note = cell.querySelector(".miss");
  if (note) {
    note.remove();
  }
}

function showMiss(cell) {
  if (!cell.querySelector(".miss")) {
    const note = document.createElement("p");
    note.className = "miss";
    note.textContent = texts.textMiss;
    cell.querySelector("legend").after(note);
  }
  cell.classList.add("missing");
}

function goTo(target, focus) {
  const bar = ballot.querySelector(".top").offsetHeight + 12;
  window.scrollTo(0, target.getBoundingClientRect().top + window.pageYOffset - bar);
  focus.focus({ preventScroll: true });
}

function firstProblem() {
  const open = cells.filter(isOpen);
  open.forEach(showMiss);
  if (open.length > 0) {
    const unit = open[0].closest("[data-unit]").querySelector("h2").textContent;
    say(`${texts.textMissing}${unit} · ${open[0].querySelector("legend").textContent}`);
    goTo(open[0], open[0].querySelector("input"));
    return true;
  }
  if (remarks.length > 0 && remarkBytesLeft() < 0) {
    const longest = remarks.reduce((one, other) => (other.value.length > one.value.length ? other : one));
    longest.parentElement.open = true;
    showRoom(longest);
    goTo(longest.parentElement, longest);
    return true;
  }
  return false;
}

function turnPage(toReview) {
  reviewing = toReview;
  say("");
  for (const part of [find("intro"), ...units]) {
    part.hidden = toReview;
  }
  review.hidden = !toReview;
  back.hidden = !toReview;
  find("filled-label").hidden = toReview;
  next.textContent = toReview ? texts.textCast : texts.textNext;
}

function change(title) {
  turnPage(false);
  goTo(title.closest("[data-unit]"), title);
}

function openReview() {
  if (firstProblem()) {
    return;
  }
  fillReview(find("review-list"), units, texts, change);
  turnPage(true);
  window.scrollTo(0, 0);
  find("review-title").focus({ preventScroll: true });
}

function markOf(unit, item) {
  const first = ballot.elements.namedItem(`m${unit}-${item}`);
  return first === null ? "-" : first.value;
}

function collect() {
  const field = (name) => ballot.elements.namedItem(name).value;
  let marks = "";
  for (let unit = 0; unit < Number(ballot.dataset.units); unit += 1) {
    for (let item = 0; item < Number(ballot.dataset.items); item += 1) {
      marks += markOf(unit, item);
    }
  }
  const written = {};
  for (const area of remarks) {
    const text = tidy(area.value);
    if (text !== "") {
      written[area.name.slice(1)] = text;
    }
  }
  return {
    code: field("code"),
    round: field("round"),
    paper: field("paper"),
    group: field("group"),
    nonce: newNonce(),
    marks,
    remarks: written,
  };
}

function tell(kind, wake) {
  wakeUp = wake;
  next.disabled = wake === null;
  next.textContent = wake === null ? texts.textCasting : texts.textAgain;
  if (kind !== "sending") {
    say(kind === "offline" ? texts.textOffline : texts.textBusy);
  }
}

function showDone(receipt) {
  const main = document.createElement("div");
  main.className = "main";
  main.append(document.querySelector("[data-done]").content.cloneNode(true));
  main.querySelector("[data-receipt]").textContent = receipt;
  const page = document.createElement("div");
  page.className = "booth";
  page.append(main);
  ballot.reset();
  ballot.replaceWith(page);
  leaveNothing();
  window.scrollTo(0, 0);
  page.querySelector("h1").focus();
}

function showRefusal(outcome) {
  sending = false;
  turnPage(true);
  next.disabled = false;
  back.disabled = false;
  say(outcome.message || texts.textBusy);
}

async function castBallot() {
  if (sending) {
    if (wakeUp) {
      wakeUp();
    }
    return;
  }
  sending = true;
  back.disabled = true;
  for (const button of review.querySelectorAll("button")) {
    button.disabled = true;
  }
  tell("sending", null);
  const outcome = await cast(packBody(collect(), Number(ballot.dataset.body)), tell);
  if (outcome.receipt) {
    showDone(outcome.receipt);
  } else {
    showRefusal(outcome);
  }
}

ballot.noValidate = true;
find("bar").hidden = false;
find("filled-label").hidden = false;
find("total").hidden = true;
showProgress();
ballot.addEventListener("change", (event) => {
  const cell = event.target.closest("[data-cell]");
  if (cell) {
    clearMiss(cell);
    showProgress();
    say("");
  }
});
ballot.addEventListener("input", (event) => {
  if (event.target.tagName === "TEXTAREA") {
    showRoom(event.target);
  }
});
// The language switch is a plain post. Old browsers do not tell a submit's button, so its click does.
find("switch").addEventListener("click", () => {
  leaving = true;
});
ballot.addEventListener("submit", (event) => {
  if (leaving) {
    return;
  }
  event.preventDefault();
  if (reviewing) {
    castBallot();
  } else {
    openReview();
  }
});
back.addEventListener("click", () => {
  turnPage(false);
  window.scrollTo(0, 0);
  units[0].querySelector("h2").focus({ preventScroll: true });
});
