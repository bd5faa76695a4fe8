// Shows the form being edited as phones show it, a moment after something was typed. Without this script a button does.

const WAIT_MS = 400;
const form = document.querySelector("[data-live-preview]");
const button = form.querySelector("[data-show-preview]");
let frame = document.querySelector(".phone-frame");
let count = 0;
let timer = 0;

function placeIn(old) {
  return old.contentWindow ? old.contentWindow.pageYOffset : 0;
}

// A new frame each time: the steps of one that stays would stand in the way of Back.
function show() {
  const next = frame.cloneNode();
  count += 1;
  next.name = `phone-${count}`;
  next.removeAttribute("src");
  next.classList.add("coming");
  frame.parentNode.append(next);
  next.addEventListener("load", () => {
    if (next.contentWindow.location.href === "about:blank") {
      return;
    }
    const place = placeIn(frame);
    frame.remove();
    frame = next;
    frame.classList.remove("coming");
    frame.contentWindow.scrollTo(0, place);
  });
  button.formTarget = next.name;
  button.click();
}

function showSoon() {
  clearTimeout(timer);
  timer = setTimeout(show, WAIT_MS);
}

form.addEventListener("input", showSoon);
form.addEventListener("change", showSoon);
