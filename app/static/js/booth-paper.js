// The paper on one page: progress, what is missing, review, cast. Without this script the forms do the same.

import { cast, pause, waitFor } from "./booth-cast.js";
import { leaveNothing } from "./booth-done.js";
import { fillIndex } from "./booth-index.js";
import { forget, keep, sendKept } from "./booth-kept.js";
import { listLayout } from "./booth-list.js";
import { clearMiss, isOpen, markRest, nextOpen, showMiss } from "./booth-missing.js";
import { shuffleUnits } from "./booth-order.js";
import { fillReview } from "./booth-review.js";

const TRIES = 3;
const encoder = new TextEncoder();
const find = (name) => ballot.querySelector(`[data-${name}]`);
const unitsOnPage = () => Array.from(ballot.querySelectorAll("[data-unit]"));
const field = (name) => ballot.elements.namedItem(name).value;
let ballot, texts, units, cells, remarks, next, back, layout;
let view = "marks";
let scrolled = {}; // where each view was left
let seen = null; // the cell gone to or marked last
let changing = null; // what is changed from the review
let hunting = false; // what is missing has been asked for
let sending = false;
let switching = false;
let wakeUp = null;
let sealing = null;
let failures = 0;
let byServer = false;

function filled() {
  return ballot.querySelectorAll("input:checked").length;
}

function showProgress() {
  const count = filled();
  find("filled").textContent = String(count);
  find("bar").value = count;
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
  find("jump").hidden = true;
}

function scrollTo(target) {
  const head = layout.over(target);
  const over = ballot.querySelector(".top").offsetHeight + (head.contains(target) ? 0 : head.offsetHeight) + 12;
  window.scrollTo(0, target.getBoundingClientRect().top + window.pageYOffset - over);
}

// Twice, because what was out of sight gets its height only when it comes into it.
function goTo(target, focus) {
  layout.reveal(target);
  scrollTo(target);
  requestAnimationFrame(() => scrollTo(target));
  focus.focus({ preventScroll: true });
}

function goToCell(cell) {
  seen = cell;
  goTo(cell, cell.querySelector("input:checked") || cell.querySelector("input"));
}

function nameOf(cell) {
  const unit = cell.closest("[data-unit]").querySelector("h2").textContent;
  return `${unit} · ${cell.querySelector("legend").textContent}`;
}

function sayMissing(count, cell) {
  say(texts.textMissing.replace("{n}", String(count)) + (cell ? ` · ${nameOf(cell)}` : ""));
  find("jump").hidden = false;
}

function jumpToNext() {
  const open = cells.filter(isOpen);
  const cell = nextOpen(layout.cells(), seen);
  if (cell) {
    goToCell(cell);
    sayMissing(open.length, cell);
  }
}

// Once what is missing has been asked for, it is counted down.
function countDown() {
  const open = hunting ? cells.length - filled() : 0;
  hunting = open > 0;
  if (hunting) {
    sayMissing(open, null);
  } else {
    say("");
  }
}

function isMissing() {
  const open = cells.filter(isOpen);
  if (open.length === 0) {
    return false;
  }
  for (const cell of open) {
    showMiss(cell, texts.textMiss);
  }
  hunting = true;
  seen = seen && isOpen(seen) ? null : seen;
  jumpToNext();
  return true;
}

function isTooLong() {
  if (remarks.length === 0 || remarkBytesLeft() >= 0) {
    return false;
  }
  const longest = remarks.reduce((one, other) => (other.value.length > one.value.length ? other : one));
  longest.parentElement.open = true;
  showRoom(longest);
  goTo(longest.parentElement, longest);
  return true;
}

function isDone() {
  return filled() === cells.length;
}

// The one next action, and beside it the way back on a paper of several pages.
function showNext() {
  const goesOn = view === "marks" && !layout.isLast(isDone());
  next.textContent = view === "review" ? texts.textCast : goesOn ? texts.textOn : texts.textNext;
  find("prev").hidden = view !== "marks" || layout.isFirst();
}

function turnPage(to) {
  scrolled[view] = window.pageYOffset;
  view = to;
  say("");
  for (const part of ballot.querySelectorAll("[data-intro]")) {
    part.hidden = to !== "marks";
  }
  layout.hide(to !== "marks");
  showNext();
  find("review").hidden = to !== "review";
  find("index").hidden = to !== "index";
  find("open-index").hidden = to !== "marks";
  back.hidden = to === "marks";
  next.hidden = to === "index";
  window.scrollTo(0, scrolled[to] || 0);
}

function jumpTo(target) {
  turnPage("marks");
  if (target.dataset.cell === undefined) {
    goTo(target, target);
  } else {
    goToCell(target);
  }
}

function change(target, button) {
  changing = button.getAttribute("aria-label").split(":")[0];
  jumpTo(target);
}

function openReview() {
  if (isMissing() || isTooLong()) {
    return;
  }
  const shown = { ...texts, items: Number(ballot.dataset.items), large: document.getElementById("large").checked };
  fillReview(find("review-list"), units, shown, change);
  turnPage("review");
  const labels = Array.from(find("review-list").querySelectorAll("button"));
  const changed = changing && labels.find((button) => button.getAttribute("aria-label").startsWith(changing));
  changing = null;
  if (changed) {
    const block = changed.closest("details");
    if (block) {
      block.open = true;
      window.scrollTo(0, scrolled.review);
    }
  }
  (changed || find("review-title")).focus({ preventScroll: true });
}

function openIndex() {
  const places = layout.places();
  const asked = places.filter((place) => place.cells.length > 0);
  const done = asked.filter((place) => !place.cells.some(isOpen)).length;
  const open = cells.filter(isOpen).length;
  fillIndex(find("index-list"), places, texts, jumpTo);
  find("index-done").textContent = `${done} / ${asked.length}`;
  const rest = find("rest");
  rest.hidden = ballot.dataset.unknown === undefined || open === 0 || open === cells.length;
  rest.textContent = texts.textRest.replace("{n}", String(open));
  turnPage("index");
  window.scrollTo(0, 0);
  find("index-title").focus({ preventScroll: true });
}

// Offered once something has been marked; the review shows what it gave, and everything can still be changed.
function giveRest() {
  const given = markRest(cells, ballot.dataset.unknown);
  turnPage("marks");
  cells[0].dispatchEvent(new Event("change", { bubbles: true }));
  say(texts.textGiven.replace("{n}", String(given)));
}

const NOT_ASKED = 0xff;

function markOf(unit, item) {
  const first = ballot.elements.namedItem(`m${unit}-${item}`);
  return first === null ? "-" : first.value;
}

function collect() {
  let marks = "";
  for (let unit = 0; unit < Number(ballot.dataset.units); unit += 1) {
    for (let item = 0; item < Number(ballot.dataset.items); item += 1) {
      marks += markOf(unit, item);
    }
  }
  const written = remarks.map((area) => [Number(area.name.slice(1)), tidy(area.value)]).filter(([, text]) => text !== "");
  return {
    round: field("round"),
    paper: field("paper"),
    group: field("group"),
    place: Number(ballot.dataset.place),
    key: ballot.dataset.key,
    marks: Array.from(marks, (sign) => (sign === "-" ? NOT_ASKED : Number(sign))),
    remarks: written.sort(([one], [other]) => one - other),
    remarkBytes: Number(ballot.dataset.remarkBytes),
  };
}

// Under another name at every try: browsers keep it in mind when an import failed.
async function fetchSealing() {
  const { primitives, sealing: module } = ballot.dataset;
  const again = failures > 0 ? `&again=${failures}` : "";
  const [parts, made] = await Promise.all([import(primitives + again), import(module + again)]);
  return made.canSeal(parts) ? (filled) => made.envelope(parts, filled) : null;
}

// Resolves with what seals, or with null where this phone's arithmetic is wrong; rejects where nothing came.
function prepareSealing() {
  if (!sealing) {
    sealing = fetchSealing();
    sealing.then(
      (seal) => {
        if (!seal) {
          leaveItToTheServer();
        }
      },
      () => {
        failures += 1;
        sealing = null;
      },
    );
  }
  return sealing;
}

async function isReachable() {
  try {
    return (await fetch(ballot.dataset.primitives, { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

// Waits for the network as long as it takes; what comes and still does not run is given up.
async function sealer() {
  let refused = 0;
  while (refused < TRIES) {
    try {
      return await prepareSealing();
    } catch {
      if (await isReachable()) {
        refused += 1;
      } else {
        await pause(waitFor(failures), (wake) => tell("offline", wake));
        tell("sending", null);
      }
    }
  }
  return null;
}

async function sealedBallot() {
  try {
    const seal = await sealer();
    return seal && { code: field("code"), round: field("round"), paper: field("paper"), group: field("group"), sealed: seal(collect()) };
  } catch {
    return null;
  }
}

function showSealing() {
  for (const part of ballot.querySelectorAll("[data-sealed-by]")) {
    part.hidden = (part.dataset.sealedBy === "server") !== byServer;
  }
  find("fallen-back").hidden = !byServer;
}

// From here on the forms do what they do without scripts, and the person has been told before anything is sent.
function leaveItToTheServer() {
  byServer = true;
  showSealing();
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
  turnPage("review");
  next.disabled = false;
  back.disabled = false;
  say(outcome.message || texts.textBusy);
}

function backFromCast() {
  sending = false;
  turnPage("marks");
  next.disabled = false;
  back.disabled = false;
  say(texts.textServer);
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
  for (const button of find("review").querySelectorAll("button")) {
    button.disabled = true;
  }
  tell("sending", null);
  const sealed = await sealedBallot();
  if (!sealed) {
    leaveItToTheServer();
    backFromCast();
    return;
  }
  keep(sealed);
  const outcome = await cast(encoder.encode(JSON.stringify(sealed)), tell);
  if (outcome.receipt) {
    showDone(outcome.receipt);
  } else {
    forget();
    showRefusal(outcome);
  }
}

function answersOnPage() {
  const fields = Array.from(ballot.elements).filter((one) => /^[mr]\d/.test(one.name));
  return fields.filter((one) => one.type !== "radio" || one.checked).map(({ name, value }) => [name, value]);
}

function putBack(answers) {
  for (const [name, value] of answers) {
    const one = ballot.elements.namedItem(name);
    one.value = value;
    if (one.tagName === "TEXTAREA" && value !== "") {
      one.parentElement.open = true;
    }
  }
}

// The page in the other language, asked for by the code alone; the answers never leave the phone. An old kind of
// request, because it reads a page without making markup of text, which our content policy forbids.
function otherLanguage() {
  const wanted = document.documentElement.lang === "en" ? "zh" : "en";
  const body = new URLSearchParams();
  for (const one of ballot.querySelectorAll("input[type=hidden]")) {
    body.append(one.name, one.name === "lang" ? wanted : one.value);
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/v/paper");
    request.responseType = "document";
    request.timeout = PATIENCE_MS;
    request.onload = () => resolve(request.response);
    request.onerror = reject;
    request.ontimeout = reject;
    request.send(body);
  });
}

function turnInto(page) {
  const answers = answersOnPage();
  const large = document.getElementById("large").checked;
  const wasReviewing = view === "review";
  document.documentElement.lang = page.documentElement.lang;
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.getElementById("large").checked = large;
  view = "marks";
  seen = null;
  start();
  putBack(answers);
  showProgress();
  if (wasReviewing) {
    openReview();
  }
  find("switch").focus({ preventScroll: true });
}

async function switchLanguage() {
  if (switching || sending) {
    return;
  }
  switching = true;
  try {
    const page = await otherLanguage();
    if (page.querySelector("[data-ballot]")) {
      turnInto(page);
    } else {
      const refusal = page.querySelector("[role=alert]");
      say(refusal ? refusal.textContent : texts.textLanguage);
    }
  } catch {
    say(texts.textLanguage);
  } finally {
    switching = false;
  }
}

function noteMark(event) {
  const cell = event.target.closest("[data-cell]");
  if (cell) {
    seen = cell;
    clearMiss(cell);
    showProgress();
    countDown();
    showNext();
    prepareSealing().catch(() => {}); // tried again when the ballot is cast
  }
}

function submit(event) {
  if (byServer) {
    return;
  }
  event.preventDefault();
  if (view === "review") {
    castBallot();
  } else if (layout.isLast(isDone())) {
    openReview();
  } else {
    layout.turnBy(1);
  }
}

function returnToMarks() {
  const opener = view === "index" ? find("open-index") : next;
  turnPage("marks");
  opener.focus({ preventScroll: true });
}

function look() {
  ballot = document.querySelector("[data-ballot]");
  texts = find("texts").dataset;
  if (ballot.dataset.shuffle) {
    shuffleUnits(unitsOnPage(), ballot.dataset.shuffle);
  }
  units = unitsOnPage();
  cells = Array.from(ballot.querySelectorAll("[data-cell]"));
  remarks = Array.from(ballot.querySelectorAll("textarea"));
  next = find("next");
  back = find("back");
  layout = listLayout(units);
  const onTurn = () => {
    say("");
    showNext();
  };
  const use = (other) => {
    layout = other;
  };
  document.dispatchEvent(new CustomEvent("layout", { detail: { ballot, units, texts, onTurn, use } }));
}

function start() {
  look();
  find("bar").hidden = false;
  find("open-index").hidden = false;
  find("open-index").addEventListener("click", openIndex);
  find("prev").addEventListener("click", () => layout.turnBy(-1));
  find("jump").addEventListener("click", jumpToNext);
  find("rest").addEventListener("click", giveRest);
  find("total").hidden = true;
  find("switch").type = "button";
  find("switch").addEventListener("click", switchLanguage);
  showSealing();
  showProgress();
  showNext();
  ballot.addEventListener("change", noteMark);
  ballot.addEventListener("input", (event) => {
    if (event.target.tagName === "TEXTAREA") {
      showRoom(event.target);
    }
  });
  ballot.addEventListener("submit", submit);
  back.addEventListener("click", returnToMarks);
}

start();
sendKept();
