// The paper on one page: progress, what is missing, review, cast. Without this script the forms do the same.

import { askPaper } from "./booth-ask.js";
import { leaveNothing, startAnew } from "./booth-done.js";
import { FINAL, KIOSK, forget, home, keep, readDraft, sendKept, sweepDrafts, writeDraft } from "./booth-kept.js";
import { listLayout } from "./booth-list.js";
import { clearMiss, isOpen, markRest, nextOpen, partOf, showMiss } from "./booth-missing.js";
import { shuffleUnits } from "./booth-order.js";
import { fillReview } from "./booth-review.js";
import { pause, waitFor } from "./booth-wait.js";

const TRIES = 3;
const DOCUMENT_MS = 1000;
const INDEX = "./booth-index.js"; // not in the call itself, or it would be joined to this script
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
let tools = null; // what seals, once it is needed
let failures = 0;
let byServer = false;
let draft = null; // of the paper on this page, once what seals is here
let sent = null; // the sealed ballot, from sending to answer
let shown = null; // the page, its title and language, to be shown again after Back and Forward
let openedAt = ""; // what was shown before a reload
let over = false; // a receipt is shown, or another page ended this ballot
let refused = false; // for good
let leaving = false; // by something that does not take the marks away
let returning = false; // Back from the review was asked for and has not arrived
let arrive = null; // what is to be done when it has
// Opened by the entry page, which then goes through the history with us; or a page of its own, as without scripts.
export const isAlone = document.querySelector("script[data-alone]") !== null;

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
  find("says").classList.remove("calm");
  find("jump").hidden = true;
}

function note(text) {
  say(text);
  find("says").classList.add("calm");
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

function isUnready() {
  return isMissing() || isTooLong();
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

// The entry in the history of what is shown: Back from the review leads to the marks, never out of the ballot.
function addEntry(at) {
  if (history.state && history.state.at === at) {
    return;
  }
  if (isAlone) {
    history.replaceState({ at: "paper" }, "", home());
  }
  history.pushState({ at }, "", home());
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

function jump(target) {
  if (target.dataset.cell === undefined) {
    goTo(target, target);
  } else {
    goToCell(target);
  }
}

function change(target, button) {
  changing = button.getAttribute("aria-label").split(":")[0];
  returnToMarks(() => jump(target));
}

// By the history, so that its entries stay what was shown; then goes on with what is to be done there.
function returnToMarks(then) {
  if (returning) {
    return;
  }
  arrive = then;
  if (history.state && history.state.at === view) {
    returning = true;
    history.back();
  } else {
    showMarks();
  }
}

function showMarks() {
  const opener = view === "index" ? find("open-index") : next;
  const go = arrive || (() => opener.focus({ preventScroll: true }));
  arrive = null;
  returning = false;
  turnPage("marks");
  go();
}

function openReview() {
  if (isUnready()) {
    return;
  }
  const shown = { ...texts, cells: cells.length, large: document.getElementById("large").checked };
  fillReview(find("review-list"), units, shown, change);
  turnPage("review");
  addEntry("review");
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

// Under another name at every try, as what seals.
async function openIndex() {
  const [before, shown] = [ballot, view];
  let index = null;
  try {
    index = await import(INDEX + (failures > 0 ? `#${failures}` : ""));
  } catch {
    failures += 1;
    say(texts.textLost);
    return;
  }
  if (ballot !== before || !ballot.isConnected || view !== shown) {
    return; // gone back to the entry meanwhile, or on to another slip
  }
  index.fillIndex(find, layout.places(), leftOver().length, texts, (target) => returnToMarks(() => jump(target)));
  if (view === "index") {
    return; // filled in anew with what a draft brought, which has been said
  }
  turnPage("index");
  addEntry("index");
  window.scrollTo(0, 0);
  find("index-title").focus({ preventScroll: true });
}

// What is open in a section that something has been marked in, and that knows 不了解.
function leftOver() {
  return cells.filter((cell) => {
    const part = partOf(cell);
    return isOpen(cell) && part.dataset.unknown && part.querySelector("input:checked");
  });
}

// The review shows what it gave, and everything can still be changed.
function giveRest() {
  const given = markRest(leftOver());
  returnToMarks(() => {
    cells[0].dispatchEvent(new Event("change", { bubbles: true }));
    say(texts.textGiven.replace("{n}", String(given)));
  });
}

const NOT_ASKED = 0xff;

function markOf(unit, item) {
  const first = ballot.elements.namedItem(`m${unit}-${item}`);
  return first && first.value !== "" ? Number(first.value) : NOT_ASKED;
}

function collect() {
  const marks = [];
  ballot.dataset.shape.split(" ").forEach((items, unit) => {
    for (let item = 0; item < items; item += 1) {
      marks.push(markOf(unit, item));
    }
  });
  const written = remarks.map((area) => [Number(area.name.slice(1)), tidy(area.value)]).filter(([, text]) => text !== "");
  return {
    round: field("round"),
    paper: field("paper"),
    group: field("group"),
    place: Number(ballot.dataset.place),
    marks,
    remarks: written.sort(([one], [other]) => one - other),
    remarkBytes: Number(ballot.dataset.remarkBytes),
  };
}

// Under another name at every try: browsers keep it in mind when an import failed.
async function fetchSealing() {
  const { prepare } = await import(ballot.dataset.sealing + (failures > 0 ? `&again=${failures}` : ""));
  return prepare(ballot.dataset.key);
}

// Resolves with what seals, or with null where this phone's arithmetic is wrong; rejects where nothing came.
function prepareSealing() {
  if (!sealing) {
    sealing = fetchSealing();
    sealing.then(
      (tools) => {
        if (tools) {
          watch(tools);
        } else {
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
    return (await fetch(ballot.dataset.sealing, { cache: "no-store" })).ok;
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

// What was looked over is what is sealed, whatever a draft brings while the sealing comes; unless it brings a ballot that was
// sent before.
async function sealedBallot() {
  const filledIn = collect();
  try {
    tools = await sealer();
    const head = { code: field("code"), round: field("round"), paper: field("paper"), group: field("group") };
    return tools && (sent || { ...head, sealed: tools.envelope(filledIn) });
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
  document.getElementById("document").remove(); // it has the code
  leaveNothing();
  if (isAlone) {
    startAnew();
  }
  window.scrollTo(0, 0);
  page.querySelector("h1").focus();
}

function stopDraft() {
  if (draft) {
    draft.stop();
  }
  draft = null;
}

function forgetAll() {
  stopDraft();
  forget();
}

function showRefusal(outcome) {
  sending = false;
  sent = null;
  refused = FINAL.includes(outcome.error);
  if (refused) {
    forgetAll();
  } else {
    keepCode();
    saveDraft();
  }
  turnPage("review");
  next.disabled = false;
  back.disabled = false;
  say(outcome.message || texts.textBusy);
}

function backFromCast() {
  sending = false;
  history.replaceState({ at: "paper" }, "", home());
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
  if (!isWhole()) {
    returnToMarks(isUnready);
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
  sent = sealed;
  keep({ ...sealed, draft: draft && draft.name });
  saveDraft();
  const rest = (attempt, wake) => pause(waitFor(attempt), wake);
  const outcome = await tools.cast(encoder.encode(JSON.stringify(sealed)), tell, rest);
  if (outcome.receipt) {
    over = true;
    forgetAll();
    showDone(outcome.receipt);
  } else {
    showRefusal(outcome);
  }
}

function keepCode() {
  keep({ code: field("code"), draft: draft && draft.name });
}

function isWritten() {
  return answersOnPage().length > 0;
}

function isWhole() {
  return !cells.some(isOpen) && (remarks.length === 0 || remarkBytesLeft() >= 0);
}

function isUnsent() {
  return ballot && !over && !refused && !leaving && !byServer && !KIOSK && isWritten();
}

function saveDraft() {
  if (draft) {
    draft.saveNow();
  }
}

// A ballot that was sent and not answered, before this page came, is sent again.
function sendAgain() {
  if (sent && !sending) {
    leaving = true;
    keep({ ...sent, draft: draft.name });
    leaving = sendKept();
  } else {
    keepCode();
  }
}

// Another page has ended this ballot.
function end() {
  over = true;
  forget();
  ballot.reset();
  location.replace(home());
}

// What the draft's script may see of the paper and do to it.
const page = {
  look: () => ({ ballot, texts, units, sent, lang: document.documentElement.lang, large: document.getElementById("large") }),
  code: () => field("code"),
  paper: () => field("paper"),
  answers: answersOnPage,
  putBack(answers) {
    putBack(answers);
    showProgress();
    return filled();
  },
  // What was on the screen before a reload; or what is on it, with the answers that another page brought.
  reopen() {
    const at = view === "marks" ? openedAt : view;
    openedAt = "";
    if (at === "review" && isWhole()) {
      openReview();
    } else if (view === "index") {
      openIndex();
    } else if (view === "review") {
      returnToMarks(null);
    }
    return view !== "marks";
  },
  hasSent(sealed) {
    sent = sealed;
  },
  note,
  goTo,
  isSending,
  switchLanguage,
  sendAgain,
  end,
};

function watch(tools) {
  if (draft || KIOSK || over || refused) {
    return;
  }
  draft = tools.watchDraft({ readDraft, writeDraft }, page);
  sendAgain();
  if (isWritten()) {
    draft.saveSoon();
  }
}

function answersOnPage() {
  const fields = Array.from(ballot.elements).filter((one) => /^[mpr]\d/.test(one.name) && one.value !== "");
  return fields.filter((one) => one.type !== "radio" || one.checked).map(({ name, value }) => [name, value]);
}

function putBack(answers) {
  for (const [name, value] of answers) {
    const one = ballot.elements.namedItem(name);
    one.value = value;
    if (one.tagName === "TEXTAREA") {
      one.parentElement.open = true;
    }
  }
  ballot.dispatchEvent(new Event("put"));
}

// The page in the other language, asked for by the code alone; the answers never leave the phone.
function otherLanguage() {
  return askPaper(ballot, { lang: document.documentElement.lang === "en" ? "zh" : "en" });
}

function turnInto(page) {
  const answers = answersOnPage();
  const large = document.getElementById("large").checked;
  const wasReviewing = view === "review";
  const { at } = layout;
  document.documentElement.lang = page.documentElement.lang;
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.getElementById("large").checked = large;
  view = "marks";
  seen = null;
  start();
  if (at) {
    layout.turnTo(at);
  }
  putBack(answers);
  showProgress();
  if (wasReviewing) {
    openReview();
  }
  find("switch").focus({ preventScroll: true });
  noteWritten();
}

async function switchLanguage() {
  if (switching || sending) {
    return;
  }
  switching = true;
  const before = ballot;
  let page = null;
  try {
    page = await otherLanguage();
  } catch {
    // said below
  }
  switching = false;
  if (ballot !== before || !ballot.isConnected || sending) {
    return; // gone back to the entry meanwhile, on to another slip, or on its way
  }
  if (page && page.querySelector("[data-ballot]")) {
    turnInto(page);
  } else {
    const refusal = page && page.querySelector("[data-error] [role=alert]");
    say(refusal ? refusal.textContent : texts.textLost);
  }
}

// Puts what the paper obeys where it was asked for; all of it lies in the frozen paper, and is the same for everybody.
async function showRules(event) {
  event.preventDefault();
  const button = event.target;
  try {
    const page = await askPaper(ballot, {}, "/v/document?rules");
    const rules = page.querySelector("[data-rules]");
    if (rules) {
      button.replaceWith(rules);
      rules.firstElementChild.focus({ preventScroll: true });
    } else {
      say(page.querySelector("[role=alert]").textContent);
    }
  } catch {
    say(texts.textLost);
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
    noteWritten();
  }
}

function noteWritten() {
  if (draft) {
    draft.saveSoon();
  } else {
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

function look() {
  ballot = document.querySelector("[data-ballot]");
  shown = { page: document.querySelector("main"), title: document.title, lang: document.documentElement.lang };
  texts = find("texts").dataset;
  if (ballot.dataset.shuffle) {
    for (const part of document.querySelectorAll("[data-unknown]")) {
      shuffleUnits(Array.from(part.querySelectorAll("[data-unit]")), ballot.dataset.shuffle);
    }
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
  if (find("points-field") && !find("wrong")) {
    leaveItToTheServer(); // what takes points over did not come: it would have put a place for what is wrong
  }
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
  find("rules").addEventListener("click", showRules);
  find("switch").addEventListener("click", switchLanguage);
  showSealing();
  showProgress();
  showNext();
  ballot.addEventListener("change", noteMark);
  ballot.addEventListener("input", (event) => {
    if (event.target.tagName === "TEXTAREA") {
      showRoom(event.target);
      noteWritten();
    }
  });
  ballot.addEventListener("submit", submit);
  back.addEventListener("click", () => returnToMarks(null));
  document.getElementById("large").addEventListener("change", () => isWritten() && noteWritten());
  document.querySelector("[data-go-on-here]").addEventListener("click", () => draft.takeOver());
}

export function codeOfPaper() {
  return field("code");
}

export function shownPage() {
  return shown;
}

export function isSending() {
  return sending && !over;
}

export function isOver() {
  return over;
}

// Back and forward have arrived at the paper or at its review.
export function turnTo(at) {
  if (isSending()) {
    history.pushState({ at: "review" }, "", home());
  } else if (at === "review" && view !== "review") {
    openReview();
  } else if (at === "index" && view !== "index") {
    openIndex();
  } else if (at !== view && view !== "marks") {
    showMarks();
  }
}

// Takes a paper that has just come into the page; `at` says what was shown of it before a reload.
export function begin(at) {
  stopDraft();
  [sent, sealing, arrive, seen, changing] = [null, null, null, null, null];
  [sending, over, refused, returning, hunting] = [false, false, false, false, false];
  view = "marks";
  scrolled = {};
  openedAt = at;
  start();
  find("title").focus({ preventScroll: true });
  keepCode();
  if (sweepDrafts()) {
    prepareSealing().catch(() => {});
  }
}

window.addEventListener("beforeunload", (event) => {
  if (isUnsent()) {
    event.preventDefault();
    event.returnValue = "";
  }
});
// A document is fetched beside the paper.
window.addEventListener("submit", (event) => {
  leaving = event.target.id === "document";
  setTimeout(() => {
    leaving = false;
  }, DOCUMENT_MS);
});

export function beginAlone() {
  window.addEventListener("popstate", () => turnTo(history.state && history.state.at));
  if (!sendKept()) {
    begin();
  }
}
