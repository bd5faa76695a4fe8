// Why typed signs, words or numbers are no secret: a code that the server has a sentence for, and its fields.
export class Unreadable extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}
