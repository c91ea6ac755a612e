// What each system had on screen at a moment, and the clock that moves the moment on.
function screens(call) {
  const cards = call.systems.map((system, at) => {
    const settled = make("span", { class: "settled" });
    const tail = make("span", { class: "tentative" });
    const between = document.createTextNode("");
    const text = make("p", { ...ownDirection }, settled, between, tail);
    const card = make("div", { class: "card" }, make("p", { class: "who" }, icon(at), ` ${system.name}`), text);
    return { card, settled, between, tail, text, shown: null };
  });
  const show = (seconds) => {
    call.systems.forEach((system, at) => {
      const step = lastUntil(system.steps, seconds);
      const card = cards[at];
      if (card.shown === step) return;
      card.shown = step;
      card.settled.textContent = step ? joined(step.settled) : "";
      card.tail.textContent = step ? joined(step.tail) : "";
      card.between.textContent = gap(card.settled.textContent, card.tail.textContent);
      card.text.scrollTop = card.text.scrollHeight;
    });
  };
  call.systems.forEach((system, at) => {
    if (!system.steps.length) cards[at].settled.textContent = system.failure ? "failed" : "not recorded";
  });
  return { cards: cards.map(({ card }) => card), show };
}

// The last step whose update was shown by then; null before the first.
function lastUntil(steps, seconds) {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle].emitted <= seconds) low = middle + 1;
    else high = middle;
  }
  return low ? steps[low - 1] : null;
}

// Follows the audio while that plays, and the time of day where there is none or it has ended.
function player(call, length, onTime, onState) {
  const sound = call.audio ? new Audio() : null;
  let [at, rate, playing, last, frame] = [0, 1, false, 0, 0];
  const audible = () => sound && !sound.paused && !sound.ended && sound.readyState > 2;

  function tick(now) {
    if (!playing) return;
    at = audible() ? sound.currentTime : at + ((now - last) / 1000) * rate;
    last = now;
    if (at >= length) {
      at = length;
      stop();
    }
    onTime(at);
    if (playing) frame = requestAnimationFrame(tick);
  }
  function begin() {
    if (at >= length) at = 0;
    playing = true;
    last = performance.now();
    frame = requestAnimationFrame(tick);
    onState(true, sound ? "" : "No audio beside this page: the replay runs on a timer.");
    if (!sound || at >= call.seconds) return;
    if (!sound.src) sound.src = call.audio;
    sound.currentTime = at;
    sound.playbackRate = rate;
    sound.play().catch((error) => {
      if (error.name !== "AbortError") onState(playing, "The audio cannot be played: the replay runs on a timer.");
    });
  }
  function stop() {
    playing = false;
    cancelAnimationFrame(frame);
    sound?.pause();
    onState(false, null);
  }
  return {
    toggle: () => (playing ? stop() : begin()),
    stop,
    seek(seconds) {
      at = Math.min(Math.max(seconds, 0), length);
      if (sound?.src) sound.currentTime = Math.min(at, call.seconds);
      if (playing && sound?.paused && at < call.seconds) sound.play().catch(() => {});
      onTime(at);
    },
    speed(factor) {
      rate = factor;
      if (sound) sound.playbackRate = factor;
    },
    get at() {
      return at;
    },
  };
}
