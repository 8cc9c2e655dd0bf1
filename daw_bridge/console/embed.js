// The page inside Max: `/?embed=1` in jweb~ shows one panel at a time, and talks to the patch.
//
// Outlets: status STATE, ready RATE CHANNELS SESSION, beat BEAT BAR BPM, done ADDRESS SECONDS,
// fail ADDRESS reason, event NAME values. Inlets: play, stop, again, tap, undo, prompt TEXT,
// slot N WEIGHT TEXT, tempo BPM, loop BARS, quantize WHEN, reset [WHEN], keep [BARS], param NAME VALUE,
// cmd ADDRESS args.

export const isEmbedded = () => new URLSearchParams(location.search).get("embed") === "1";

const text = (words) => words.join(" ");

// Return the command of a message from Max, as [address, ...args]; null for none.
export function commandOf(name, args) {
  switch (name) {
    case "play":
    case "stop":
    case "again":
    case "tap":
      return [`/magnet/${name}`];
    case "prompt":
      return ["/magnet/prompt", text(args)];
    case "slot":
      return [`/magnet/prompt/${args[0]}`, text(args.slice(2)), Number(args[1])];
    case "tempo":
    case "loop":
    case "quantize":
    case "reset":
      return [`/magnet/${name}`, ...args];
    case "keep":
    case "undo":
      return [`/magnet/take/${name}`, ...args];
    case "param":
      return [`/magnet/param/${args[0]}`, ...args.slice(1)];
    case "cmd":
      return [...args];
    default:
      return null;
  }
}

const INLETS = ["play", "stop", "again", "tap", "prompt", "slot", "tempo", "loop", "quantize", "reset", "keep", "undo", "param", "cmd"];

export class Max {
  // `command(...)` carries a command out; `max` is what jweb gives to its pages, where it does.
  constructor(command, max = window.max) {
    this.max = max;
    if (!max) return;
    for (const name of INLETS) max.bindInlet(name, (...args) => command(...commandOf(name, args)));
  }

  out(...atoms) {
    this.max?.outlet(...atoms);
  }
}

// Show one panel at a time, as tabs.
export function makeTabs(names) {
  document.body.classList.add("embed");
  const list = document.getElementById("tabs");
  const tabs = names.map(([id, label]) => {
    const tab = Object.assign(document.createElement("button"), { type: "button", textContent: label, id: `tab-${id}` });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", id);
    tab.addEventListener("click", () => choose(id));
    list.append(tab);
    document.getElementById(id).setAttribute("role", "tabpanel");
    return { id, tab };
  });
  function choose(chosen) {
    for (const { id, tab } of tabs) {
      tab.setAttribute("aria-selected", String(id === chosen));
      tab.classList.toggle("lit", id === chosen);
      tab.tabIndex = id === chosen ? 0 : -1;
      document.getElementById(id).classList.toggle("shown", id === chosen);
    }
  }
  list.addEventListener("keydown", ({ key }) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
    const index = tabs.findIndex(({ tab }) => tab === document.activeElement);
    if (!by || index < 0) return;
    const { id, tab } = tabs[(index + by + tabs.length) % tabs.length];
    tab.focus();
    choose(id);
  });
  choose(names[0][0]);
}
