// Sorting and filtering of the points; a point that is pointed at lights up in every plot.
(() => {
  const table = document.getElementById("points");
  const filter = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const points = [...table.tBodies];
  const buttons = [...table.querySelectorAll("button[data-sort]")];

  const value = (point, column) => {
    const cell = point.rows[0].cells[column];
    return cell ? cell.dataset.v ?? cell.textContent : "";
  };
  const number = (text) => (text === "inf" ? Infinity : Number(text));
  const compare = (kind) => (a, b) => {
    if (kind === "text") return a.localeCompare(b, "en", { numeric: true });
    const [x, y] = [number(a), number(b)];
    return x === y ? 0 : x - y;
  };

  buttons.forEach((button, column) => {
    const header = button.parentElement;
    button.addEventListener("click", () => {
      const descending = header.ariaSort === "ascending";
      buttons.forEach((other) => (other.parentElement.ariaSort = null));
      header.ariaSort = descending ? "descending" : "ascending";
      const by = compare(button.dataset.sort);
      const keyed = points.map((point) => [value(point, column), point]);
      keyed.sort(([a], [b]) => {
        if (a === "" || b === "") return (a === "") - (b === ""); // unknown values stay last
        return descending ? by(b, a) : by(a, b);
      });
      table.append(...keyed.map(([, point]) => point));
    });
  });

  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    const hits = points.filter((point) => {
      point.hidden = !point.textContent.toLowerCase().includes(wanted);
      return !point.hidden;
    });
    const names = new Set(hits.map((point) => point.dataset.point));
    document.querySelectorAll("svg [data-point]").forEach((mark) => {
      mark.style.display = names.has(mark.dataset.point) ? "" : "none";
    });
    shown.textContent = `${hits.length} of ${points.length}`;
  });

  const light = (on) => (event) => {
    const name = event.target.closest("[data-point]")?.dataset.point;
    if (name === undefined) return;
    document.querySelectorAll("[data-point]").forEach((each) => {
      if (each.dataset.point === name) each.classList.toggle("lit", on);
    });
  };
  document.addEventListener("pointerover", light(true));
  document.addEventListener("pointerout", light(false));
  document.addEventListener("focusin", light(true));
  document.addEventListener("focusout", light(false));
})();
