// The view of one call: it puts the time line, the replay and the diff together.
const FIRST_ZOOM = 100; // pixels per second

function callView(index) {
  const dialog = byId("call");
  let [call, line, playing, screen, chosen] = [null, null, null, null, -1];
  let neighbours = () => undefined;

  function onTime(seconds) {
    byId("at").value = seconds;
    byId("now").textContent = `${fixed(seconds, 1)} of ${fixed(line.length, 1)} s`;
    byId("screen-time").textContent = `at ${fixed(seconds, 1)} s`;
    const x = line.x(seconds);
    line.playhead.setAttribute("x1", x);
    line.playhead.setAttribute("x2", x);
    screen.show(seconds);
    follow(x);
  }
  function onState(runs, note) {
    byId("play").textContent = runs ? "Pause" : "Play";
    if (note !== null) byId("sound").textContent = note;
  }
  function follow(x) {
    const track = byId("track");
    const [left, width] = [track.scrollLeft, track.clientWidth];
    if (x < left || x > left + 0.8 * width) track.scrollLeft = x - 0.2 * width;
  }

  function drawLine() {
    line = timeline(call, Number(byId("zoom").value), select);
    byId("track").replaceChildren(line.svg);
    placeTitles();
    if (chosen >= 0) mark(chosen);
  }
  // The names of the systems stay in sight while the time line is scrolled.
  function placeTitles() {
    line?.titles.setAttribute("transform", `translate(${byId("track").scrollLeft},0)`);
  }

  function mark(at) {
    line.svg.querySelectorAll(".chosen").forEach((element) => element.classList.remove("chosen"));
    line.svg.querySelectorAll(`[data-at="${at}"]`).forEach((element) => element.classList.add("chosen"));
  }
  function select(at) {
    const spoken = call.spoken[at];
    if (!spoken || spoken.start === null) return;
    chosen = at;
    mark(at);
    playing.seek(spoken.start);
    const late = call.systems.map((system, s) =>
      make("span", { class: "late" }, icon(s), ` ${described(system.marks[at], spoken.end)}`));
    byId("word").replaceChildren(make("b", { ...ownDirection }, spoken.word.slice(0, LONGEST)),
      ` ends at ${fixed(spoken.end, 2)} s`, ...late);
  }
  const described = (mark, end) => {
    if (!mark) return "not known";
    if (mark.final === null) return "never";
    return `shown ${signed(mark.shown - end)}, final ${signed(mark.final - end)} s`;
  };

  async function open(number) {
    playing?.stop();
    call = await callData(index, number);
    chosen = -1;
    screen = screens(call);
    const most = Math.min(FIRST_ZOOM, Math.max(15, 12000 / lengthOf(call)));
    byId("zoom").value = most;
    if (!dialog.open) dialog.showModal();
    drawLine();
    playing = player(call, line.length, onTime, onState);
    playing.speed(Number(byId("speed").value));
    fill();
    const middle = call.spoken[call.spoken.length >> 1]; // there is text to see
    playing.seek(middle?.end ?? call.seconds / 2);
    byId("track").scrollLeft = line.x(playing.at) - 0.6 * byId("track").clientWidth;
    dialog.scrollTop = 0;
    remember(`#call=${encodeURIComponent(call.recording)}`);
  }
  function fill() {
    byId("call-name").textContent = call.recording;
    byId("call-facts").textContent = [call.speaker, call.condition, call.language, `${fixed(call.seconds, 1)} s`].filter(Boolean).join(" · ");
    byId("at").max = line.length;
    byId("word").replaceChildren(call.spoken.length ? "Choose a word, or press play." : "The words of this call have no times.");
    byId("sound").textContent = "";
    byId("replay").replaceChildren(...screen.cards);
    byId("previous").disabled = neighbours(call.number, -1) === undefined;
    byId("next").disabled = neighbours(call.number, 1) === undefined;
    byId("times").open = false;
    byId("word-table").replaceChildren();
    showDiffs();
  }
  const showDiffs = () => byId("diffs").replaceChildren(...diffs(call, byId("errors-only").checked));
  const turn = (by) => {
    const number = neighbours(call.number, by);
    if (number !== undefined) open(number);
  };
  const step = (by) => select(chosen < 0 && by > 0 ? 0 : chosen + by);

  byId("play").addEventListener("click", () => playing.toggle());
  byId("at").addEventListener("input", () => playing.seek(Number(byId("at").value)));
  byId("speed").addEventListener("input", () => playing.speed(Number(byId("speed").value)));
  byId("zoom").addEventListener("input", () => {
    drawLine();
    onTime(playing.at);
  });
  byId("errors-only").addEventListener("input", showDiffs);
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  byId("close").addEventListener("click", () => dialog.close());
  byId("times").addEventListener("toggle", () => byId("times").open && byId("word-table").replaceChildren(wordTable(call)));
  byId("track").addEventListener("scroll", placeTitles);
  byId("track").addEventListener("click", (event) => {
    const at = event.clientX - line.svg.getBoundingClientRect().left;
    playing.seek(at / Number(byId("zoom").value));
  });
  byId("track").addEventListener("keydown", (event) => {
    const keys = { ArrowRight: () => step(1), ArrowLeft: () => step(-1), " ": () => playing.toggle() };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  dialog.addEventListener("close", () => {
    playing.stop();
    remember("#calls-title");
  });
  return { open, among: (found) => (neighbours = found) };
}

// So that a call has an address to send to somebody.
const remember = (hash) => history.replaceState(null, "", hash);

async function start() {
  addEventListener("beforeprint", () => document.querySelectorAll("main details").forEach((each) => (each.open = true)));
  const index = await readEmbedded("calls-index");
  if (!index.systems.length) return;
  const view = callView(index);
  view.among(callTable(index, view.open).neighbour);
  const wanted = location.hash.startsWith("#call=") && decodeURIComponent(location.hash.slice(6));
  const number = index.recording.indexOf(wanted);
  if (number >= 0) view.open(number);
}
