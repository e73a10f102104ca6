// The orders' data: columns of the table, what the orders come to, and the table as a file.
const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);
function dataColumns(fields) {
  const sortable = (text, number) => !number ? text : text === "" || Number.isNaN(Number(text)) ? -Infinity : Number(text);
  fields.forEach(([name, number], index) => {
    COLUMNS.splice(8 + index, 0, { title: capital(name), number, field: index, by: (one) => sortable(one.data[index], number) });
  });
}

function dataCells(one) {
  return COLUMNS.filter((column) => column.field !== undefined).map((column) => {
    const text = one.data[column.field], isNumber = column.number && text !== "" && !Number.isNaN(Number(text));
    return el("td", { class: column.number ? "number" : "data", title: column.number ? null : text || null }, isNumber ? grouped(text) : text);
  });
}

function amounts(groups) {
  if (!groups.length) return;
  const choice = document.getElementById("group"), body = document.querySelector("#amounts tbody");
  const show = ([name, values, others]) => {
    document.getElementById("group-name").textContent = capital(GROUPS[name] ?? name);
    body.replaceChildren(...values.map(([value, count, sums]) => el("tr", {}, el("th", { scope: "row" }, value || _("none")),
      el("td", { class: "number" }, whole.format(count)), el("td", { class: "number" }, sums.join("; ")))),
      ...(others ? [el("tr", {}, el("td", { class: "none", colspan: 3 }, ngettext("and %(num)s other", "and %(num)s others", others)))] : []));
  };
  groups.forEach(([name], index) => choice.append(el("option", { value: index }, GROUPS[name] ?? name)));
  choice.addEventListener("change", () => show(groups[choice.value]));
  document.getElementById("totals").hidden = false;
  show(groups[0]);
}

// A text that a spreadsheet program would take for a formula gets a ' before it.
function csvCell(value) {
  const text = String(value ?? "");
  const harmless = typeof value === "string" && /^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

// Columns and outcomes are named as in the workbook, whatever the page's language: other programs read them.
function csv(shown, fields) {
  const head = ["Order", "Outcome", "Supplier", "Found", "Files", "Bytes", "Seconds", "Tries", "Processed", ...fields.map(([name]) => name), "Note", "Folder", "Coupa"];
  const rows = shown.map((one) => [one.number, one.outcome, one.supplier, one.found, one.files.length, one.bytes, one.seconds, one.attempts,
    one.processed, ...one.data, one.error, decodeURIComponent(one.folder), one.url]);
  return [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

function exporter(table, fields, name) {
  document.getElementById("export").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob(["\ufeff", csv(table.shown, fields)], { type: "text/csv" }));
    const link = el("a", { href: address, download: `${name} orders.csv` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  });
}
