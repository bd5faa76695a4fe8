// A refusal may be the answer to a reload: the ballot is sealed and was sent, and nobody saw its receipt.

import { forget, sendKept } from "./booth-kept.js";

const code = document.querySelector("[data-error]").dataset.error;
if (location.pathname !== "/v/cast") {
  sendKept();
} else if (code !== "busy") {
  forget();
}
