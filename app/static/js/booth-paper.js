// The paper on one page: progress, what is missing, review, cast. Without this script the forms do the same.

import { cast, pause, waitFor } from "./booth-cast.js";
import { leaveNothing } from "./booth-done.js";
import { forget, keep, sendKept } from "./booth-kept.js";
import { shuffleUnits } from "./booth-order.js";
import { fillReview } from "./booth-review.js";

const TRIES = 3;
const encoder = new TextEncoder();
const find = (name) => ballot.querySelector(`[data-${name}]`);
const unitsOnPage = () => Array.from(ballot.querySelectorAll("[data-unit]"));
const field = (name) => ballot.elements.namedItem(name).value;
let ballot, texts, units, cells, remarks, next, back, review;
let reviewing = false;
let sending = false;
let switching = false;
let wakeUp = null;
let sealing = null;
let failures = 0;
let byServer = false;

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
  turnPage(true);
  next.disabled = false;
  back.disabled = false;
  say(outcome.message || texts.textBusy);
}

function backFromCast() {
  sending = false;
  turnPage(false);
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
  for (const button of review.querySelectorAll("button")) {
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
  const wasReviewing = reviewing;
  document.documentElement.lang = page.documentElement.lang;
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.getElementById("large").checked = large;
  reviewing = false;
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
    clearMiss(cell);
    showProgress();
    say("");
    prepareSealing().catch(() => {}); // tried again when the ballot is cast
  }
}

function submit(event) {
  if (byServer) {
    return;
  }
  event.preventDefault();
  if (reviewing) {
    castBallot();
  } else {
    openReview();
  }
}

function returnToMarks() {
  turnPage(false);
  window.scrollTo(0, 0);
  units[0].querySelector("h2").focus({ preventScroll: true });
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
  review = find("review");
}

function start() {
  look();
  ballot.noValidate = true;
  find("bar").hidden = false;
  find("filled-label").hidden = false;
  find("total").hidden = true;
  find("switch").type = "button";
  find("switch").addEventListener("click", switchLanguage);
  showSealing();
  showProgress();
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
