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
    // Goes on to the next page; says whether there was one.
    forward: () => false,
    isLast: () => true,
  };
}
