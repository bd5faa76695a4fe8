// Makes the envelope of a ballot on the phone. Fetched, with the primitives, while the person marks.
// The bytes are those of app/box/envelope.py and app/box/seal.py; numbers are big-endian.

import { cast } from "./booth-cast.js";
import { base64, readDraftOf, watchDraft } from "./booth-draft.js";
import * as primitives from "../vendor/sealing/primitives.min.js";
import { capsule, finish, joined, sealIn, soundness, unhex } from "./hpke.js";

const FORMAT = 2;
const LATEST_MS = 200;
const encoder = new TextEncoder();

function short(number) {
  return [number >> 8, number & 0xff];
}

function sized(text) {
  const raw = encoder.encode(text);
  return joined(short(raw.length), raw);
}

function plaintext({ paper, place, marks, remarks, remarkBytes }) {
  const parts = remarks.map(([object, text]) => joined(short(object), sized(text)));
  const written = parts.length > 0 ? joined(short(parts.length), ...parts) : [];
  const area = new Uint8Array(remarkBytes);
  area.set(written); // throws where it does not fit
  return joined([FORMAT], unhex(paper), short(place), marks, area);
}

// One step whenever the phone has nothing else to do.
async function inIdleTime(steps) {
  const later = window.requestIdleCallback || setTimeout;
  let step = steps.next();
  while (!step.done) {
    await new Promise((go) => later(go, { timeout: LATEST_MS }));
    step = steps.next();
  }
  return step.value;
}

function infoOf({ round, paper, group }) {
  return joined(encoder.encode("manyidu/envelope/v2"), sized(round), unhex(paper), sized(group));
}

// Resolves, once the arithmetic was tried, with what seals ballots to a key (hex) and watches over a draft; with null
// where it is wrong. The key of the first ballot is made while the person marks.
export async function prepare(key) {
  if (!(await inIdleTime(soundness(primitives)))) {
    return null;
  }
  const toKey = () => capsule(primitives, unhex(key));
  const first = toKey();
  let made = null;
  inIdleTime(first).then(
    (ready) => {
      made = ready;
    },
    () => {}, // told when a ballot is sealed
  );
  return {
    // ballot: round, paper (hex), group, place of the group, marks (bytes), remarks ([place, text] in order),
    // remarkBytes. Returns the sealed bytes as base64 for addresses, which is as long in a form as it is here.
    envelope(ballot) {
      const own = made || finish(first) || finish(toKey());
      made = null;
      return base64(sealIn(primitives, own, infoOf(ballot), plaintext(ballot))).replace(/\+/g, "-").replace(/\//g, "_");
    },
    cast,
    watchDraft: (store, page) => watchDraft(primitives, store, page),
  };
}

// The draft of a slip whose paper is not open.
export const draftOf = (read, code) => readDraftOf(primitives, read, code);
