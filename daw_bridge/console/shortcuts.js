// Keys for a stage, and the list of them.

const STORED = "magnet-live.single-keys";

// Return whether a key pressed on an element belongs to that element: writing, or moving a control.
export function isTaken(target, key) {
  const role = target?.getAttribute?.("role");
  const tag = target?.tagName;
  if (tag === "INPUT" && target.type !== "range" && target.type !== "checkbox") return true;
  if (tag === "SELECT" || tag === "TEXTAREA") return true;
  const isPressed = key === " " || key === "Enter";
  if (isPressed && (tag === "BUTTON" || tag === "A" || tag === "SUMMARY" || tag === "INPUT")) return true;
  return role === "slider" && (key === "Enter" || key === "Delete" || key === "Backspace");
}

// Return the names that a key may have among the actions: "a", "shift+0". The second is of the place on the
// keyboard: what Shift makes of a digit differs from country to country.
export function namesOf({ key, code = "", shiftKey }) {
  const [, digit] = /^Digit(\d)$/.exec(code) ?? [];
  return shiftKey && digit ? [key.toLowerCase(), `shift+${digit}`] : [key.toLowerCase()];
}

export class Shortcuts {
  #actions;

  // `actions`: [[key, what it does, function]]; keys are those of `namesOf`.
  constructor(actions) {
    this.#actions = new Map(actions.filter(([, , act]) => act).map(([key, , act]) => [key, act]));
    this.dialog = document.getElementById("shortcuts");
    this.box = document.getElementById("single-keys");
    this.box.checked = localStorage.getItem(STORED) !== "off";
    this.box.addEventListener("change", () => localStorage.setItem(STORED, this.box.checked ? "on" : "off"));
    document.getElementById("keys").replaceChildren(...actions.map(([key, what]) => row(key, what)));
    document.addEventListener("keydown", (event) => this.#onKey(event));
    // A button that was clicked does not keep the keys: Space is for playing.
    document.addEventListener("mousedown", (event) => {
      if (event.target.closest("button")) event.preventDefault();
    });
  }

  toggleList() {
    if (this.dialog.open) this.dialog.close();
    else this.dialog.showModal();
  }

  #onKey(event) {
    if (event.key === "Escape" && event.target.tagName === "INPUT") event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTaken(event.target, event.key)) return;
    const act = namesOf(event).map((name) => this.#actions.get(name)).find(Boolean);
    if (!act || (event.key !== "?" && (!this.box.checked || this.dialog.open))) return;
    event.preventDefault();
    act();
  }
}

const titleOf = (name) => (name.length === 1 ? name.toUpperCase() : name.replace(/^shift\+/, "Shift + "));

function row(key, what) {
  const line = document.createElement("div");
  const term = document.createElement("dt");
  const names = key === " " ? ["Space"] : key.split(" ");
  for (const name of names) term.append(Object.assign(document.createElement("kbd"), { textContent: titleOf(name) }));
  line.append(term, Object.assign(document.createElement("dd"), { textContent: what }));
  return line;
}
