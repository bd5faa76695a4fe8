// The plain layout: all objects one below the other. Others answer to the same names (booth-layout.js).

export function listLayout(units) {
  return {
    cells: () => [].concat(...units.map((unit) => Array.from(unit.querySelectorAll("[data-cell]")))),
    places: () =>
      units.map((unit) => ({
        title: unit.querySelector("h2").textContent,
        cells: Array.from(unit.querySelectorAll("[data-cell]")),
        target: unit.querySelector("h2"),
      })),
    // Makes visible what is jumped to.
    reveal() {},
    // Puts everything aside, for the review and the index, or back.
    hide(aside) {
      for (const unit of units) {
        unit.hidden = aside;
      }
    },
    // What stands over a target that is scrolled to.
    over: (target) => target.closest("[data-unit]").querySelector(".unit-head"),
    // Goes on to the next page or back.
    turnBy() {},
    isLast: () => true,
    isFirst: () => true,
  };
}
