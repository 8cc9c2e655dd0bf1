// The table of controls, as the server tells it at /osc (OSCQuery).

const METHOD_PREFIX = "/magnet/";
const PARAM_PREFIX = "/magnet/param/";

// Return every control of an OSCQuery tree, in its order: [{address, name, doc, arguments}].
export function controlsOf(node) {
  const found = [];
  visit(node, found);
  return found;
}

function visit(node, found) {
  const address = node.FULL_PATH ?? "";
  if (node.TYPE !== undefined && address.startsWith(METHOD_PREFIX)) found.push(control(node, address));
  for (const child of Object.values(node.CONTENTS ?? {})) visit(child, found);
}

function control(node, address) {
  const types = [...node.TYPE].filter((type) => !"[]N".includes(type)); // N: it takes none
  const list = types.map((type, index) => {
    const range = node.RANGE?.[index] ?? {};
    return {
      type,
      low: range.MIN,
      high: range.MAX,
      choices: range.VALS,
      unit: node.UNIT?.[index] ?? "",
      curve: node.CURVE?.[index] ?? "linear",
      default: node.DEFAULT?.[index] ?? null,
    };
  });
  return {
    address,
    name: address.startsWith(PARAM_PREFIX) ? address.slice(PARAM_PREFIX.length) : null,
    doc: node.DESCRIPTION ?? "",
    arguments: list,
  };
}

// Return the widget that a parameter is played with: "switch", "text", "number" or "knob".
export function widgetOf({ type, low, high }) {
  if (type === "s" || low === undefined || high === undefined) return "text";
  if (type === "i" && low === 0 && high === 1) return "switch";
  return type === "i" && high - low > 100000 ? "number" : "knob"; // no hand finds one of so many
}

const GROUPS = [
  ["Sound", ["temperature", "top_p", "top_k", "guidance", "guidance_min", "steps", "seed"]],
  ["Prefix", ["prefix_temperature", "prefix_top_k", "prefix_guidance"]],
  ["Time", ["lead_ms", "slew_s", "window_s", "context_s"]],
  ["Output", ["gain_db", "level"]],
];

// Return the parameters in groups for the page: [[title, controls]]; new ones come under "More".
export function grouped(controls) {
  const params = new Map(controls.filter(({ name }) => name).map((one) => [one.name, one]));
  const groups = GROUPS.map(([title, names]) => [title, names.filter((name) => params.has(name))]);
  const known = new Set(groups.flatMap(([, names]) => names));
  groups.push(["More", [...params.keys()].filter((name) => !known.has(name))]);
  return groups
    .filter(([, names]) => names.length > 0)
    .map(([title, names]) => [title, names.map((name) => params.get(name))]);
}
