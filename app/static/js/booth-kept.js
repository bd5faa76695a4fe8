// All that a phone keeps of a ballot before its receipt, and the one door to its storage. A phone without storage, or one
// whose storage is full, works without: then a reload asks for the slip again.
// In this tab: the slip's code, from the scan on, and the sealed ballot once it was sent. On this phone: drafts, sealed
// under a key that only the slip's code gives, for a day at most. At a shared machine (booth-kiosk.js): nothing.

const NAME = "ballot";
const DRAFT = "manyidu.draft.";
const HOUR_MS = 3600000;
const HOURS = 24;
const SENT = ["code", "round", "paper", "group", "sealed"];
export const FINAL = ["code_used", "code_voided", "code_unknown", "round_closed", "round_void", "paper_changed"];
export const KIOSK = "kiosk" in document.documentElement.dataset;

// Where the booth begins, in the reader's language.
export function home() {
  return "/v" + (location.pathname === "/v" ? location.search : KIOSK ? "?kiosk" : "");
}

function attempt(act) {
  try {
    return act();
  } catch {
    return null; // no storage, or none left
  }
}

export function kept() {
  return KIOSK ? null : attempt(() => JSON.parse(sessionStorage.getItem(NAME)));
}

export function keep(fields) {
  if (!KIOSK) {
    attempt(() => sessionStorage.setItem(NAME, JSON.stringify(fields)));
  }
}

export function forget() {
  const fields = kept();
  if (fields && fields.draft) {
    dropDraft(fields.draft);
  }
  attempt(() => sessionStorage.removeItem(NAME));
}

// Posts the kept ballot as the review page without scripts would, whose answer is the receipt; says whether there is one.
export function sendKept() {
  const fields = kept();
  if (!fields || !fields.sealed) {
    return false;
  }
  const form = document.querySelector("[data-kept]");
  for (const name of SENT) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = fields[name];
    form.append(field);
  }
  form.submit();
  return true;
}

export function readDraft(name) {
  return attempt(() => JSON.parse(localStorage.getItem(name)));
}

// What it is good for is told in whole hours, so that nothing says when somebody voted.
export function writeDraft(name, box) {
  const until = (Math.floor(Date.now() / HOUR_MS) + HOURS) * HOUR_MS;
  attempt(() => localStorage.setItem(name, JSON.stringify({ until, box })));
}

export function dropDraft(name) {
  attempt(() => localStorage.removeItem(name));
}

// Clears drafts whose day is over, whosever they are; says whether there are others.
export function sweepDrafts() {
  const names = attempt(() => Object.keys(localStorage)) || [];
  const good = names.filter((name) => {
    const draft = name.startsWith(DRAFT) && readDraft(name);
    const left = draft ? draft.until - Date.now() : 0;
    const isGood = left > 0 && left <= HOURS * HOUR_MS;
    if (name.startsWith(DRAFT) && !isGood) {
      dropDraft(name);
    }
    return isGood;
  });
  return good.length > 0 && !KIOSK;
}
