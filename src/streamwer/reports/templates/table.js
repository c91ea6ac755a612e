// The list of calls: searched, filtered and sorted in memory; rows are made as they are needed.
const ROWS = 100;

const naturally = new Intl.Collator("en", { numeric: true }).compare;

function callTable(index, open) {
  const body = byId("calls").tBodies[0];
  const more = byId("more");
  const buttons = [...byId("calls").querySelectorAll("button[data-sort]")];
  const all = index.recording.map((_, number) => number);
  const texts = all.map((n) =>
    [index.recording[n], index.speaker[n], index.condition[n], index.language[n], index.words[n]].join(" ").toLowerCase()
  );
  let order = all;
  let found = all;
  let made = 0;

  const column = (key) => {
    const [name, at] = key.split(" ");
    return at === undefined ? index[name] : index[name][at];
  };

  function row(number) {
    const rates = index.systems.map((_, at) => rateCell(index, number, at));
    const late = index.systems.map((_, at) => lateCell(index, number, at));
    const name = make("button", { type: "button", class: "link", "aria-haspopup": "dialog", ...ownDirection });
    name.textContent = index.recording[number];
    const line = make("tr", {},
      make("th", { scope: "row" }, name),
      make("td", { class: "wide-only", ...ownDirection }, index.speaker[number]),
      make("td", { class: "wide-only", ...ownDirection }, index.condition[number]),
      make("td", { class: "number" }, fixed(index.seconds[number], 1)),
      ...rates, ...late);
    line.addEventListener("click", () => open(number));
    return line;
  }

  function grow() {
    body.append(...found.slice(made, made + ROWS).map(row));
    made = Math.min(made + ROWS, found.length);
    const left = found.length - made;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(left, ROWS)} more of ${left}`;
  }

  function show() {
    const wanted = byId("filter").value.trim().toLowerCase();
    const condition = byId("condition").value;
    const which = KINDS[byId("which").value];
    found = order.filter((n) =>
      texts[n].includes(wanted) && (!condition || index.condition[n] === condition) && which(index, n));
    byId("shown").textContent = `${found.length} of ${all.length}`;
    body.replaceChildren();
    made = 0;
    grow();
  }

  function sort(button) {
    const header = button.parentElement;
    const descending = header.ariaSort === "ascending";
    buttons.forEach((other) => (other.parentElement.ariaSort = null));
    header.ariaSort = descending ? "descending" : "ascending";
    const values = column(button.dataset.sort);
    order = [...all].sort((a, b) => compared(values[a], values[b], descending) || a - b);
    show();
  }

  for (const name of [...new Set(index.condition)].sort(naturally)) {
    byId("condition").append(make("option", { value: name }, name));
  }
  buttons.forEach((button) => button.addEventListener("click", () => sort(button)));
  ["filter", "condition", "which"].forEach((id) => byId(id).addEventListener("input", show));
  more.addEventListener("click", grow);
  new IntersectionObserver(([seen]) => seen.isIntersecting && grow()).observe(more);
  show();
  return { neighbour: (number, by) => found[found.indexOf(number) + by] };
}

const KINDS = {
  "": () => true,
  errors: (index, n) => index.rate.some((rates) => rates[n] > 0),
  differ: (index, n) => new Set(index.rate.map((rates) => rates[n])).size > 1,
  failed: (index, n) => index.failed.some((failed) => failed[n]),
};

// Unknown values stay last whichever way it is sorted.
function compared(a, b, descending) {
  if (a === null || b === null) return (a === null) - (b === null);
  const [x, y] = descending ? [b, a] : [a, b];
  if (x === "never" || y === "never") return (x === "never") - (y === "never");
  return typeof x === "string" ? naturally(x, y) : x - y;
}

function rateCell(index, number, at) {
  const rate = index.rate[at][number];
  const text = index.failed[at][number] ? "failed" : rate === null ? UNKNOWN : fixed(100 * rate, 1);
  const cell = make("td", { class: `number heat${at ? "" : " first"}` }, text);
  cell.style.setProperty("--heat", `${Math.min(100 * (rate ?? 0), 60)}%`);
  return cell;
}

function lateCell(index, number, at) {
  const late = index.late[at][number];
  const text = late === null ? UNKNOWN : late === "never" ? late : fixed(late, 2);
  return make("td", { class: `number${at ? "" : " first"}`, title: late === null && "too few timed words" }, text);
}
