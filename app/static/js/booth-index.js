// The index sheet: what of the paper is done and what is missing, and a way to each. A long one is folded.

// Fetched when somebody asks for it.

import { element, putFolded } from "./booth-element.js";
import { isOpen } from "./booth-missing.js";

const PLACES = 64;

function entry({ title, cells, target }, texts, jump) {
  const open = cells.filter(isOpen);
  const button = element("button", open.length > 0 ? "place" : "place done", "");
  button.type = "button";
  const done = cells.length > 0 ? texts.textDone : "";
  const state = open.length > 0 ? texts.textLacks.replace("{n}", String(open.length)) : done;
  button.append(element("span", "place-name", title), element("span", done ? "place-state" : "place-state free", state));
  button.addEventListener("click", () => jump(open[0] || target));
  return button;
}

// find(name): a part of the paper; places: title, cells, and what is jumped to where nothing is missing; left: how many cells
// may be given 不了解 together.
export function fillIndex(find, places, left, texts, jump) {
  const asked = places.filter(({ cells }) => cells.length > 0);
  const isMissing = ({ cells }) => cells.some(isOpen);
  const first = places.findIndex(isMissing);
  putFolded(find("index-list"), places.map((place) => entry(place, texts, jump)), PLACES, first);
  find("index-done").textContent = `${asked.length - asked.filter(isMissing).length} / ${asked.length}`;
  find("rest").hidden = left === 0;
  find("rest").textContent = texts.textRest.replace("{n}", String(left));
}
