// The reference and the hypothesis of each system, word by word as scored.
const CONTEXT = 2; // right words kept beside an error, where only errors are wanted

function diffs(call, errorsOnly) {
  return call.systems.map((system, at) => {
    const [substituted, deleted, inserted] = system.errors;
    const counts = `${substituted} substituted, ${deleted} deleted, ${inserted} inserted`;
    const text = make("p", { ...ownDirection, class: "transcript" });
    if (system.failure) text.append(make("b", {}, "failed: "), system.failure);
    else text.append(...transcript(system.runs, errorsOnly));
    const who = make("p", { class: "who" }, icon(at), ` ${system.name} `, make("span", {}, counts));
    return make("div", {}, who, text);
  });
}

function transcript(runs, errorsOnly) {
  if (errorsOnly && runs.every((run) => run.kind === "hit")) return [make("i", {}, "no errors")];
  return runs.flatMap((run, at) => {
    const between = at + 1 < runs.length ? gap(lastWord(run), firstWord(runs[at + 1])) : "";
    if (run.kind === "hit") {
      const words = errorsOnly ? shortened(run.reference, at > 0, at < runs.length - 1) : run.reference;
      return [joined(words) + between];
    }
    const parts = [];
    if (run.reference.length) parts.push(make("del", {}, joined(run.reference)));
    if (run.hypothesis.length) parts.push(make("ins", {}, joined(run.hypothesis)));
    if (parts.length === 1) return [parts[0], between];
    return [make("span", { class: "swap" }, parts[0], " ", parts[1]), between];
  });
}

// The words of a run that stand beside the run after it, and beside the one before it.
const lastWord = (run) => (run.hypothesis.length ? run.hypothesis : run.reference).at(-1) ?? "";
const firstWord = (run) => (run.reference.length ? run.reference : run.hypothesis)[0] ?? "";

// The first and the last words of a stretch that stand beside an error.
function shortened(words, after, before) {
  const head = after ? words.slice(0, CONTEXT) : [];
  const tail = before ? words.slice(Math.max(words.length - CONTEXT, head.length)) : [];
  return head.length + tail.length < words.length ? [...head, "…", ...tail] : words;
}

// All that the time line shows, as a table.
function wordTable(call) {
  const names = call.systems.map((system, at) =>
    make("th", { scope: "col", class: "number" }, icon(at), ` ${system.name}`));
  const head = make("tr", {}, make("th", { scope: "col" }, "word"),
    make("th", { scope: "col", class: "number" }, "ends, s"), ...names);
  const rows = call.spoken.map(({ word, end }, at) => make("tr", {},
    make("th", { scope: "row", ...ownDirection }, word),
    make("td", { class: "number" }, end === null ? UNKNOWN : fixed(end, 2)),
    ...call.systems.map((system) => make("td", { class: "number" }, lateness(system.marks[at], end)))));
  return make("table", { class: "plain" },
    make("caption", {}, "Seconds from a word’s end until it was shown for good, and until it was final."),
    make("thead", {}, head), make("tbody", {}, ...rows));
}

function lateness(mark, end) {
  if (!mark) return UNKNOWN;
  if (mark.final === null) return "never";
  return `${mark.shown === null ? UNKNOWN : signed(mark.shown - end)}, ${signed(mark.final - end)}`;
}
