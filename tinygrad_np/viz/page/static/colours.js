// Colours: what is measured of a box, what it then looks like, and the legend that says so.

const MEASURES = {
  gradient: { name: "gradient norm", of: (b) => b.gradient >= 0 ? arrays[b.gradient].norm : undefined, join: Math.max, show: figure },
  seconds: { name: "time", of: (b) => b.seconds, join: (a, b) => a + b, show: duration },
  saved: { name: "bytes saved", of: (b) => b.saved, join: (a, b) => a + b, show: bytes },
};
if (data.compared) {
  for (const [key, what] of [["valueFar", "values"], ["gradientFar", "gradients"]]) {
    const of = (b) => Number(b[key]) || undefined;
    MEASURES[key] = { name: `difference of ${what}`, of, join: Math.max, show: figure, rest: "the same, or not known" };
  }
}
const KINDS = ["op", "parameter", "leaf", "constant", "result", "module", "failed"];
const failed = boxes.findIndex((box) => box.mark === "failed");

// What is measured of each thing; a closed module has that of all boxes in it.
function perThing(of, join) {
  const found = new Array(boxes.length + containers.length);
  boxes.forEach((box, b) => {
    const value = of(box, b);
    if (value === undefined || value === null) return;
    found[b] = value;
    for (let n = box.container; n > 0; n = containers[n].parent) {
      const t = thingOf(n);
      found[t] = found[t] === undefined ? value : join(found[t], value);
    }
  });
  return found;
}

const measured = {};
for (const [key, m] of Object.entries(MEASURES)) {
  const values = perThing(m.of, m.join);
  let low = Infinity, high = 0;
  boxes.forEach((_, b) => { if (values[b] > 0 && values[b] < Infinity) { low = Math.min(low, values[b]); high = Math.max(high, values[b]); } });
  measured[key] = { values, low, high, known: values.some((v) => v !== undefined) };
}
const bad = perThing((b) => b.bad ? 2 : b.badGradient ? 1 : 0, Math.max);
const anyBad = bad.some((v) => v > 0);
trouble.forEach((t) => t.tainted.forEach((b) => marks.trail.add(b)));
const origins = new Set(trouble.map((t) => t.box));

function level(key, thing) {
  const { values, low, high } = measured[key], v = values[thing];
  if (v === undefined) return -1;
  if (!(v > 0)) return 0;
  if (!(high > low)) return BINS - 1;
  return Math.min(BINS - 1, Math.max(0, Math.floor(BINS * Math.log(v / low) / Math.log(high / low))));
}

function kindOf(thing) {
  if (isContainer(thing)) return markOf(thing) === "failed" ? "failed" : "module";
  const box = boxes[thing];
  if (box.mark === "failed") return "failed";
  return box.result ? "result" : box.parameter ? "parameter" : box.kind === "rest" ? "op" : box.kind;
}

// What a thing is in a comparison; a closed module is changed if but a part of it differs.
function markOf(thing) {
  if (!isContainer(thing)) return boxes[thing].mark;
  const { marks: found, nodes } = containers[thing - boxes.length], [first] = Object.keys(found);
  return first && first !== "failed" && found[first] < nodes ? "changed" : first;
}

function holdsOrigin(thing) {
  return [...origins].some((b) => b >= 0 && seenAs(b) === thing);
}

// The fill of a thing, the line around it and its words: names of colours. The width of the line, if
// it isn't 1, and its dashes.
function look(thing) {
  if (colouring === "kind") { const kind = kindOf(thing); return [kind, `${kind}-edge`, "ink"]; }
  if (colouring === "nan") {
    if (holdsOrigin(thing)) return ["origin", "origin", "paper"];
    return [["fine", "bad-gradient", "bad"][bad[thing] || 0], "op-edge", "ink"];
  }
  if (colouring === "difference") {
    const mark = markOf(thing);
    return mark ? [mark, `${mark}-edge`, "ink", 2, mark === "removed" ? [6, 4] : []] : ["op", "constant-edge", "muted"];
  }
  const n = level(colouring, thing);
  if (n < 0) return ["fine", "constant-edge", "muted"];
  return [`ramp${n}`, "op-edge", n >= BINS / 2 ? "rampHigh" : "rampLow"];
}

// The looks in use, and which of them each thing in the scene has; until something changes.
let looks = { of: "", list: [], at: [] };

function lookAll() {
  const of = `${colouring} ${scene.revision}`, index = new Map();
  if (looks.of === of) return;
  looks = { of, list: [], at: [] };
  for (const thing of scene.things) {
    const found = look(thing), key = found.join();
    if (!index.has(key)) { index.set(key, looks.list.length); looks.list.push(found); }
    looks.at.push(index.get(key));
  }
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "ink", "muted", "line", "frame", "frame-edge", "accent", "origin", "bad", "bad-gradient", "fine", "step", "selected"];
  for (const kind of [...KINDS, "added", "removed", "changed"]) names.push(kind, `${kind}-edge`);
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  const [from, to] = dark ? [[44, 60, 82], [169, 213, 255]] : [[203, 222, 245], [11, 60, 120]];
  for (let n = 0; n < BINS; n++) {
    const t = n / (BINS - 1);
    colours[`ramp${n}`] = `rgb(${from.map((f, i) => Math.round(f + t * (to[i] - f))).join(" ")})`;
  }
  colours.rampLow = dark ? "#f0f3f7" : "#1f2937";
  colours.rampHigh = dark ? "#10151d" : "#ffffff";
}

const MODES = [...(data.compared ? [["difference", "difference"]] : []), ["kind", "kind"], ...Object.entries(MEASURES).map(([key, m]) => [key, m.name]), ["nan", "NaN and Inf"]];

function colourBy(mode) {
  colouring = mode;
  get("colour").value = mode;
  const swatch = (colour, words) => {
    const sample = make("span", { className: "swatch" });
    sample.style.background = colour;
    return make("li", {}, sample, words);
  };
  const legend = [];
  if (mode === "kind") {
    const kinds = new Set(scene.things.map(kindOf));
    boxes.forEach((_, b) => kinds.add(kindOf(b)));
    for (const kind of KINDS) {
      if (!kinds.has(kind) && !(kind === "module" && containers.length > 1)) continue;
      const item = swatch(colours[kind], kind === "module" ? "closed module" : kind);
      item.firstChild.style.borderColor = colours[`${kind}-edge`];
      legend.push(item);
    }
  } else if (mode === "difference") {
    for (const mark of ["added", "removed", "changed"]) {
      const item = swatch(colours[mark], `${data.signs[mark]} ${mark}`);
      item.firstChild.style.border = `2px ${mark === "removed" ? "dashed" : "solid"} ${colours[`${mark}-edge`]}`;
      legend.push(item);
    }
    legend.push(swatch(colours.op, "the same"));
  } else if (mode === "nan") {
    legend.push(swatch(colours.origin, "first made; what it tainted has a frame in this colour"), swatch(colours.bad, "value"), swatch(colours["bad-gradient"], "gradient only"), swatch(colours.fine, "finite"));
  } else {
    const { low, high, known } = measured[mode], { show, rest = "unknown" } = MEASURES[mode];
    if (known && high > 0) {
      for (let n = 0; n < BINS; n++) legend.push(swatch(colours[`ramp${n}`], n === 0 ? show(low) : n === BINS - 1 ? show(high) : ""));
    }
    legend.push(swatch(colours.fine, known || data.compared ? rest : "nothing is known: make the page with a tape"));
  }
  get("legend").replaceChildren(...legend);
  redraw();
}

