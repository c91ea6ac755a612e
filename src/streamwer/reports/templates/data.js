// The calls, out of the page's compressed islands. What `islands.py` has written is read here.
const packs = new Map();

async function island(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(plain).json();
}

// One call as the view needs it, times in seconds; its pack is opened once.
async function callData(index, number) {
  const pack = Math.floor(number / index.pack);
  if (!packs.has(pack)) packs.set(pack, island(`calls-${pack}`));
  const raw = (await packs.get(pack))[number % index.pack];
  const spoken = raw.spoken.map(([word, start, length]) => ({
    word,
    start: start === null ? null : start / 100,
    end: start === null || length === null ? null : (start + length) / 100,
  }));
  const systems = raw.systems.map((system, at) => ({
    ...index.systems[at],
    errors: system.errors,
    failure: system.failure,
    runs: runsOf(system.runs, raw.said),
    marks: marksOf(system.marks, spoken),
    steps: stepsOf(system.steps),
  }));
  return {
    number,
    recording: index.recording[number],
    speaker: index.speaker[number],
    condition: index.condition[number],
    language: index.language[number],
    seconds: index.seconds[number],
    said: raw.said,
    audio: raw.audio,
    peaks: raw.peaks,
    spoken,
    systems,
  };
}

// Counts and texts back to words: { kind, said, heard }, with lists of words.
function runsOf(packed, said) {
  let at = 0;
  const next = (count) => said.slice(at, (at += count));
  return packed.map((run) => {
    if (Array.isArray(run)) return { kind: "inserted", said: [], heard: run };
    if (typeof run === "string") return { kind: "substituted", said: next(1), heard: [run] };
    if (run < 0) return { kind: "deleted", said: next(-run), heard: [] };
    const words = next(run);
    return { kind: "hit", said: words, heard: words };
  });
}

// When each spoken word was first shown, shown for good and final; null is never.
function marksOf(columns, spoken) {
  if (!columns.length) return [];
  const time = (column, at) => (column[at] === null ? null : spoken[at].end + column[at] / 100);
  const [first, shown, final] = columns;
  return spoken.map((_, at) => ({
    first: time(first, at),
    shown: time(shown, at),
    final: time(final, at),
  }));
}

// Each step with its times, its final words so far and its tentative ones.
function stepsOf(packed) {
  let heard = 0;
  let settled = 0;
  let text = [];
  return packed.map(([more, wait, queued, computed, committed, dropped, added]) => {
    heard += more;
    settled += committed;
    text = text.slice(0, text.length - dropped).concat(added);
    const ready = heard + wait;
    return {
      heard: heard / 100,
      ready: ready / 100,
      start: (ready + queued) / 100,
      emitted: (ready + queued + computed) / 100,
      settled: text.slice(0, settled),
      tail: text.slice(settled),
    };
  });
}
