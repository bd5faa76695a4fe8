// Pieces of the views that are made on the phone. Text goes in as text, never as markup.

export function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

// Puts entries into a list, folded by so many: open is the fold that holds the entry at `shown`.
export function putFolded(list, entries, size, shown) {
  list.textContent = "";
  if (entries.length <= size) {
    list.append(...entries);
    return;
  }
  for (let at = 0; at < entries.length; at += size) {
    const part = entries.slice(at, at + size);
    const block = document.createElement("details");
    block.open = shown >= at && shown < at + size;
    block.append(element("summary", "", `${at + 1}–${at + part.length}`), ...part);
    list.append(block);
  }
}
