// Light and dark: as the system has it, until somebody chooses here.

const STORED = "magnet-live.theme";
const system = () => (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");

// `onChange()` is called after each change of colours.
export class Themes {
  constructor(onChange) {
    this.onChange = onChange;
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.#apply());
    document.getElementById("theme").addEventListener("click", () => this.toggle());
    this.#apply();
  }

  toggle() {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    if (next === system()) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, next);
    this.#apply();
  }

  #apply() {
    document.documentElement.dataset.theme = localStorage.getItem(STORED) ?? system();
    this.onChange();
  }
}
