// A key-holder's secret in his own browser: drawn, read back and sealed here, so that no sign of it is ever sent.
// Where the arithmetic fails its self-test the forms go to the server as they are, and the page says so.

import { Unreadable } from "./box-unreadable.js";

const QUIET = 4; // modules of white around a code

const place = document.querySelector("[data-holder]");
const { round: roundId, primitives: arithmetic, hpke: sealing, secret: writing, drawing } = place.dataset;
const say = JSON.parse(place.dataset.say);

const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

async function load() {
  const [primitives, hpke, secret] = await Promise.all([arithmetic, sealing, writing].map((address) => import(address)));
  if (!hpke.isSound(primitives)) throw new RangeError("wrong arithmetic");
  return { primitives, hpke, secret };
}

function sayWhoseWork(byServer) {
  for (const notice of document.querySelectorAll("[data-by-server]")) notice.hidden = !byServer;
}

sayWhoseWork(false);
const loading = load();
loading.catch(() => sayWhoseWork(true));

function tell(form, code, params = {}) {
  const shown = form.querySelector("[data-problem]");
  shown.textContent = Object.entries(params).reduce((text, [name, value]) => text.replace(`{${name}}`, value), say[code]);
  shown.hidden = false;
}

function set(form, fields) {
  for (const [name, value] of Object.entries(fields)) form.elements.namedItem(name).value = value;
}

// ---- Drawing ----

function drawCode(svg, cells) {
  const dark = cells.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
  svg.setAttribute("viewBox", `0 0 ${cells.length} ${cells.length}`);
  svg.querySelector("rect").setAttribute("width", cells.length);
  svg.querySelector("rect").setAttribute("height", cells.length);
  svg.querySelector("path").setAttribute("d", dark.join(""));
}

function show(signs, numbers, cells) {
  const slip = document.querySelector("[data-slip]");
  slip.querySelectorAll("[data-number]").forEach((cell, at) => {
    cell.textContent = numbers[at];
  });
  slip.querySelectorAll("[data-sign]").forEach((cell, at) => {
    cell.textContent = signs[at];
  });
  drawCode(slip.querySelector("[data-code]"), cells);
  slip.hidden = false;
  for (const other of document.querySelectorAll("[data-beside-slip]")) other.hidden = true;
  slip.querySelector("[data-on]").addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(location.pathname);
  });
  slip.scrollIntoView();
}

async function drawIn(form) {
  const { primitives, hpke, secret } = await loading;
  const { encodeQR } = await import(drawing);
  const drawn = secret.draw();
  set(form, { public_key: hpke.hex(secret.publicHalf(primitives, drawn, roundId)) });
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { accept: "application/json" },
  });
  const told = await answer.json();
  if (answer.ok) {
    const signs = secret.signsOf(primitives, drawn);
    const numbers = secret.numbersOf(signs);
    show(signs, numbers, encodeQR(numbers.join(""), "raw", { border: QUIET }));
  } else {
    const shown = form.querySelector("[data-problem]");
    shown.textContent = told.message;
    shown.hidden = false;
  }
}

// ---- Reading back, and bringing to the opening ----

async function readIn(form, words) {
  const { primitives, hpke, secret } = await loading;
  const read = secret.readSecret(primitives, words.value);
  const half = hpke.hex(secret.publicHalf(primitives, read, roundId));
  const found = JSON.parse(form.dataset.halves).find((holder) => holder.half === half);
  if (!found) throw new Unreadable("share_unknown");
  return { read, found };
}

async function readBack(form, words) {
  const { primitives, hpke, secret } = await loading;
  const { read, found } = await readIn(form, words);
  if (found.number !== Number(form.dataset.own)) throw new Unreadable("share_of_other", { name: found.name });
  set(form, { proof: hpke.hex(secret.proof(primitives, read, roundId, unhex(form.dataset.challenge))) });
}

async function give(form, words) {
  const { primitives, hpke, secret } = await loading;
  const { read, found } = await readIn(form, words);
  const info = secret.shareInfo(roundId, form.dataset.job, found.number);
  set(form, { number: found.number, sealed: hpke.hex(hpke.seal(primitives, unhex(form.dataset.key), info, read)) });
}

// ---- Forms ----

function fallBack(form, button) {
  for (const words of form.querySelectorAll("[data-words-field]")) words.name = "words";
  form.removeEventListener("submit", form.handler);
  form.requestSubmit(button);
}

function bind(form, act, send) {
  const words = form.querySelector("[data-words-field]");
  if (words) words.removeAttribute("name"); // whatever becomes of the form, it is not sent with it
  form.handler = async (event) => {
    const button = event.submitter;
    if (button && button.hasAttribute("formaction")) return;
    event.preventDefault();
    try {
      await act(form, words);
    } catch (error) {
      if (error.code) tell(form, error.code, error.params);
      else await loading.then(() => tell(form, "script_failed"), () => fallBack(form, button));
      return;
    }
    if (!send) return;
    if (words) words.value = "";
    form.submit();
  };
  form.addEventListener("submit", form.handler);
}

for (const form of document.querySelectorAll("form[data-draw]")) bind(form, drawIn, false);
for (const form of document.querySelectorAll("form[data-read-back]")) bind(form, readBack, true);
for (const form of document.querySelectorAll("form[data-give]")) bind(form, give, true);
