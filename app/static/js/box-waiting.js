// Shows on every device whose keys the opening has; the page itself is fetched anew unless somebody is filling it in.
const EVERY_MS = 1000;
const form = document.querySelector("form[data-waiting]");
const place = form.dataset.waiting;
const before = new URLSearchParams(new FormData(form)).toString();

function isUntouched() {
  const words = form.querySelector("[data-words-field]");
  return !(words && words.value) && new URLSearchParams(new FormData(form)).toString() === before;
}

function show(holders) {
  for (const mark of form.querySelectorAll("[data-mark]")) {
    const state = holders[mark.dataset.mark] || "none";
    const words = { checked: "wordsChecked", given: "wordsGiven", refused: "wordsRefused", none: "wordsNone" };
    mark.textContent = mark.dataset[words[state]];
    mark.classList.toggle("done", state === "checked");
    mark.classList.toggle("todo", state !== "checked");
  }
  const checked = Object.values(holders).filter((state) => state === "checked").length;
  const start = form.querySelector("[data-start]");
  if (start) start.disabled = checked < Number(form.dataset.needed);
  return checked;
}

async function look() {
  const answer = await fetch(`${place}/progress`, { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const { phase, holders } = await answer.json();
  const isOther = phase !== "waiting" || show(holders) !== Number(form.dataset.checked);
  if (isOther && isUntouched()) location.replace(place);
}

async function follow() {
  try {
    await look();
  } catch {
    // the server may be restarting: ask again
  }
  setTimeout(follow, EVERY_MS);
}

setTimeout(follow, EVERY_MS);
