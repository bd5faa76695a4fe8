// The order of the objects is drawn on the phone, so that no object gets the freshest eye of a whole hall.
// The page brings a number that belongs to the slip, so that a reload or a second scan keeps the order. (The history
// entry cannot hold one: replaceState makes Chromium forget that the page was posted, and a reload then fails.)

// Drawn by Marsaglia's xorshift, which never comes to zero from any other number.
function shuffled(units, seed) {
  const order = units.slice();
  let state = parseInt(seed.slice(0, 8), 16) | 1;
  for (let last = order.length - 1; last > 0; last -= 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

export function shuffleUnits(units, seed) {
  const order = shuffled(units, seed);
  const { parentNode, nextSibling } = units[units.length - 1];
  const moved = document.createDocumentFragment();
  order.forEach((unit, at) => {
    unit.querySelector(".count").textContent = `${at + 1} / ${order.length}`;
    moved.append(unit);
  });
  parentNode.insertBefore(moved, nextSibling);
}
