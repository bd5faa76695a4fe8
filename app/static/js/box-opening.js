// Follows an opening that goes on in the server; when it is over, the page itself says how it ended.
const EVERY_MS = 500;
const place = document.querySelector("[data-progress]");

async function look() {
  const answer = await fetch(place.dataset.progress, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const { running, phase, done, total } = await answer.json();
  const bar = place.querySelector("progress");
  bar.max = total || 1;
  bar.value = done;
  place.querySelector("[data-figures]").hidden = total === 0;
  place.querySelector("[data-done]").textContent = done.toLocaleString();
  place.querySelector("[data-total]").textContent = total.toLocaleString();
  place.querySelector("[data-phase]").textContent = place.dataset[phase] ?? place.dataset.reading;
  return running;
}

async function follow() {
  let running = true;
  try {
    running = await look();
  } catch {
    // the server may be restarting: ask again
  }
  if (running) setTimeout(follow, EVERY_MS);
  else location.replace(location.pathname);
}

if (place) follow();
