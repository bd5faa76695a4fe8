// A paper to be looked at: everything works as on a phone but the last step. Nothing is kept, and nothing is sent.

import { begin, turnTo } from "./booth-paper.js";

// The steps through the paper are entries of this page, not of the booth.
const push = history.pushState.bind(history);
const replace = history.replaceState.bind(history);
history.pushState = (state) => push(state, "");
history.replaceState = (state) => replace(state, "");

const find = (name) => document.querySelector(`[data-${name}]`);

window.addEventListener("popstate", () => turnTo(history.state && history.state.at));
window.addEventListener(
  "submit",
  (event) => {
    const isEnd = !find("review").hidden || event.target !== find("ballot");
    if (isEnd) {
      event.preventDefault();
      event.stopImmediatePropagation();
      find("says").textContent = find("preview").dataset.textEnd;
    }
  },
  true,
);
// The other language is another page.
window.addEventListener(
  "click",
  (event) => {
    if (event.target.closest("[data-switch]")) {
      event.stopImmediatePropagation();
    }
  },
  true,
);

find("next").disabled = false;
// In a frame the page around it keeps the focus: somebody may be typing there.
if (window === window.top) {
  begin();
} else {
  const { focus } = HTMLElement.prototype;
  HTMLElement.prototype.focus = () => {};
  begin();
  HTMLElement.prototype.focus = focus;
}
