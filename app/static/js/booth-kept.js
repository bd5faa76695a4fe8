// A sealed ballot that was sent and not yet answered: it lies in this tab's storage, with its code, until the receipt.
// Only the envelope lies there, never a mark. A page that comes up meanwhile (a reload) sends the very same bytes again.

const NAME = "ballot";

export function keep(fields) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(fields));
  } catch {
    // No storage on this phone: then a reload asks for the paper anew.
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Nothing was kept.
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return null;
  }
}

// Posts the kept ballot as the review page without scripts would, whose answer is the receipt; says whether there is one.
export function sendKept() {
  const fields = kept();
  if (!fields) {
    return false;
  }
  const form = document.querySelector("[data-kept]");
  for (const name of Object.keys(fields)) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = fields[name];
    form.append(field);
  }
  form.submit();
  return true;
}
