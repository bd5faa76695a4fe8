// A refusal may be the answer to a reload: the ballot is sealed and was sent, and nobody saw its receipt.

import { FINAL, forget, sendKept } from "./booth-kept.js";

// What no second try can mend; after anything else the ballot stays and is sent again.
const NEVER = [...FINAL, "code_foreign", "group_unknown", "envelope_wrong_size", "cast_malformed"];
const code = document.querySelector("[data-error]").dataset.error;
if (location.pathname !== "/v/cast") {
  sendKept();
} else if (NEVER.includes(code)) {
  forget();
}
