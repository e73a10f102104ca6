// The table of orders: a page of rows at a time in the document, all of them in memory.
const ROWS = 100, PRINTED = 2000;
const COLUMNS = [
  { title: _("Order"), by: (one) => one.number },
  { title: _("Outcome"), by: (one) => Object.keys(OUTCOMES).indexOf(one.outcome) },
  { title: _("Supplier"), by: (one) => one.supplier },
  { title: _("Files"), by: (one) => one.files.length, number: true },
  { title: _("Size"), by: (one) => one.bytes, number: true },
  { title: _("Time"), by: (one) => one.seconds, number: true },
  { title: _("Tries"), by: (one) => one.attempts, number: true },
  { title: _("Processed"), by: (one) => one.at },
  { title: _("Note"), by: (one) => one.error },
  { title: _("Links") },
];

class Table {
  constructor(orders) {
    this.orders = this.shown = orders;
    this.wanted = new Set();
    this.words = [];
    this.sorted = { column: COLUMNS[7], down: true };
    this.page = 0;
    this.body = document.querySelector("#table tbody");
    this.heads();
    this.chips();
    this.pager();
    const search = document.getElementById("search");
    search.addEventListener("input", () => {
      this.words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      this.refresh();
    });
    addEventListener("beforeprint", () => this.rows(0, PRINTED));
    addEventListener("afterprint", () => this.draw());
    this.refresh();
  }

  heads() {
    const row = el("tr");
    for (const column of COLUMNS) {
      const text = column.by ? el("button", { type: "button" }, column.title) : el("span", {}, column.title);
      column.head = el("th", { scope: "col", class: column.number ? "number" : column.by ? null : "links" }, text);
      if (column.by) {
        text.addEventListener("click", () => {
          const again = this.sorted.column === column;
          this.sorted = { column, down: again ? !this.sorted.down : Boolean(column.number) };
          this.refresh();
        });
      }
      row.append(column.head);
    }
    document.querySelector("#table thead").append(row);
  }

  chips() {
    this.buttons = new Map();
    for (const [outcome, title] of Object.entries(OUTCOMES)) {
      const count = this.orders.filter((one) => one.outcome === outcome).length;
      if (!count) continue;
      const button = el("button", { type: "button", "aria-pressed": "false" }, dot(outcome), title, el("b", {}, whole.format(count)));
      button.addEventListener("click", () => {
        if (!this.wanted.delete(outcome)) this.wanted.add(outcome);
        this.refresh();
      });
      this.buttons.set(outcome, button);
      document.getElementById("outcomes").append(button);
    }
  }

  pager() {
    const turn = (title, sign, to) => {
      const button = el("button", { type: "button", "aria-label": title }, sign);
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled") === "true") return;
        this.page = to();
        this.draw();
        document.querySelector(".scroll").scrollTop = 0;
      });
      return button;
    };
    this.back = [turn(_("First page"), "«", () => 0), turn(_("Previous page"), "‹", () => this.page - 1)];
    this.on = [turn(_("Next page"), "›", () => this.page + 1), turn(_("Last page"), "»", () => this.pages - 1)];
    this.place = el("span");
    document.getElementById("pager").append(...this.back, this.place, ...this.on);
  }

  look(outcomes) {
    this.wanted = new Set(outcomes);
    this.refresh();
    const target = document.getElementById("orders");
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }

  refresh() {
    const { column, down } = this.sorted, sign = down ? -1 : 1;
    const order = (a, b) => typeof a === "string" ? (a === "") - (b === "") || sign * collator.compare(a, b) : sign * (a - b);
    this.shown = this.orders
      .filter((one) => (!this.wanted.size || this.wanted.has(one.outcome)) && this.words.every((word) => one.text.includes(word)))
      .sort((a, b) => order(column.by(a), column.by(b)) || a.index - b.index);
    this.page = 0;
    for (const { head, by } of COLUMNS) {
      if (by) head.setAttribute("aria-sort", by !== column.by ? "none" : down ? "descending" : "ascending");
    }
    for (const [outcome, button] of this.buttons) button.setAttribute("aria-pressed", this.wanted.has(outcome));
    const all = this.orders.length;
    document.getElementById("count").textContent =
      this.shown.length === all ? _("%(all)s in all", { all: whole.format(all) }) : _("%(part)s of %(all)s", { part: whole.format(this.shown.length), all: whole.format(all) });
    this.draw();
  }

  draw() {
    this.rows(this.page * ROWS, ROWS);
    document.getElementById("cut").hidden = true;
    this.place.textContent = _("Page %(page)s of %(pages)s", { page: whole.format(this.page + 1), pages: whole.format(this.pages) });
    for (const button of this.back) button.setAttribute("aria-disabled", this.page === 0);
    for (const button of this.on) button.setAttribute("aria-disabled", this.page >= this.pages - 1);
    document.getElementById("pager").hidden = this.pages < 2;
  }

  get pages() {
    return Math.max(1, Math.ceil(this.shown.length / ROWS));
  }

  rows(from, count) {
    const rows = this.shown.slice(from, from + count).map((one) => this.row(one));
    if (!rows.length) rows.push(el("tr", {}, el("td", { class: "none", colspan: COLUMNS.length }, _("No order is like that."))));
    this.body.replaceChildren(...rows);
    const cut = document.getElementById("cut");
    cut.hidden = this.shown.length <= count;
    cut.textContent = _("The first %(part)s of %(all)s orders: search or filter to print others.", { part: whole.format(count), all: whole.format(this.shown.length) });
  }

  row(one) {
    const more = one.files.length || one.failed.length || one.error || one.requisition;
    const files = one.found ? _("%(part)s of %(all)s", { part: one.files.length, all: one.found }) : _("none");
    const link = (href, title) => href && el("a", { href, "aria-label": _("%(link)s of %(order)s", { link: title, order: one.number }) }, title);
    const row = el("tr", {}, el("th", { scope: "row" }, one.number),
      el("td", { class: "badge" }, dot(one.outcome), OUTCOMES[one.outcome]), el("td", { class: "name" }, one.supplier),
      el("td", { class: "number" }, more ? this.opener(one, files) : files),
      el("td", { class: "number" }, one.bytes ? bytes(one.bytes) : ""), el("td", { class: "number" }, seconds(one.seconds)),
      el("td", { class: "number" }, `${one.attempts}`), el("td", { class: "plain" }, moment(one.processed)), ...dataCells(one),
      el("td", { class: "note" }, el("span", { title: one.error || null }, one.error)),
      el("td", { class: "links" }, [link(one.folder, _("Folder")), link(one.url, "Coupa"), link(one.snapshot, _("Screenshot"))].filter(Boolean)));
    return row;
  }

  opener(one, files) {
    const button = el("button", { type: "button", class: "more", "aria-expanded": "false", "aria-label": _("%(files)s: details of %(order)s", { files, order: one.number }) }, files);
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true", row = button.closest("tr");
      button.setAttribute("aria-expanded", !open);
      if (open) row.nextElementSibling.remove();
      else row.after(this.detail(one));
    });
    return button;
  }

  detail(one) {
    const kept = one.files.map(([name, size]) => el("li", {}, el("a", { href: `${one.folder}/${encodeURIComponent(name)}` }, name), ` ${bytes(size)}`));
    const lost = one.failed.map(([name, reason]) => el("li", {}, dot("FAILED"), `${name}: ${reason}`));
    return el("tr", { class: "detail" }, el("td", { colspan: COLUMNS.length }, one.error ? el("p", {}, one.error) : null,
      one.requisition ? el("p", {}, el("a", { href: one.requisition }, _("The requisition in Coupa"))) : null,
      kept.length || lost.length ? el("ul", {}, kept, lost) : null));
  }
}
