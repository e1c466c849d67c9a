// The stepper: the backward pass as it ran, one rule at a time.

const stepper = document.getElementById("stepper"), scrubber = document.getElementById("scrubber");
const PACE = 700;  // milliseconds for a step while it plays
let at = -1, playing = null;
const COLUMNS = { node: 0, parent: 1, rule: 2, cotangent: 3, given: 4, before: 5, after: 6, seconds: 7, pass: 8 };
const part = (i, name) => steps[i][COLUMNS[name]];

function goTo(i) {
  at = Math.max(0, Math.min(steps.length - 1, i));
  const [node, parent] = steps[at];
  marks.step = { node, parent, arrows: between(node, parent), ...halves() };
  marks.selected = -1;
  scrubber.value = at;
  const words = stepWords(at);
  document.getElementById("place").textContent = `${counted(at + 1)} / ${counted(steps.length)}  ${words}`;
  scrubber.setAttribute("aria-valuetext", `step ${at + 1} of ${steps.length}: ${words}`);
  let changed = false;
  for (const b of [node, parent]) if (b >= 0) changed = openTo(b) || changed;
  if (changed) arrange();
  showStep();
  if (node >= 0) reveal([node, parent].filter((b) => b >= 0));
  if (document.activeElement !== scrubber) live.textContent = `step ${at + 1} of ${steps.length}: ${words}`;
  redraw();
}

function between(node, parent) {
  return node >= 0 && parent >= 0 ? inputs[node].filter((a) => arrows[a][0] === parent) : [];
}

// The boxes and arrows that are done, and the boxes that are still to come.
function halves() {
  const reached = new Set(), coming = new Set(), passed = new Set();
  steps.forEach(([node, parent], k) => {
    if (part(k, "pass") !== part(at, "pass")) return;
    for (const b of [node, parent]) if (b >= 0) (k > at ? coming : reached).add(b);
    if (k < at) between(node, parent).forEach((a) => passed.add(a));
  });
  const done = new Set([...reached].filter((b) => !coming.has(b) && b !== steps[at][0]));
  coming.delete(steps[at][0]);
  return { done, coming, passed: [...passed] };
}

function stepWords(i) {
  const [op, input] = rules[part(i, "rule")], parent = steps[i][1];
  return `${op} → ${input}${parent >= 0 ? ` (${titleOf(parent)})` : ""}`;
}

function named(box) {
  return box >= 0 ? link(box) : "a node that is not drawn";
}

function showStep() {
  const [op, input, formula, signature] = rules[part(at, "rule")], [node, parent] = steps[at];
  const several = [];
  for (let k = at; k >= 0 && steps[k][0] === node && part(k, "cotangent") === part(at, "cotangent"); k--) several.unshift(k);
  for (let k = at + 1; k < steps.length && steps[k][0] === node && part(k, "cotangent") === part(at, "cotangent"); k++) several.push(k);
  const contributions = several.map((k) => {
    const button = make("button", { type: "button", className: "link", textContent: stepWords(k) });
    button.addEventListener("click", () => goTo(k));
    const given = part(k, "given");
    const words = given >= 0 ? ` norm ${figure(arrays[given].norm)}` : " no gradient";
    return make("li", { className: k === at ? "current" : "" }, button, make("span", { className: "quiet", textContent: words }));
  });
  const passes = new Set(steps.map((s) => s[COLUMNS.pass]));
  const tags = [`step ${counted(at + 1)} of ${counted(steps.length)}`, passes.size > 1 ? `pass ${part(at, "pass") + 1}` : "", duration(part(at, "seconds"))];
  const parts = [
    make("p", {}, ...tags.filter(Boolean).map((t) => make("span", { className: "tag", textContent: t }))),
    make("p", {}, "from ", named(node), ` to its input ${input}, `, named(parent)),
    make("p", { className: "quiet", textContent: "✓ done; dashed: still to come" }),
    section("Cotangent g that arrived", arrayView(part(at, "cotangent"))),
    section(`Rule for ${input}`, make("pre", { id: "formula", textContent: formula }), make("p", { className: "quiet", textContent: `of ${signature}` })),
    section("Contribution", part(at, "given") >= 0 ? arrayView(part(at, "given")) : make("p", { textContent: "none: no gradient flows here" })),
    section("All that this node passes on", make("ul", {}, ...contributions)),
  ];
  for (const t of trouble) if (t.step === at) parts.splice(3, 0, section(`${t.bad} was first made here, ${t.phase}`, make("pre", { textContent: t.words })));
  const before = part(at, "before"), after = part(at, "after");
  const sum = before < 0
    ? [make("p", { textContent: "Nothing had arrived there before: this is all so far." })]
    : [make("p", { className: "quiet", textContent: "so far" }), arrayView(before), make("p", { className: "quiet", textContent: "+ this contribution =" }), after >= 0 ? arrayView(after) : ""];
  parts.push(make("section", { id: "accumulated" }, make("h3", {}, "Cotangent of ", named(parent)), ...sum));
  showPanel(`Backward: ${op}`, parts);
}

function play(on = playing === null) {
  if (playing !== null) clearInterval(playing);
  playing = null;
  if (on && at >= steps.length - 1) goTo(0);
  if (on) playing = setInterval(() => { if (at >= steps.length - 1) play(false); else goTo(at + 1); }, PACE);
  document.getElementById("play").textContent = on ? "Pause" : "Play";
}

if (steps.length) {
  stepper.hidden = false;
  scrubber.max = steps.length - 1;
  document.getElementById("place").textContent = `${counted(steps.length)} steps of the backward pass`;
  scrubber.addEventListener("input", () => { play(false); goTo(Number(scrubber.value)); });
  for (const [id, go] of [["first", () => 0], ["back", () => at - 1], ["on", () => at + 1]]) {
    document.getElementById(id).addEventListener("click", () => { play(false); goTo(go()); });
  }
  document.getElementById("play").addEventListener("click", () => play());
}
