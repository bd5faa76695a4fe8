// A machine for whoever has no phone: it clears itself soon after a ballot was cast, and when nobody touches it for a while.
// Beside the booth's scripts, of whose pages it only looks at what they show. Nothing of a ballot is kept here by them.

const START = "/v?kiosk";
const TICK_MS = 500;
const SECOND_MS = 1000;
const STAY_MS = 60000;
// Seconds until the machine is cleared, and how many of them are told.
const LIMITS = { done: [10, 10], left: [20, 20], open: [90, 20] };

const find = (selector) => document.querySelector(selector);
let touched = Date.now();
let seen = ""; // what was on the page at the last look
let told = ""; // what is said now
let focused = null; // where somebody was when the page was covered
let opened = false; // a paper is in this page
let clearing = false;

function shownNow() {
  if (find("[data-receipt]")) {
    return "done";
  }
  if (find("[data-fallen-back]:not([hidden])")) {
    return "unfit";
  }
  if (find("[data-back]:disabled")) {
    return "sending";
  }
  if (find("[data-ballot]")) {
    opened = true;
    return "open";
  }
  const input = find("#code");
  if (input && input.value === "" && !find("[role=alert]:not([hidden])")) {
    return opened ? "left" : "free";
  }
  return "open";
}

function cover(isCovered) {
  const main = find("main");
  if (main.classList.contains("covered") === isCovered) {
    return;
  }
  focused = isCovered ? document.activeElement : focused;
  main.classList.toggle("covered", isCovered);
  if (isCovered) {
    find("[data-kiosk-on]").focus();
  } else if (focused) {
    focused.focus({ preventScroll: true });
  }
}

function hush() {
  told = "";
  cover(false);
  find("[data-kiosk-bar]").hidden = true;
}

// The receipt stays in view; all else is covered, so that nobody reads another's marks.
function tell(what, left) {
  const bar = find("[data-kiosk-bar]");
  if (bar.hidden || told !== what) {
    told = what;
    const { dataset } = bar;
    bar.hidden = false;
    find("[data-kiosk-says]").textContent = dataset[`text${what[0].toUpperCase()}${what.slice(1)}`];
    find("[data-kiosk-on]").textContent = what === "done" ? dataset.textStay : dataset.textOn;
    find("[data-kiosk-on]").hidden = what === "unfit" || what === "clearing" || what === "sending";
    find("[data-kiosk-end]").hidden = what === "sending" || what === "clearing";
    cover(what !== "done");
  }
  find("[data-kiosk-left]").textContent = left === null ? "" : String(left);
}

// What is on the page goes at once; the start comes as soon as the server can be reached.
async function clear() {
  if (clearing) {
    return;
  }
  clearing = true;
  for (const form of document.forms) {
    form.reset();
  }
  tell("clearing", null);
  try {
    await fetch(START, { cache: "no-store" });
    location.replace(START);
  } catch {
    clearing = false;
  }
}

function look() {
  const now = shownNow();
  if (now !== seen) {
    touched = Date.now();
    seen = now;
  }
  const quiet = Math.floor((Date.now() - touched) / SECOND_MS);
  if (told === "clearing" || (now === "free" && quiet >= LIMITS.open[0] && location.search !== "?kiosk")) {
    clear(); // again, or back to the language that the machine begins with
  } else if (now === "unfit") {
    tell(now, null);
  } else if (now === "sending") {
    waitForAnswer(quiet);
  } else if (now === "free") {
    hush();
    if (document.activeElement === document.body) {
      find("#code").focus();
    }
  } else {
    count(now, quiet);
  }
}

// A ballot that is on its way is never cleared away.
function waitForAnswer(quiet) {
  const [limit, warning] = LIMITS.open;
  if (quiet >= limit - warning) {
    tell("sending", null);
  } else {
    hush();
  }
}

function count(now, quiet) {
  const [limit, warning] = LIMITS[now];
  if (quiet >= limit) {
    clear();
  } else if (quiet >= limit - warning) {
    tell(now, limit - quiet);
  } else if (told) {
    hush();
  }
}

// Somebody is there. What has been said already is answered by its buttons alone.
function touch() {
  opened = opened || find("[data-ballot]") !== null; // between two looks, too
  if (!told) {
    touched = Date.now();
  }
}

function goOn() {
  if (told === "done") {
    touched = Date.now() + STAY_MS;
  } else {
    touched = Date.now();
  }
  if (told === "left") {
    history.forward();
  }
  hush();
}

// A gun that scans types at once, wherever the focus is.
function typeCode(event) {
  const input = find("#code");
  if (input && !told && event.key.length === 1 && document.activeElement !== input) {
    input.focus();
  }
}

for (const kind of ["pointerdown", "touchstart", "keydown", "input", "wheel", "scroll"]) {
  window.addEventListener(kind, touch, { capture: true, passive: true });
}
window.addEventListener("keydown", typeCode);
window.addEventListener("click", ({ target }) => {
  if (target.closest("[data-kiosk-on]")) {
    goOn();
  } else if (target.closest("[data-kiosk-end]")) {
    clear();
  }
});
const ticking = setInterval(look, TICK_MS);
// Neither this page nor what the browser remembers of it is shown again.
window.addEventListener("pagehide", () => {
  clearInterval(ticking);
  find("main").remove();
});
window.addEventListener("pageshow", ({ persisted }) => persisted && location.replace(START));
