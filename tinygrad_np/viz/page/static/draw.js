// Drawing: the part of the scene that is in view, in as much detail as there is room for.

const canvas = document.getElementById("graph"), pen = canvas.getContext("2d");
const view = { x: 0, y: 0, scale: 1 };  // the corner of the window in the drawing
const marks = { selected: -1, hover: -1, found: new Set(), step: null, done: new Set(), trail: new Set() };
const FONTS = { "": "12px", name: "bold 12px", small: "10px", port: "9px" };
const FAMILY = "Helvetica, Arial, 'Liberation Sans', sans-serif";
const NEAR = 0.55, MIDDLE = 0.16, BINS = 8;
let colours = {}, colouring = "kind", width = 1, height = 1, dark = false;

// ---- colours

const MEASURES = {
  gradient: { name: "gradient norm", of: (b) => b.gradient >= 0 ? arrays[b.gradient].norm : undefined, join: Math.max, show: figure },
  seconds: { name: "time", of: (b) => b.seconds, join: (a, b) => a + b, show: duration },
  saved: { name: "bytes saved", of: (b) => b.saved, join: (a, b) => a + b, show: bytes },
};

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
  boxes.forEach((_, b) => { if (values[b] > 0) { low = Math.min(low, values[b]); high = Math.max(high, values[b]); } });
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
  if (isContainer(thing)) return "module";
  const box = boxes[thing];
  return box.result ? "result" : box.parameter ? "parameter" : box.kind === "rest" ? "op" : box.kind;
}

function holdsOrigin(thing) {
  return [...origins].some((b) => b >= 0 && seenAs(b) === thing);
}

// The fill of a thing, the line around it and its words: names of colours.
function look(thing) {
  if (colouring === "kind") { const kind = kindOf(thing); return [kind, `${kind}-edge`, "ink"]; }
  if (colouring === "nan") {
    if (holdsOrigin(thing)) return ["origin", "origin", "paper"];
    return [["fine", "bad-gradient", "bad"][bad[thing] || 0], "op-edge", "ink"];
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
  for (const kind of ["op", "leaf", "parameter", "constant", "result", "module"]) names.push(kind, `${kind}-edge`);
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  const [from, to] = dark ? [[44, 60, 82], [169, 213, 255]] : [[203, 222, 245], [11, 60, 120]];
  for (let n = 0; n < BINS; n++) {
    const t = n / (BINS - 1);
    colours[`ramp${n}`] = `rgb(${from.map((f, i) => Math.round(f + t * (to[i] - f))).join(" ")})`;
  }
  colours.rampLow = dark ? "#f0f3f7" : "#1f2937";
  colours.rampHigh = dark ? "#10151d" : "#ffffff";
}

// ---- words for numbers

function figure(v) {
  if (v === null || v === undefined) return "–";
  if (v === 0) return "0";
  const size = Math.abs(v);
  return size >= 1e5 || size < 1e-3 ? v.toExponential(3).replace("e+", "e") : String(Number(v.toPrecision(5)));
}
function duration(s) {
  return s < 1e-3 ? `${Number((s * 1e6).toPrecision(3))} µs` : s < 1 ? `${Number((s * 1e3).toPrecision(3))} ms` : `${Number(s.toPrecision(3))} s`;
}
function bytes(n) {
  for (const unit of ["bytes", "kB", "MB"]) {
    if (n < 1000) return `${Number(n.toPrecision(3))} ${unit}`;
    n /= 1000;
  }
  return `${Number(n.toPrecision(3))} GB`;
}

// ---- drawing

// Lines are drawn so many pieces at a time, so that no frame takes long; the others follow. A
// piece that is long on the screen counts more: by each LENGTH pixels.
const PIECES = 3000, LENGTH = 400;
let waiting = [], behind = 0;

function setUp() {
  const ratio = window.devicePixelRatio || 1;
  pen.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, 0, 0);
  return [view.x, view.y, view.x + width / view.scale, view.y + height / view.scale, view.scale];
}

// Draws what is in view; returns whether that was all, or `drawMore` is to follow.
function draw() {
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const area = setUp();
  drawFrames(...area);
  waiting = linesIn(...area);
  behind = 0;
  return drawMore();
}

function drawMore() {
  const area = setUp(), isFirst = behind === 0;
  drawLines(...area);
  const isDone = behind >= waiting.length;
  // From afar boxes take as long as lines: while more are to come the first ones do.
  if (isFirst || isDone || view.scale > MIDDLE) drawBoxes(...area);
  return isDone;
}

function drawFrames(x, y, right, bottom, scale) {
  for (const f of scene.frames) {
    if (f.x > right || f.y > bottom || f.x + f.w < x || f.y + f.h < y || f.w * scale < 2) continue;
    pen.fillStyle = colours.frame;
    pen.strokeStyle = colours["frame-edge"];
    pen.lineWidth = 1 / scale;
    pen.fillRect(f.x - x, f.y - y, f.w, f.h);
    pen.strokeRect(f.x - x, f.y - y, f.w, f.h);
  }
}

function drawTitles(x, y, right, bottom, scale) {
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.font = `bold 12px ${FAMILY}`;
  for (const f of scene.frames) {
    if (f.x > right || f.y > bottom || f.x + f.w < x || f.y + TITLE < y || scale < NEAR) continue;
    const title = containers[f.container].title, room = Math.min(containers[f.container].titleWidth - 24, f.w - 16);
    const left = (f.onRight ? f.x + f.w - 8 - room : f.x + 8) - x, middle = f.y - y + TITLE / 2 + 0.5;
    pen.lineWidth = 4;
    pen.lineJoin = "round";
    pen.strokeStyle = colours.frame;  // a line that still crosses the words passes behind them
    pen.strokeText(title, left, middle, room);
    pen.fillStyle = colours.muted;
    pen.fillText(title, left, middle, room);
  }
}

// Puts a line on the path: only what is in view, and no piece smaller than a dot.
function trace(line, x, y, right, bottom, curved, dot) {
  const p = line.points, whole = line.x0 >= x && line.x1 <= right && line.y0 >= y && line.y1 <= bottom;
  let fx = p[0], fy = p[1], down = false, pieces = 0;
  for (let i = 2; i < p.length; i += 2) {
    const px = p[i], py = p[i + 1];
    if (i + 2 < p.length && py - fy < dot && Math.abs(px - fx) < dot) continue;
    if (!whole && (py < y || fy > bottom || (px < x && fx < x) || (px > right && fx > right))) {
      down = false;
    } else {
      if (!down) pen.moveTo(fx - x, fy - y);
      down = true;
      pieces += 1 + Math.min((Math.abs(px - fx) + py - fy) * view.scale, width + height) / LENGTH;
      if (curved && px !== fx) {
        const middle = (fy + py) / 2 - y;
        pen.bezierCurveTo(fx - x, middle, px - x, middle, px - x, py - y);
      } else pen.lineTo(px - x, py - y);
    }
    fx = px; fy = py;
  }
  return pieces;
}

function head(line, x, y) {
  const p = line.points, px = p[p.length - 2] - x, py = p[p.length - 1] - y;
  pen.moveTo(px, py);
  pen.lineTo(px - 3.5, py - 7);
  pen.lineTo(px + 3.5, py - 7);
  pen.closePath();
}

function linesIn(x, y, right, bottom, scale) {
  const seen = [], least = 1.5 / scale;  // shorter ones would be less than a dot
  for (const line of scene.lines) {
    if (line.x0 > right || line.x1 < x || line.y0 > bottom || line.y1 < y) continue;
    if (line.y1 - line.y0 >= least || line.x1 - line.x0 >= least) seen.push(line);
  }
  return seen;
}

function drawLines(x, y, right, bottom, scale) {
  const curved = scale > MIDDLE, near = scale > 0.3, dot = curved ? 0 : 1 / scale, from = behind;
  pen.strokeStyle = colours.line;
  pen.lineWidth = near ? 1 : Math.max(0.5 / scale, 1);
  pen.globalAlpha = waiting.length > 3000 ? 0.55 : 1;
  for (let pieces = 0; pieces < PIECES && behind < waiting.length;) {
    pen.beginPath();  // one very long path takes more than its parts
    for (let one = 0; one < 400 && behind < waiting.length; behind++) {
      const drawn = trace(waiting[behind], x, y, right, bottom, curved, dot);
      one += drawn + 1;
      pieces += drawn;
    }
    pen.stroke();
  }
  pen.globalAlpha = 1;
  if (!near) return;
  pen.fillStyle = colours.line;
  pen.beginPath();
  for (let i = from; i < behind; i++) {
    const line = waiting[i], px = line.points[line.points.length - 2];
    if (line.arrow && px >= x - 4 && px <= right + 4 && line.y1 >= y && line.y1 <= bottom + 8) head(line, x, y);
  }
  pen.fill();
}

function drawBoxes(x, y, right, bottom, scale) {
  const { things, x: cx, y: cy, w, h } = scene;
  lookAll();
  const groups = looks.list.map((found) => ({ look: found, at: [] }));
  for (let i = 0; i < things.length; i++) {
    if (cx[i] - w[i] / 2 > right || cx[i] + w[i] / 2 < x || cy[i] - h[i] / 2 > bottom || cy[i] + h[i] / 2 < y) continue;
    groups[looks.at[i]].at.push(i);
  }
  const dot = 1.2 / scale;  // nothing is drawn smaller
  for (const { look: [fill, edge], at } of groups) {
    if (scale <= MIDDLE) {
      pen.fillStyle = colours[colouring === "kind" || fill === "fine" ? edge : fill];
      for (const i of at) {
        const wide = Math.max(w[i], dot), high = Math.max(h[i], dot);
        pen.fillRect(cx[i] - wide / 2 - x, cy[i] - high / 2 - y, wide, high);
      }
      continue;
    }
    pen.fillStyle = colours[fill];
    pen.strokeStyle = colours[edge];
    pen.lineWidth = 1;
    pen.beginPath();
    for (const i of at) outline(i, x, y, 0);
    pen.fill();
    pen.stroke();
  }
  drawMarks(x, y, scale);
  if (scale <= MIDDLE) return;
  if (scale < NEAR) drawNames(groups, x, y, scale); else drawWords(groups, x, right);
  drawTitles(x, y, right, bottom, scale);
}

function outline(i, x, y, grown) {
  const { things, x: cx, y: cy, w, h } = scene;
  const left = cx[i] - w[i] / 2 - x - grown, top = cy[i] - h[i] / 2 - y - grown;
  const round = isContainer(things[i]) || boxes[things[i]].op || boxes[things[i]].kind === "rest";
  if (isContainer(things[i]) && !grown) pen.rect(left + 3, top + h[i], w[i] - 6, 3);  // as if more were below
  if (round) pen.roundRect(left, top, w[i] + 2 * grown, h[i] + 2 * grown, 7); else pen.rect(left, top, w[i] + 2 * grown, h[i] + 2 * grown);
}

const labelOf = (thing) => isContainer(thing) ? containers[thing - boxes.length].closed : boxes[thing].label;

// The name alone, as large as fits.
function drawNames(groups, x, y, scale) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const { look: [, , ink], at } of groups) {
    pen.fillStyle = colours[ink];
    for (const i of at) {
      const first = labelOf(scene.things[i])[2];
      if (!first) continue;
      const text = first[first.length - 2], room = scene.w[i] * 0.9;
      const points = Math.floor(Math.min(11 / scale, scene.h[i] * 0.8, 12 * room / Math.max(first[first.length - 1], 1)));
      if (points * scale < 6) continue;
      pen.font = `bold ${points}px ${FAMILY}`;
      pen.fillText(text, scene.x[i] - x, scene.y[i] - y, room);
    }
  }
}

function drawWords(groups, x, right) {
  const { y } = view;
  const byFont = {};
  for (const { look: [, , ink], at } of groups) {
    for (const i of at) {
      const label = labelOf(scene.things[i]);
      for (let k = 2; k < label.length; k++) {
        const [dx, dy, all] = label[k];
        if (scene.x[i] + dx + all < x || scene.x[i] + dx - all > right) continue;
        let left = scene.x[i] + dx - all / 2 - x;
        for (let j = 3; j < label[k].length; j += 3) {
          const [kind, text, wide] = label[k].slice(j, j + 3);
          const colour = (kind === "small" || kind === "port") && ink === "ink" ? "muted" : ink;
          ((byFont[kind] ??= {})[colour] ??= []).push(text, left + wide / 2, scene.y[i] + dy - y, wide);
          left += wide;
        }
      }
    }
  }
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const [kind, byColour] of Object.entries(byFont)) {
    pen.font = `${FONTS[kind]} ${FAMILY}`;
    for (const [colour, list] of Object.entries(byColour)) {
      pen.fillStyle = colours[colour];
      for (let k = 0; k < list.length; k += 4) pen.fillText(list[k], list[k + 1], list[k + 2] + 0.5, list[k + 3] + 1);
    }
  }
}

const ring = (thing, ...rest) => rings([thing], ...rest);

function rings(list, colour, thick, grown, x, y, scale, dash) {
  const least = 2 / scale, right = x + width / scale, bottom = y + height / scale;  // still seen from afar
  pen.strokeStyle = colours[colour];
  pen.lineWidth = Math.max(thick, thick * 0.6 / scale);
  pen.setLineDash(dash ? [6 / Math.min(scale, 1), 3 / Math.min(scale, 1)] : []);
  const seen = new Set();
  for (const thing of list) {
    const i = scene.index.get(seenAs(thing));
    if (i === undefined || scene.x[i] + scene.w[i] < x || scene.x[i] - scene.w[i] > right) continue;
    if (scene.y[i] + scene.h[i] >= y && scene.y[i] - scene.h[i] <= bottom) seen.add(i);
  }
  const shown = [...seen];
  for (let k = 0; k < shown.length; k += 200) {
    pen.beginPath();
    for (const i of shown.slice(k, k + 200)) outline(i, x, y, Math.max(grown, least));
    pen.stroke();
  }
  pen.setLineDash([]);
}

function frameRing(thing, x, y, scale) {
  const [cx, cy, w, h] = placeOf(thing);
  pen.strokeStyle = colours.selected;
  pen.lineWidth = Math.max(2, 1.5 / scale);
  pen.strokeRect(cx - w / 2 - x, cy - h / 2 - y, w, h);
}

function strokeLines(list, colour, thick, x, y, scale) {
  pen.strokeStyle = pen.fillStyle = colours[colour];
  pen.lineWidth = Math.max(thick, thick / scale * 0.6);
  pen.beginPath();
  const [right, bottom] = [x + width / scale, y + height / scale];
  for (const l of list) trace(scene.lines[l], x, y, right, bottom, scale > MIDDLE, 0);
  pen.stroke();
  if (scale <= 0.3) return;
  pen.beginPath();
  for (const l of list) if (scene.lines[l].arrow) head(scene.lines[l], x, y);
  pen.fill();
}

function drawMarks(x, y, scale) {
  const { selected, hover, step } = marks;
  rings(marks.done, "step", 1, 1, x, y, scale);
  rings(marks.found, "accent", 2, 3, x, y, scale, true);
  if (colouring === "nan") rings(marks.trail, "origin", 2, 0, x, y, scale);
  else if (anyBad) rings([...origins].filter((b) => b >= 0), "origin", 3, 2, x, y, scale);
  if (selected >= 0) {
    if (!isContainer(selected)) strokeLines(linesOf([...inputs[selected], ...uses[selected]]), "selected", 2, x, y, scale);
    if (scene.index.has(seenAs(selected))) ring(selected, "selected", 3, 2, x, y, scale);
    else frameRing(selected, x, y, scale);
  }
  if (hover >= 0 && hover !== selected) ring(hover, "selected", 1, 1, x, y, scale);
  if (step) {
    strokeLines(linesOf(step.arrows), "step", 3, x, y, scale);
    if (step.parent >= 0) ring(seenAs(step.parent), "step", 2.5, 3, x, y, scale, true);
    if (step.node >= 0) ring(seenAs(step.node), "step", 4, 3, x, y, scale);
  }
}
