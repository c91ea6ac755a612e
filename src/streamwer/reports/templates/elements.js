// Elements made from text, never from markup: a transcript may hold anything.
const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}
const make = (tag, attributes = {}, ...children) =>
  filled(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

// The marker of a system, as in the tables and plots.
const icon = (at) => byId("icons").content.children[at].cloneNode(true);

const UNKNOWN = "–";
const minus = (text) => text.replace("-", "−");
const fixed = (value, digits) => minus(value.toFixed(digits));
const signed = (value) => (value < 0 ? minus(value.toFixed(2)) : `+${value.toFixed(2)}`);

// Asks the browser to lay the text out by its own direction.
const ownDirection = { dir: "auto" };

// Words as a text: scripts without spaces between words get none.
const UNSPACED = "[\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Mymr}\\p{sc=Khmr}\\u3000-\\u303f\\uff00-\\uff9f]";
const BESIDE = new RegExp(`(?<=${UNSPACED}) | (?=${UNSPACED}|\\p{M})`, "gu");
const joined = (words) => words.join(" ").replace(BESIDE, "");
// What stands between two texts.
const gap = (left, right) =>
  left && right && joined([left, right]).startsWith(" ", left.length) ? " " : "";
