// The index sheet: what of the paper is done and what is missing, and a way to each. A long one is folded.

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

// places: title, cells, and what is jumped to where nothing is missing.
export function fillIndex(list, places, texts, jump) {
  const first = places.findIndex(({ cells }) => cells.some(isOpen));
  putFolded(list, places.map((place) => entry(place, texts, jump)), PLACES, first);
}
