// Drawing: the part of the scene that is in view, in as much detail as there is room for.

const canvas = document.getElementById("graph"), pen = canvas.getContext("2d");
// Of what is in both graphs, added, removed, or in part either: colour, width, dashes.
const LINES = [["line", 1, []], ["added-edge", 2, []], ["removed-edge", 1.5, [6, 4]], ["changed-edge", 2, []]];
const view = { x: 0, y: 0, scale: 1 };  // the corner of the window in the drawing
const marks = { selected: -1, hover: -1, found: new Set(), step: null, trail: new Set() };
const FONTS = { "": "12px", name: "bold 12px", small: "10px", port: "9px", wrong: "bold 10px" };
const FAMILY = "Helvetica, Arial, 'Liberation Sans', sans-serif";
const NEAR = 0.55, MIDDLE = 0.16, BINS = 8;
let colours = {}, colouring = "kind", width = 1, height = 1, dark = false;

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
  pen.font = `bold 11px ${FAMILY}`;
  for (const f of scene.frames) {
    if (f.x > right || f.y > bottom || f.x + f.w < x || f.y + TITLE < y || scale < NEAR) continue;
    const { title, titleWidth } = containers[f.container];
    pen.fillStyle = colours.muted;
    pen.fillText(title, f.x + f.title - x, f.y - y + TITLE / 2 + 0.5, titleWidth);
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
  return data.compared ? seen.sort((a, b) => a.mark - b.mark) : seen;
}

function drawLines(x, y, right, bottom, scale) {
  const curved = scale > MIDDLE, near = scale > 0.3, dot = curved ? 0 : 1 / scale, from = behind;
  for (let pieces = 0; pieces < PIECES && behind < waiting.length;) {
    const { mark } = waiting[behind], [colour, thick, dashes] = LINES[mark];
    pen.strokeStyle = colours[colour];
    pen.lineWidth = thick * (near ? 1 : Math.max(0.5 / scale, 1));
    pen.globalAlpha = waiting.length > 3000 && !mark ? 0.55 : 1;
    pen.setLineDash(dashes);
    pen.beginPath();  // one very long path takes more than its parts
    for (let one = 0; one < 400 && behind < waiting.length && waiting[behind].mark === mark; behind++) {
      const drawn = trace(waiting[behind], x, y, right, bottom, curved, dot);
      one += drawn + 1;
      pieces += drawn;
    }
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.setLineDash([]);
  if (!near) return;
  for (let i = from; i < behind;) {
    const { mark } = waiting[i];
    pen.fillStyle = colours[LINES[mark][0]];
    pen.beginPath();
    for (; i < behind && waiting[i].mark === mark; i++) {
      const line = waiting[i], px = line.points[line.points.length - 2];
      if (line.arrow && px >= x - 4 && px <= right + 4 && line.y1 >= y && line.y1 <= bottom + 8) head(line, x, y);
    }
    pen.fill();
  }
}

function drawBoxes(x, y, right, bottom, scale) {
  const { things, x: cx, y: cy, w, h } = scene;
  lookAll();
  const groups = looks.list.map((found) => ({ look: found, at: [] }));
  for (let i = 0; i < things.length; i++) {
    if (cx[i] - w[i] / 2 > right || cx[i] + w[i] / 2 < x || cy[i] - h[i] / 2 > bottom || cy[i] + h[i] / 2 < y) continue;
    groups[looks.at[i]].at.push(i);
  }
  for (const { look: [fill, edge, , thick = 1, dashes = []], at } of groups) {
    if (scale <= MIDDLE) {
      const dot = (thick > 1 ? 4 : 1.2) / scale;  // nothing is drawn smaller
      pen.fillStyle = colours[colouring === "kind" || colouring === "difference" || fill === "fine" ? edge : fill];
      for (const i of at) {
        const wide = Math.max(w[i], dot), high = Math.max(h[i], dot);
        pen.fillRect(cx[i] - wide / 2 - x, cy[i] - high / 2 - y, wide, high);
      }
      continue;
    }
    pen.fillStyle = colours[fill];
    pen.strokeStyle = colours[edge];
    pen.lineWidth = thick;
    pen.setLineDash(dashes);
    pen.beginPath();
    for (const i of at) outline(i, x, y, 0);
    pen.fill();
    pen.stroke();
    pen.setLineDash([]);
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
          const colour = ink !== "ink" ? ink : kind === "wrong" ? "failed-edge" : kind === "small" || kind === "port" ? "muted" : ink;
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
