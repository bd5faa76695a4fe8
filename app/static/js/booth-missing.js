// What is not marked yet: counted, shown, and gone to one after the other in the order of the page.

export const isOpen = (cell) => !cell.querySelector("input:checked");

export function clearMiss(cell) {
  cell.classList.remove("missing");
  const note = cell.querySelector(".miss");
  if (note) {
    note.remove();
  }
}

export function showMiss(cell, text) {
  if (!cell.querySelector(".miss")) {
    const note = document.createElement("p");
    note.className = "miss";
    note.textContent = text;
    cell.querySelector("legend").after(note);
  }
  cell.classList.add("missing");
}

// The first open cell behind `from`, and after the last the first of all.
export function nextOpen(cells, from) {
  const at = cells.indexOf(from) + 1;
  return [...cells.slice(at), ...cells.slice(0, at)].find(isOpen);
}

// Its section, or the whole ballot where there is only one.
export function partOf(cell) {
  return cell.closest("[data-unknown]");
}

// Gives open cells the mark of their section that is no opinion; says how many it gave.
export function markRest(open) {
  for (const cell of open) {
    clearMiss(cell);
    cell.querySelector(`[type=radio][value="${partOf(cell).dataset.unknown}"],[data-free]`).checked = true;
  }
  return open.length;
}
