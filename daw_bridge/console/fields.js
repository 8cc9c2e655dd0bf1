// Fields that show what the session plays, and change it: nobody's typing is overwritten.

// A text field. `send(text)` is called when it is submitted.
export class TextField {
  #known = ""; // what the session plays

  constructor(input, send) {
    this.input = input;
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!input.disabled) this.submit(send);
    });
  }

  submit(send) {
    this.#known = this.input.value;
    return send(this.#known);
  }

  // Show what somebody else set, unless this field is being written in. Return whether it is new.
  adopt(text) {
    if (text === this.#known || document.activeElement === this.input) return false;
    if (this.input.value === this.#known) this.input.value = text;
    this.#known = text;
    return true;
  }
}

// A slider. `send(number)` is awaited before the next value goes out: always the newest.
export class Slider {
  #isSending = false;

  constructor(input, output, write, send) {
    this.input = input;
    this.show = () => {
      const text = write(Number(input.value));
      if (output.textContent !== text) output.textContent = text;
    };
    input.addEventListener("input", () => this.#follow(send));
    this.show();
  }

  get value() {
    return Number(this.input.value);
  }

  // Show what somebody else set, unless this slider is being moved.
  adopt(number) {
    if (this.#isSending || document.activeElement === this.input) return;
    this.input.value = number;
    this.show();
  }

  async #follow(send) {
    this.show();
    if (this.#isSending) return;
    this.#isSending = true;
    let sent;
    while (sent !== this.value) {
      sent = this.value;
      await send(sent);
    }
    this.#isSending = false;
  }
}
