// Marks: rings around boxes and lines along arrows, over the drawing.

// The places in the scene of those things that are in view.
function inView(list, x, y, scale) {
  const right = x + width / scale, bottom = y + height / scale, seen = new Set();
  for (const thing of list) {
    const i = scene.index.get(seenAs(thing));
    if (i === undefined || scene.x[i] + scene.w[i] < x || scene.x[i] - scene.w[i] > right) continue;
    if (scene.y[i] + scene.h[i] >= y && scene.y[i] - scene.h[i] <= bottom) seen.add(i);
  }
  return [...seen];
}

// A tick at the corner of each box.
function ticks(list, x, y, scale) {
  const radius = 7 / Math.max(scale, 0.7), shown = inView(list, x, y, scale);
  const corner = (i) => [scene.x[i] + scene.w[i] / 2 - x, scene.y[i] - scene.h[i] / 2 - y];
  pen.fillStyle = colours.step;
  pen.beginPath();
  for (const i of shown) { const [cx, cy] = corner(i); pen.moveTo(cx + radius, cy); pen.arc(cx, cy, radius, 0, 7); }
  pen.fill();
  pen.strokeStyle = colours.paper;
  pen.lineWidth = radius / 4;
  pen.beginPath();
  for (const i of shown) {
    const [cx, cy] = corner(i);
    pen.moveTo(cx - 0.5 * radius, cy);
    pen.lineTo(cx - 0.1 * radius, cy + 0.4 * radius);
    pen.lineTo(cx + 0.5 * radius, cy - 0.4 * radius);
  }
  pen.stroke();
}

const ring = (thing, ...rest) => rings([thing], ...rest);

function rings(list, colour, thick, grown, x, y, scale, dash) {
  const least = 2 / scale;  // still seen from afar
  pen.strokeStyle = colours[colour];
  pen.lineWidth = Math.max(thick, thick * 0.6 / scale);
  pen.setLineDash(dash ? [6 / Math.min(scale, 1), 3 / Math.min(scale, 1)] : []);
  const shown = inView(list, x, y, scale);
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
  const right = x + width / scale, bottom = y + height / scale;
  const seen = list.map((l) => scene.lines[l]).filter((line) => line.x0 <= right && line.x1 >= x && line.y0 <= bottom && line.y1 >= y);
  for (let k = 0; k < seen.length; k += 400) {  // one very long path takes more than its parts
    pen.beginPath();
    for (const line of seen.slice(k, k + 400)) trace(line, x, y, right, bottom, scale > MIDDLE, scale > MIDDLE ? 0 : 1 / scale);
    pen.stroke();
  }
  if (scale <= 0.3) return;
  pen.beginPath();
  for (const line of seen) if (line.arrow) head(line, x, y);
  pen.fill();
}

function drawMarks(x, y, scale) {
  const { selected, hover, step } = marks;
  rings(marks.found, "accent", 2, 3, x, y, scale, true);
  if (failed >= 0) ring(failed, "origin", 3, 2, x, y, scale);
  if (colouring === "nan") rings(marks.trail, "origin", 2, 0, x, y, scale);
  else if (anyBad) rings([...origins].filter((b) => b >= 0), "origin", 3, 2, x, y, scale);
  if (selected >= 0) {
    if (!isContainer(selected)) strokeLines(linesOf([...inputs[selected], ...uses[selected]]), "selected", 2, x, y, scale);
    if (scene.index.has(seenAs(selected))) ring(selected, "selected", 3, 2, x, y, scale);
    else frameRing(selected, x, y, scale);
  }
  if (hover >= 0 && hover !== selected) ring(hover, "selected", 1, 1, x, y, scale);
  if (step) {
    if (step.revision !== scene.revision) Object.assign(step, { revision: scene.revision, trunk: linesOf(step.passed) });
    strokeLines(step.trunk, "step", 2, x, y, scale);
    strokeLines(linesOf(step.arrows), "step", 4, x, y, scale);
    rings(step.coming, "muted", 1, 2, x, y, scale, true);
    rings(step.done, "step", 1.5, 1, x, y, scale);
    if (scale > MIDDLE) ticks(step.done, x, y, scale);
    if (step.parent >= 0) ring(seenAs(step.parent), "step", 2.5, 3, x, y, scale, true);
    if (step.node >= 0) ring(seenAs(step.node), "step", 4, 3, x, y, scale);
  }
}
