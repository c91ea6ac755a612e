// The time line of a call: wave form, spoken words, and a lane for each system.
const TOP = 18; // the axis
const WAVE = 44;
const WORDS = 38; // two rows, so that short words have room for their text
const WORD_ROW = 17;
const LANE = { title: 18, rows: 7, row: 6, steps: 12, gap: 8 };
const LANE_HEIGHT = LANE.title + LANE.rows * LANE.row + LANE.steps + LANE.gap;
const LEVELS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const LONGEST = 60; // characters drawn of one word

// When the last thing happens: the end of the audio, or the last update.
function lengthOf(call) {
  const ends = call.systems.flatMap((system) => system.steps.map((step) => step.emitted));
  const finals = call.systems.flatMap((system) => system.marks.map((mark) => mark.final ?? 0));
  return Math.max(call.seconds, ...ends.slice(-1), ...maxOf(ends), ...maxOf(finals));
}
const maxOf = (values) => (values.length ? [values.reduce((a, b) => Math.max(a, b))] : []);

function timeline(call, perSecond, select) {
  const length = lengthOf(call);
  const x = (seconds) => Math.round(10 * seconds * perSecond) / 10;
  const lanes = call.systems.filter((s) => s.steps.length || s.marks.length);
  const height = TOP + WAVE + WORDS + 10 + lanes.length * LANE_HEIGHT;
  const width = Math.max(x(length) + 30, 200);
  const svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  svg.append(axis(length, perSecond, x, height), wave(call, x), ending(call, x, height));
  const words = spokenWords(call, x, select);
  svg.append(words);
  let y = TOP + WAVE + WORDS + 10;
  for (const system of lanes) {
    svg.append(lane(system, call, x, y));
    y += LANE_HEIGHT;
  }
  const titles = draw("g", {}, ...lanes.map((system, at) => laneTitle(system, at)));
  const playhead = draw("line", { class: "playhead", y1: 0, y2: height, x1: 0, x2: 0 });
  svg.append(titles, playhead);
  return { svg, titles, playhead, x, words, length };
}

function axis(length, perSecond, x, height) {
  const step = [0.5, 1, 2, 5, 10, 30, 60, 300, 600].find((s) => s * perSecond >= 48) ?? 1800;
  const group = draw("g", {});
  for (let at = 0; at <= length; at += step) {
    group.append(draw("line", { class: "grid", x1: x(at), x2: x(at), y1: TOP - 4, y2: height }));
    group.append(draw("text", { class: "tick", x: x(at) + 3, y: TOP - 6 }, `${at}${at ? "" : " s"}`));
  }
  return group;
}

function wave(call, x) {
  const middle = TOP + WAVE / 2;
  if (!call.peaks) return draw("line", { class: "wave", x1: 0, x2: x(call.seconds), y1: middle, y2: middle });
  const heights = [...call.peaks].map((peak) => (LEVELS.indexOf(peak) / 63) * (WAVE / 2 - 1) + 0.5);
  const at = (part) => x(((part + 0.5) / heights.length) * call.seconds);
  const above = heights.map((h, part) => `${at(part)},${(middle - h).toFixed(1)}`);
  const below = heights.map((h, part) => `${at(part)},${(middle + h).toFixed(1)}`).reverse();
  return draw("path", { class: "wave", d: `M${above.join(" L")} L${below.join(" L")} z` });
}

const ending = (call, x, height) =>
  draw("line", { class: "ending", x1: x(call.seconds), x2: x(call.seconds), y1: TOP, y2: height });

function spokenWords(call, x, select) {
  const group = draw("g", { class: "spoken" });
  call.spoken.forEach(({ word, start, end }, at) => {
    if (start === null || end === null) return;
    const y = TOP + WAVE + (at % 2) * WORD_ROW;
    const next = call.spoken[at + 2]?.start ?? Infinity; // the next one in this row
    const room = Math.floor((Math.min(x(next) - x(start), 8 * LONGEST) - 5) / 6.4);
    const shown = word.length > LONGEST ? `${word.slice(0, LONGEST)}…` : word;
    const text = shown.length <= room ? shown : room > 2 ? `${shown.slice(0, room - 1)}…` : "";
    const box = draw("g", { "data-at": at },
      draw("rect", { x: x(start), y, width: Math.max(x(end) - x(start) - 1, 2), height: WORD_ROW - 2, rx: 2 }),
      draw("text", { x: x(start) + 3, y: y + 12 }, text),
      draw("title", {}, shown));
    box.addEventListener("click", (event) => {
      event.stopPropagation();
      select(at);
    });
    group.append(box);
  });
  return group;
}

function laneTitle(system, at) {
  const y = TOP + WAVE + WORDS + 10 + at * LANE_HEIGHT + 13;
  const text = draw("text", { class: "label", x: 4, y }, system.name);
  text.style.fill = system.colour;
  return text;
}

// Words as lines from their end over the time they were shown for good to the time they were final.
function lane(system, call, x, top) {
  const group = draw("g", { class: "lane" });
  group.style.color = system.colour;
  group.append(draw("line", { class: "floor", x1: 0, x2: x(lengthOf(call)) + 30, y1: top, y2: top }));
  const free = Array(LANE.rows).fill(-Infinity);
  system.marks.forEach((mark, at) => {
    const end = call.spoken[at].end;
    if (end === null) return;
    const first = free.findIndex((until) => until <= Math.min(end, mark.first ?? end));
    const row = first < 0 ? at % LANE.rows : first; // where none is free, they share
    free[row] = (mark.final ?? end) + 0.02;
    group.append(markOf(mark, end, at, x, top + LANE.title + (row + 0.5) * LANE.row));
  });
  const y = top + LANE.title + LANE.rows * LANE.row + LANE.steps / 2;
  system.steps.forEach((step) => group.append(...stepMarks(step, x, y)));
  return group;
}

function markOf(mark, end, at, x, y) {
  const group = draw("g", { "data-at": at, class: mark.final === null ? "lost" : "mark" });
  group.append(draw("path", { d: `M${x(end)},${y - 2.5}v5` }));
  if (mark.final === null) {
    group.append(draw("path", { d: `M${x(end) + 3},${y - 2}l4,4m0,-4l-4,4` }));
    return group;
  }
  if (mark.first < mark.shown) group.append(draw("path", { class: "unsure", d: `M${x(mark.first)},${y}H${x(mark.shown)}` }));
  group.append(draw("path", { class: "wait", d: `M${x(end)},${y}H${x(mark.shown)}` }));
  group.append(draw("path", { class: "kept", d: `M${x(mark.shown)},${y}H${x(mark.final)}` }));
  group.append(draw("circle", { class: "open", cx: x(mark.shown), cy: y, r: 2.2 }));
  group.append(draw("circle", { class: "done", cx: x(mark.final), cy: y, r: 2.4 }));
  return group;
}

function stepMarks(step, x, y) {
  const parts = [draw("path", { class: "audio-end", d: `M${x(step.audioEnd)},${y - 5}v10` })];
  if (step.start > step.ready) parts.push(draw("path", { class: "queued", d: `M${x(step.ready)},${y}H${x(step.start)}` }));
  const width = Math.max(x(step.emitted) - x(step.start), 1);
  parts.push(draw("rect", { class: "computing", x: x(step.start), y: y - 2.5, width, height: 5 }));
  return parts;
}
