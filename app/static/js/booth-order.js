// The order of the objects is drawn on the phone, so that no object gets the freshest eye of a whole hall.
// The page brings a number that belongs to the slip, so that a reload or a second scan keeps the order. (The history
// entry cannot hold one: replaceState makes Chromium forget that the page was posted, and a reload then fails.)

// Bob Jenkins' small fast counter, three of its words mixed and one counted.
function numbers(seed) {
  let [a, b, c, counter] = seed.match(/.{8}/g).map((word) => parseInt(word, 16));
  return (below) => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return Math.floor(((sum >>> 0) / 2 ** 32) * below);
  };
}

function shuffled(units, seed) {
  const draw = numbers(seed);
  const order = units.slice();
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = draw(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

export function shuffleUnits(units, seed) {
  const order = shuffled(units, seed);
  const end = units[units.length - 1].nextSibling;
  const moved = document.createDocumentFragment();
  order.forEach((unit, at) => {
    unit.querySelector(".count").textContent = `${at + 1} / ${order.length}`;
    moved.append(unit);
  });
  end.parentNode.insertBefore(moved, end);
}
