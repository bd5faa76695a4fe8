// The draft of a ballot: what was filled in lies on this phone until the receipt, sealed under a key that the slip's
// code gives (HKDF, RFC 5869) and nothing else, so that a reload, a killed page or a second scan bring it back.
// Fetched with what seals, after the paper can be used.

import { hex, joined } from "./hpke.js";

const DRAFT_NONCE_BYTES = 12;
const NAME_BYTES = 8;
const ROOM = 1024; // drafts are filled up to so many bytes, or twice, or more
const SOON_MS = 100;
const text = new TextEncoder();

export function base64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function unbase64(packed) {
  return Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
}

// Under which name a slip's draft lies, and its key; neither tells the code.
function keysOf({ hmac, SHA256 }, code) {
  const secret = hmac(SHA256, text.encode("manyidu/draft/v1"), text.encode(code));
  const derived = (label) => hmac(SHA256, secret, joined(text.encode(label), [1]));
  return { name: "manyidu.draft." + hex(derived("name").slice(0, NAME_BYTES)), key: derived("key") };
}

function pack(primitives, key, state) {
  const written = text.encode(JSON.stringify(state));
  const filled = joined(written, new Uint8Array(ROOM - (written.length % ROOM)).fill(0x20));
  const nonce = crypto.getRandomValues(new Uint8Array(DRAFT_NONCE_BYTES));
  return base64(joined(nonce, new primitives.ChaCha20Poly1305(key).seal(nonce, filled)));
}

function unpack(primitives, key, box) {
  try {
    const bytes = unbase64(box);
    const opener = new primitives.ChaCha20Poly1305(key);
    return JSON.parse(new TextDecoder().decode(opener.open(bytes.subarray(0, DRAFT_NONCE_BYTES), bytes.subarray(DRAFT_NONCE_BYTES))));
  } catch {
    return null; // not ours, or spoilt
  }
}

// What lies on the phone of a slip: its name and, where there is one, the draft.
export function readDraftOf(primitives, read, code) {
  const { name, key } = keysOf(primitives, code);
  const found = read(name);
  return { name, key, state: found && unpack(primitives, key, found.box) };
}

// In view: the object under the head of the page, and which of its parts begins what is shown of it behind its name.
function placeOfReader({ ballot, units }) {
  const line = ballot.querySelector(".top").offsetHeight + 1;
  const seen = units.find((unit) => unit.getBoundingClientRect().bottom > line);
  return seen ? { unit: seen.dataset.unit, part: Array.from(seen.children).findIndex((one, at) => at > 0 && !one.hidden) } : {};
}

// An object's first part stands at its beginning.
function goToPlace({ goTo }, units, { unit, part }) {
  const one = units.find(({ dataset }) => dataset.unit === unit);
  if (one) {
    goTo((part > 1 && one.children[part]) || one, one.querySelector("h2"));
  }
}

function stateOf(page) {
  const { sent, lang, large, ...rest } = page.look();
  return { paper: page.paper(), answers: page.answers(), ...placeOfReader(rest), lang, large: large.checked, sealed: sent };
}

// Whether nothing was made since the page came of what an answer belongs to: of points neither their mark nor their tenths.
function isFree(ballot, name) {
  const field = ballot.querySelector(`[name="${name}"]`);
  const cell = field && field.closest("[data-cell]");
  const fields = cell ? Array.from(cell.querySelectorAll("input")) : [field];
  return field !== null && fields.every((one) => (one.type === "radio" ? !one.checked : one.value === ""));
}

// What was filled in before; a mark that was made since the page came stays.
function restore(page, state) {
  const { ballot, texts, units, lang, large } = page.look();
  if (state.paper !== page.paper()) {
    page.note(texts.textStale);
    return;
  }
  page.hasSent(state.sealed);
  if (page.isSending()) {
    return; // what was looked over is on its way
  }
  const filled = page.putBack(state.answers.filter(([name]) => isFree(ballot, name)));
  if (large.checked !== state.large) {
    large.checked = state.large;
    large.dispatchEvent(new Event("change"));
  }
  if (!page.reopen()) {
    goToPlace(page, units, state);
  }
  page.note(texts.textRestored.replace("{n}", String(filled)));
  if (state.lang !== lang) {
    page.switchLanguage();
  }
}

// Another page goes on with this slip: this one rests until it is asked to go on instead.
function rest({ ballot }, isResting) {
  document.querySelector("[data-elsewhere]").hidden = !isResting;
  ballot.hidden = isResting;
}

// Watches over a paper's draft. `store` reads and writes records; `page` is the paper, as far as it may be seen here.
export function watchDraft(primitives, store, page) {
  const { name, key, state } = readDraftOf(primitives, store.readDraft, page.code());
  let timer = 0;
  let mine = true;

  function saveNow() {
    clearTimeout(timer);
    timer = 0;
    if (mine) {
      store.writeDraft(name, pack(primitives, key, stateOf(page)));
    }
  }

  function saveSoon() {
    timer = timer || setTimeout(saveNow, SOON_MS);
  }

  function flush() {
    if (timer) {
      saveNow();
    }
  }

  function heard(event) {
    if (event.key !== name || mine === null || page.isSending()) {
      return; // what is on its way is answered here
    }
    mine = false;
    if (event.newValue === null) {
      page.end();
    } else {
      rest(page.look(), true);
    }
  }

  function takeOver() {
    const found = readDraftOf(primitives, store.readDraft, page.code()).state;
    mine = true;
    rest(page.look(), false);
    if (found) {
      page.look().ballot.reset();
      restore(page, found);
    }
    saveNow();
    page.sendAgain();
  }

  function stop() {
    flush();
    mine = null;
  }

  window.addEventListener("storage", heard);
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", flush);
  if (state) {
    restore(page, state);
    saveNow();
  }
  return { name, saveSoon, saveNow, takeOver, stop };
}
