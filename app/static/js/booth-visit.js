// Takes the code out of the address before anything else can keep it, and opens its paper in the entry page itself: so
// that entry, paper and review have an entry each in the history, Back leads from one to the other, and a reload asks
// nothing.

import { askPaper } from "./booth-ask.js";
import { FINAL, dropDraft, forget, home, keep, kept, readDraft, sendKept, sweepDrafts } from "./booth-kept.js";
import { begin, beginAlone, codeOfPaper, isAlone, isOver, isSending, shownPage, turnTo } from "./booth-paper.js";

const part = (name) => entryPage.querySelector(`[data-${name}]`);
let entryPage, form, words, button, input;
let isOpened = false; // a paper is in this page, shown or behind the entry
let turns = 0;

function placeInHistory() {
  return history.state && history.state.at;
}

function isOfPaper(at) {
  return at && at !== "entry";
}

function show(page, title, language) {
  document.querySelector("main").replaceWith(page);
  document.title = title;
  document.documentElement.lang = language;
}

// Of the ballot that was begun in this tab and not cast.
function codeOfTab() {
  const waiting = kept();
  return waiting ? waiting.code : "";
}

function showEntry() {
  const { title, language } = entryPage.dataset;
  show(entryPage, title, language);
  const code = codeOfTab();
  if (code) {
    input.value = code;
  }
  button.disabled = false;
  button.textContent = code ? words.textGoOn : button.dataset.own;
}

function sayAtEntry(text) {
  part("says").textContent = text;
  part("says").hidden = !text;
}

function tidied(typed) {
  const signs = typed.normalize("NFKC").split("#").pop().toUpperCase().replace(/[^0-9A-Z]/g, "");
  return signs.replace(/O/g, "0").replace(/[IL]/g, "1");
}

// A paper that is refused: a ballot of this slip that was sent and not answered is sent again, the very same bytes, and
// the answer is its receipt; any other draft of the slip is of no use to anybody.
async function isSentAgain(code) {
  const { draftOf } = await import(form.dataset.sealing);
  const { name, state } = draftOf(readDraft, code);
  if (state && state.sealed) {
    keep({ ...state.sealed, draft: name });
    return sendKept();
  }
  dropDraft(name);
  return false;
}

// The refusal, as the server answered it: an error's page, or the entry with a sentence where the code may be mistyped.
// What something between here and there answers is no refusal.
async function refuse(page, code) {
  const error = page.querySelector("[data-error]");
  if (!error && !page.querySelector("[data-entry]")) {
    throw new TypeError("no page of ours");
  }
  if (!error || FINAL.includes(error.dataset.error)) {
    if (sweepDrafts() && (await isSentAgain(code))) {
      return;
    }
    forget();
  }
  show(page.querySelector("main"), page.title, page.documentElement.lang);
  if (!error) {
    takeEntry();
    input.focus();
  }
}

async function showPaper(page, place) {
  const layout = page.querySelector("[data-layout-script]");
  if (layout) {
    await import(layout.getAttribute("src")).catch(() => {}); // then all stands in one list
  }
  isOpened = true;
  if (place === "new") {
    history.pushState({ at: "paper" }, "", home());
  }
  sayAtEntry("");
  form.reset();
  show(page.querySelector("main"), page.title, page.documentElement.lang);
  begin(placeInHistory());
}

async function open(typed, place) {
  const code = tidied(typed);
  const turn = (turns += 1);
  keep({ code });
  button.disabled = true;
  button.textContent = "…";
  try {
    const page = await askPaper(form, { code: typed });
    if (turn !== turns) {
      return;
    }
    if (page.querySelector("[data-ballot]")) {
      await showPaper(page, place);
    } else {
      await refuse(page, code);
    }
  } catch {
    showEntry();
    sayAtEntry(words.textOffline);
  }
}

function openScanned() {
  const scanned = location.hash.slice(1, 41);
  if (scanned === "") {
    return;
  }
  const isAnother = !isOpened || isOver() || codeOfPaper() !== tidied(scanned);
  history.replaceState({ at: isAnother ? "entry" : "paper" }, "", home());
  if (isSending()) {
    return; // nothing may take away the page of a ballot that is on its way
  }
  if (isAnother) {
    showEntry();
    input.value = scanned;
    open(scanned, "new");
  } else {
    showOpened("paper");
  }
}

function showOpened(at) {
  const { page, title, lang } = shownPage();
  show(page, title, lang);
  turnTo(at);
}

function resume() {
  showEntry();
  if (codeOfTab()) {
    open(codeOfTab(), "old");
  }
}

function travel() {
  const at = placeInHistory();
  if (location.hash.length > 1) {
    return; // a scan, not a step back
  }
  if (isSending()) {
    turnTo(at);
  } else if (isOver()) {
    location.reload();
  } else if (!isOfPaper(at)) {
    showEntry();
  } else if (isOpened) {
    showOpened(at);
  } else {
    resume();
  }
}

function goOn(event) {
  event.preventDefault();
  if (isOpened && !isOver() && codeOfPaper() === tidied(input.value)) {
    history.pushState({ at: "paper" }, "", home());
    showOpened("paper");
  } else {
    open(input.value, "new");
  }
}

function takeEntry() {
  entryPage = document.querySelector("main");
  form = part("entry");
  words = form.dataset;
  button = form.querySelector("[type=submit]");
  input = form.querySelector("#code");
  button.dataset.own = button.textContent;
  Object.assign(entryPage.dataset, { title: document.title, language: document.documentElement.lang });
  form.addEventListener("submit", goOn);
}

function enter() {
  takeEntry();
  history.scrollRestoration = "manual";
  window.addEventListener("popstate", travel);
  // A second scan in the same tab changes only the fragment.
  window.addEventListener("hashchange", openScanned);
  window.addEventListener("pagehide", () => form.reset());
  // A page out of the browser's memory may show what was cast meanwhile.
  window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  sweepDrafts();
  if (sendKept()) {
    return;
  }
  if (location.hash.length > 1) {
    openScanned();
  } else if (isOfPaper(placeInHistory())) {
    resume();
  } else {
    showEntry();
  }
}

if (isAlone) {
  beginAlone();
} else if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", enter); // this script waits for nothing
} else {
  enter();
}
