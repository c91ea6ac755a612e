// Sorting and filtering of the call table; each call is a <tbody> of its own.
(() => {
  const table = document.getElementById("calls");
  const filter = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const calls = [...table.tBodies];
  const buttons = [...table.querySelectorAll("button[data-sort]")];

  const value = (call, column) => {
    const cell = call.rows[0].cells[column];
    return cell.dataset.v ?? cell.textContent;
  };
  const compare = (kind) => (a, b) => {
    if (kind === "text") return a.localeCompare(b, "en", { numeric: true });
    const [x, y] = [Number(a), Number(b)];
    return x === y ? 0 : x - y;
  };

  buttons.forEach((button, column) => {
    const header = button.parentElement;
    button.addEventListener("click", () => {
      const descending = header.ariaSort === "ascending";
      buttons.forEach((other) => (other.parentElement.ariaSort = null));
      header.ariaSort = descending ? "descending" : "ascending";
      const by = compare(button.dataset.sort);
      const keyed = calls.map((call) => [value(call, column), call]);
      keyed.sort(([a], [b]) => {
        if (a === "" || b === "") return (a === "") - (b === ""); // unknown values stay last
        return descending ? by(b, a) : by(a, b);
      });
      table.append(...keyed.map(([, call]) => call));
    });
  });

  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    const hits = calls.filter((call) => {
      call.hidden = !call.textContent.toLowerCase().includes(wanted);
      return !call.hidden;
    });
    shown.textContent = `${hits.length} of ${calls.length}`;
  });
})();
