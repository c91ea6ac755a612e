// The calls, out of the compressed JSON in the page. `embedded_json.py` writes them.
const packs = new Map();

async function readEmbedded(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(plain).json();
}

// One call as the view needs it, times in seconds; its pack is opened once.
async function callData(index, number) {
  const pack = Math.floor(number / index.pack);
  if (!packs.has(pack)) packs.set(pack, readEmbedded(`calls-${pack}`));
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
    runs: runsOf(system.runs, raw.reference),
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
    reference: raw.reference,
    audio: raw.audio,
    peaks: raw.peaks,
    spoken,
    systems,
  };
}

// Counts and texts back to words: { kind, reference, hypothesis }, with lists of words.
function runsOf(packed, reference) {
  let at = 0;
  const next = (count) => reference.slice(at, (at += count));
  return packed.map((run) => {
    if (Array.isArray(run)) return { kind: "inserted", reference: [], hypothesis: run };
    if (typeof run === "string") return { kind: "substituted", reference: next(1), hypothesis: [run] };
    if (run < 0) return { kind: "deleted", reference: next(-run), hypothesis: [] };
    const words = next(run);
    return { kind: "hit", reference: words, hypothesis: words };
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
  let audioEnd = 0;
  let settled = 0;
  let text = [];
  return packed.map(([more, wait, queued, computed, committed, dropped, added]) => {
    audioEnd += more;
    settled += committed;
    text = text.slice(0, text.length - dropped).concat(added);
    const ready = audioEnd + wait;
    return {
      audioEnd: audioEnd / 100,
      ready: ready / 100,
      start: (ready + queued) / 100,
      emitted: (ready + queued + computed) / 100,
      settled: text.slice(0, settled),
      tail: text.slice(settled),
    };
  });
}
