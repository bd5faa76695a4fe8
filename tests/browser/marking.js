// What somebody does to mark everything: mark what is on the screen, scroll on or turn the page, until the review is
// shown. Returns how many marks and pages that took, and how long the longest view was, in screens.
async () => {
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const heightOf = (selector) => document.querySelector(selector).offsetHeight;
  const cells = Array.from(document.querySelectorAll("[data-cell]"), (cell, at) => ({ cell, at }));
  const isOpen = ({ cell }) => !cell.querySelector(":checked");
  const whole = document.documentElement;
  const next = document.querySelector("[data-next]");
  const done = { marks: 0, pages: 0, screens: 0 };
  for (let step = 0; step < 600; step += 1) {
    const top = heightOf(".top") + heightOf("[data-unit]:not([hidden]) .unit-head, .where");
    const foot = innerHeight - heightOf(".foot");
    const isSeen = (box) => box.height > 0 && box.top >= top && box.bottom <= foot;
    const labels = ({ cell }) => Array.from(cell.querySelectorAll("label"));
    const seen = cells.filter((one) => labels(one).every((label) => isSeen(label.getBoundingClientRect())));
    const marked = seen.filter(isOpen);
    marked.forEach((one) => labels(one)[one.at % 5].click());
    done.marks += marked.length;
    done.screens = Math.max(done.screens, whole.scrollHeight / innerHeight);
    const isLeft = whole.scrollHeight - innerHeight - pageYOffset > 1;
    const beyond = isLeft && cells.find((one) => one.cell.offsetHeight && isOpen(one));
    if (beyond) {
      // To the first open cell of the view, as a thumb does, and at least on.
      const room = foot - top;
      const onward = beyond.cell.getBoundingClientRect().top - top - 4;
      scrollBy(0, Math.min(Math.max(onward, room / 4), room));
    } else {
      const { left, right, top: above, bottom } = next.getBoundingClientRect();
      const touched = document.elementFromPoint((left + right) / 2, (above + bottom) / 2);
      if (!next.contains(touched)) throw new Error("a finger does not reach the button");
      next.click();
      if (document.querySelector("[data-review]").checkVisibility()) return done;
    }
    done.pages += 1;
    await frames();
  }
  throw new Error("no end");
}
